"""The explorers of page 02: one LIF neuron, its input, its membrane and its spikes."""

import numpy as np

from ..live import Choice, LiveExplorer, Marks, Range


class LIFNeuron(LiveExplorer):
    """One LIF neuron in three lanes: input, membrane with reset, output spikes.

    A steady drive and spikes that the reader sets in the first lane come in.
    """

    model = "lif_neuron"
    about = "One LIF neuron over time in three lanes: what comes in, its membrane, its spikes."
    controls = {
        "drive": Range(0.0, 2.0, 0.05, 0.6, "steady drive D"),
        "weight": Range(0.0, 1.0, 0.05, 0.3, "weight of a spike"),
        "tau_mem": Range(1.0, 25.0, 1.0, 10.0, "τ_mem (ms)", "ms"),  # so that 100 ms are enough
        "threshold": Range(0.2, 2.0, 0.1, 1.0, "threshold θ"),
        "dt": Range(0.5, 5.0, 0.5, 1.0, "step dt (ms)", "ms"),
        "reset": Choice(("soft", "hard"), "soft", "reset"),
        "arrivals": Marks(0.0, 99.0, 1.0, (30.0, 60.0, 63.0), "input spike", "ms"),
    }
    duration = 100.0  # ms

    def data(self) -> dict:
        """Return how long the neuron is simulated, in ms."""
        return {"duration": self.duration}


class ComeTogether(LiveExplorer):
    """The neuron with which page 02 begins, without a drive: the reader moves what comes in."""

    model = "lif_neuron"
    about = "One neuron over time in three lanes: spikes that come in, its membrane, spikes that go out."
    controls = {
        "weight": Range(0.0, 1.2, 0.05, 0.5, "weight of a spike"),
        "tau_mem": Range(1.0, 50.0, 1.0, 10.0, "time of the leak (ms)", "ms"),
        "arrivals": Marks(0.0, 109.0, 1.0, (5.0, 30.0, 42.0, 54.0, 80.0, 84.0, 88.0), "input spike", "ms"),
    }
    duration = 110.0  # ms

    def data(self) -> dict:
        """Return how long the neuron is simulated, in ms, and what the reader cannot change."""
        return {"duration": self.duration, "dt": 1.0, "drive": 0.0, "threshold": 1.0, "reset": "soft"}


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
