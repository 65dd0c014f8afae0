"""The explorer of page 02: one LIF neuron."""

import numpy as np
import torch
from matplotlib.artist import Artist

from ...neurons import LIF
from ..live import LiveLIFNeuron
from ..palette import BLUE, VERMILION
from ._base import Choice, LiveExplorer, Range


class LIFNeuron(LiveExplorer):
    """One LIF neuron under a constant drive: its membrane, its spikes, and its point on the f-I curve."""

    controls = {
        "drive": Range(0.0, 3.0, 0.05, 1.5, "drive R·I"),
        "tau_mem": Range(1.0, 50.0, 1.0, 10.0, "τ_mem (ms)", "ms"),
        "threshold": Range(0.2, 2.0, 0.1, 1.0, "threshold θ"),
        "reset": Choice(("soft", "hard"), "soft", "reset"),
    }
    live = LiveLIFNeuron
    duration, dt = 100.0, 0.1  # ms

    def build(self) -> list[Artist]:
        left, right = self.figure.subplots(1, 2, width_ratios=(3, 2))
        time = np.arange(round(self.duration / self.dt)) * self.dt
        (self.membrane,) = left.plot(time, np.zeros_like(time), color=BLUE, linewidth=1.2)
        (self.spikes,) = left.plot([], [], "v", color=VERMILION, markersize=5, label="spike")
        self.threshold = left.axhline(1.0, color="0.5", linestyle="--", linewidth=1)
        left.set(xlabel="time (ms)", ylabel="membrane u", ylim=(0, 3.2), xlim=(0, self.duration))
        self.drives = np.linspace(0, 3, 301)
        (self.curve,) = right.plot(
            self.drives, np.zeros_like(self.drives), color="0.5", label="closed form, hard reset"
        )
        (self.point,) = right.plot([0], [0], "o", color=VERMILION, label="this neuron")
        right.set(xlabel="drive R·I", ylabel="rate (spikes/s)", xlim=(0, 3), ylim=(0, 400), title="f–I curve")
        right.legend(loc="upper left")
        self.title = left.set_title(" ")
        return [self.membrane, self.spikes, self.threshold, self.curve, self.point, self.title]

    def update(self, *, drive: float, tau_mem: float, threshold: float, reset: str) -> None:
        lif = LIF(tau_mem, threshold=threshold, reset=reset, dt=self.dt)
        current = torch.full((len(self.membrane.get_xdata()), 1, 1), drive * (1 - lif.beta.item()))
        spikes, membrane, _ = lif(current, record=True)
        at = spikes.flatten().numpy() > 0
        u, time = membrane.flatten().detach().numpy(), self.membrane.get_xdata()
        self.membrane.set_ydata(u)
        self.spikes.set_data(time[at], u[at])
        self.threshold.set_ydata([threshold, threshold])
        self.curve.set_ydata(firing_rate(self.drives, tau_mem, threshold))
        measured = 1000 * at.sum() / self.duration
        self.point.set_data([drive], [min(measured, 400)])
        self.title.set_text(f"{at.sum()} spikes in {self.duration:.0f} ms: {measured:.0f} per second")

    def live_data(self) -> dict:
        """Return how long the neuron is simulated, in which steps."""
        return {"duration": self.duration, "dt": self.dt}


def firing_rate(drive: np.ndarray, tau_mem: float, threshold: float = 1.0) -> np.ndarray:
    """Return the rate of an LIF neuron with hard reset under a constant drive, in spikes per second.

    ``1000 / (tau_mem ln(drive / (drive - threshold)))`` above the threshold, 0 below.

    >>> firing_rate(np.array([0.5, 2.0]), tau_mem=10.0).round(1).tolist()
    [0.0, 144.3]
    """
    drive = np.asarray(drive, dtype=float)
    above = drive > threshold
    safe = np.where(above, drive, 2 * threshold)
    return np.where(above, 1000 / (tau_mem * np.log(safe / (safe - threshold))), 0.0)
