"""The explorer of page 13: what a synapse did to its neuron, and what is left of it when an error comes."""

import numpy as np
import torch

from ...neurons import AdaptiveLIF
from ...online import AdaptiveTraces, adaptive_traces_step
from ..live import LiveExplorer, Range


class ThresholdMemory(LiveExplorer):
    """A cue drives a neuron for 50 ms, a recall signal later: the eligibility of the cue's synapse in between."""

    model = "threshold_memory"
    about = (
        "One adaptive neuron: membrane and threshold in a cue and a recall, and the eligibility of the cue's synapse."
    )
    controls = {
        "tau_mem": Range(5.0, 100.0, 1.0, 20.0, "τ_mem (ms)", "ms"),
        "tau_adapt": Range(10.0, 2000.0, 10.0, 400.0, "τ_adapt (ms)", "ms"),
        "strength": Range(0.0, 0.5, 0.01, 0.2, "strength η"),
        "delay": Range(0.0, 600.0, 5.0, 200.0, "delay (ms)", "ms"),
    }
    dt, part, end, weight = 5.0, 50.0, 750.0, 0.6  # ms; of both synapses

    def data(self) -> dict:
        """Return the step and the lengths in ms, the weight of both synapses, threshold and surrogate's scale."""
        neuron = AdaptiveLIF()
        constants = {"threshold": neuron.threshold.item(), "scale": float(neuron.surrogate.scale)}
        return {"dt": self.dt, "part": self.part, "end": self.end, "weight": self.weight} | constants


def cue_eligibility(
    cue: np.ndarray, recall: np.ndarray, beta: float, rho: float, strength: float, weight: float = 0.6
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return membrane, threshold and the eligibility of the cue's synapse, step by step, of one `AdaptiveLIF` neuron.

    >>> cue_eligibility(np.ones(1), np.zeros(1), 0.5, 0.9, 0.1, weight=1.0)[2].tolist()
    [1.0]
    """
    beta, rho, strength = torch.tensor([beta, rho, strength], dtype=torch.float64)
    neuron = AdaptiveLIF(beta=beta, rho=rho, strength=strength)
    sources = torch.tensor(cue)[:, None, None]
    currents = weight * (sources + torch.tensor(recall)[:, None, None])
    nothing = torch.zeros_like(sources[:1])
    state, traces, rows = neuron.initial_state(currents), AdaptiveTraces(nothing, nothing), []
    for current, source in zip(currents, sources, strict=True):
        raised = neuron.threshold + neuron.strength * state.adaptation
        spikes, membrane, state = neuron.step(current, state)
        slope = neuron.surrogate.derivative(membrane - raised)
        eligibility, traces = adaptive_traces_step(traces, source, slope, spikes, neuron)
        rows.append((membrane.item(), raised.item(), eligibility.item()))
    return tuple(np.array(rows).T)
