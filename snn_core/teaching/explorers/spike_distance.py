"""The explorer of page 08: how far apart two spike trains are, and whether silence would be nearer."""

import numpy as np
from matplotlib.artist import Artist

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
        distances = np.array([spike_train_distance(self.wanted, self.wanted + k, tau) for k in self.shifts])
        here, silent = distances[self.shifts == shift][0], spike_train_distance(self.wanted, self.wanted[:0], tau)
        self.target.set_ydata(_trace(self.wanted, self.time, tau))
        self.shifted.set_ydata(_trace(self.wanted + shift, self.time, tau))
        self.curve.set_ydata(distances)
        self.point.set_data([shift], [here])
        self.silence.set_ydata([silent, silent])
        self.title.set_text(f"Shifted by {shift} ms, seen through traces of {tau:.0f} ms")
        self.verdict.set_text(f"D² = {here:.2f}; silence: {silent:.2f}")


def spike_train_distance(one: np.ndarray, other: np.ndarray, tau: float, dt: float = 1.0) -> float:
    """Return the van Rossum distance of two lists of spike times in ms, from all pairs of spikes.

    ``dt / tau / (1 - beta²) * (sum over pairs within a list - sum over pairs across) of beta^|steps apart|``. The sum
    over pairs is what the difference of the traces, squared and summed over time, comes to.

    Reference: van Rossum 2001.

    >>> round(spike_train_distance(np.array([3.0]), np.array([]), tau=100.0), 2)
    0.51
    """
    times = np.concatenate([one, other])
    signs = np.concatenate([np.ones(len(one)), -np.ones(len(other))])
    near = np.exp(-np.abs(times[:, None] - times) / tau)
    return float(signs @ near @ signs * dt / tau / (1 - np.exp(-2 * dt / tau)))


def _trace(spikes: np.ndarray, time: np.ndarray, tau: float) -> np.ndarray:
    since = time[:, None] - spikes
    return np.where(since >= 0, np.exp(-since / tau), 0.0).sum(1)
