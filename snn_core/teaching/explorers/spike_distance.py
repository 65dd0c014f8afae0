"""The explorer of page 08: how far apart two spike trains are, and whether silence would be nearer."""

import numpy as np
import torch
from matplotlib.artist import Artist

from ...losses import van_rossum
from ...plasticity import spike_trace
from ..palette import BLUE, VERMILION
from ._base import Explorer, Range


class SpikeDistance(Explorer):
    """A wanted spike train and the same one shifted: their traces, and their van Rossum distance against the shift."""

    controls = {
        "shift": Range(-40, 40, 1, 8, "shift (ms)"),
        "tau": Range(1.0, 50.0, 1.0, 10.0, "τ of the trace (ms)"),
    }
    size = (9.0, 3.0)
    wanted = np.array([50, 68, 110])  # ms

    def build(self) -> list[Artist]:
        left, right = self.figure.subplots(1, 2, width_ratios=(3, 2))
        self.time, self.shifts = np.arange(200), np.arange(-40, 41)
        (self.target,) = left.plot(self.time, 0 * self.time, color=BLUE, label="wanted")
        (self.shifted,) = left.plot(self.time, 0 * self.time, color=VERMILION, label="shifted")
        (self.curve,) = right.plot(self.shifts, 0 * self.shifts, color=VERMILION)
        (self.point,) = right.plot([0], [0], "o", color=VERMILION, label="this shift")
        self.silence = right.axhline(1.0, color="0.5", linestyle="--", linewidth=1, label="no spike at all")
        left.set(xlabel="time (ms)", ylabel="trace", ylim=(0, 2.6), xlim=(0, 200))
        right.set(xlabel="shift (ms)", ylabel="distance D²", ylim=(0, 8), xlim=(-41, 41))
        left.legend(loc="upper right")
        right.legend(loc="upper center", ncols=2, fontsize=8)
        self.title, self.verdict = left.set_title(" "), right.set_title(" ")
        return [self.target, self.shifted, self.curve, self.point, self.silence, self.title, self.verdict]

    def update(self, *, shift: int, tau: float) -> None:
        later = [spike_train_distance(self.wanted, self.wanted + k, tau) for k in range(41)]
        here, silent = later[abs(shift)], spike_train_distance(self.wanted, self.wanted[:0], tau)
        self.target.set_ydata(spike_trace(_train(self.wanted, 200), tau))
        self.shifted.set_ydata(spike_trace(_train(self.wanted + shift, 200), tau))
        self.curve.set_ydata([later[abs(k)] for k in self.shifts])  # earlier is as far as later
        self.point.set_data([shift], [here])
        self.silence.set_ydata([silent, silent])
        self.title.set_text(f"Shifted by {shift} ms, seen through traces of {tau:.0f} ms")
        self.verdict.set_text(f"D² = {here:.2f}; silence: {silent:.2f}")


def spike_train_distance(one: np.ndarray, other: np.ndarray, tau: float) -> float:
    """Return the van Rossum distance of two lists of spike times in whole ms.

    >>> round(spike_train_distance(np.array([3]), np.array([]), tau=100.0), 2)
    0.51
    """
    steps = int(np.concatenate([one, other]).max()) + 1
    return van_rossum(_train(one, steps), _train(other, steps), tau=tau).item()


def _train(times: np.ndarray, steps: int) -> torch.Tensor:
    """Return the spikes ``[T, 1]`` of a list of times."""
    spikes = torch.zeros(steps, 1, dtype=torch.float64)
    spikes[times] = 1
    return spikes
