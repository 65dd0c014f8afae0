"""The explorer of page 18: a membrane as what came in less what went out."""

import numpy as np
import torch
from torch import Tensor

from ...membrane_signals import spike_events
from ..live import LiveExplorer, Range


class MembraneSum(LiveExplorer):
    """One neuron, its input spikes and those of an inhibiting neighbour, which are given.

    What came in, what went out and what the neighbour took decay alike; the membrane is the rest.
    """

    model = "membrane_sum"
    about = "What came into a neuron, what it sent out, and the membrane: the small rest between the two."
    controls = {
        "weight": Range(0.02, 0.9, 0.02, 0.5, "weight w"),
        "threshold": Range(0.5, 4.0, 0.1, 1.0, "threshold V_th"),
        "rate": Range(0.0, 0.5, 0.01, 0.4, "input spikes per ms"),
        "taken": Range(0.0, 1.0, 0.05, 0.0, "taken by a neighbour's spike"),
    }
    steps = 100  # of 1 ms
    tau_mem = 20.0
    arrivals = (12, 19, 27, 36, 44, 51, 57, 66, 72, 81, 88, 94)

    def data(self) -> dict:
        """Return a number from 0 to 1 for each step, in which an input spike comes if it is below the rate."""
        numbers = np.random.default_rng(18).uniform(size=self.steps).round(3)
        neighbour = [int(step in self.arrivals) for step in range(self.steps)]
        return {"numbers": numbers.tolist(), "neighbour": neighbour, "decay": float(np.exp(-1 / self.tau_mem))}

    def trains(self, rate: float) -> np.ndarray:
        """Return the input spikes at a rate, and those of the neighbour: ``[T, 2]``."""
        given = self.data()
        return np.stack([np.array(given["numbers"]) < rate, given["neighbour"]], 1).astype(float)

    def events(self, rate: float) -> tuple[Tensor, Tensor]:
        """Return times and sources of the input spikes at a rate; step t ends at ``t + 1`` ms."""
        return spike_events(torch.from_numpy(self.trains(rate)[:, None, :1]))
