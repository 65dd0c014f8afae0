"""Neurons: a pure step function each, and a thin module with the parameters and the time loop.

`base` holds what they share; every other module holds one idea: what a synapse, adaptation or
recurrence adds.
"""

from typing import Any

from .adaptive import AdaptiveLIF, AdaptiveState, adaptive_lif_step
from .base import Neuron, Recording, SpikingNeuron
from .decays import decay
from .izhikevich import FIRING_PATTERNS, Izhikevich, IzhikevichState, izhikevich_step
from .leaky import IntegrateAndFire, Leaky
from .lif import LIF, LeakyIntegrator, leaky_step, lif_step
from .recurrent import (
    RecurrentAdaptiveLIF,
    RecurrentAdaptiveState,
    RecurrentLIF,
    RecurrentState,
    recurrent_lif_step,
)
from .states import detach
from .stochastic import StochasticLIF
from .synaptic import Alpha, AlphaState, CuBaLIF, SynapticState, synapse_step
from .watching import given_out, watch_outputs, watch_spikes

ALL_NEURONS: dict[str, type[SpikingNeuron[Any]]] = {
    kind.__name__: kind
    for kind in (LIF, CuBaLIF, Alpha, AdaptiveLIF, RecurrentLIF, RecurrentAdaptiveLIF, Izhikevich)
}

__all__ = [
    "ALL_NEURONS",
    "FIRING_PATTERNS",
    "LIF",
    "AdaptiveLIF",
    "AdaptiveState",
    "Alpha",
    "AlphaState",
    "CuBaLIF",
    "IntegrateAndFire",
    "Izhikevich",
    "IzhikevichState",
    "Leaky",
    "LeakyIntegrator",
    "Neuron",
    "Recording",
    "RecurrentAdaptiveLIF",
    "RecurrentAdaptiveState",
    "RecurrentLIF",
    "RecurrentState",
    "SpikingNeuron",
    "StochasticLIF",
    "SynapticState",
    "adaptive_lif_step",
    "decay",
    "detach",
    "given_out",
    "izhikevich_step",
    "leaky_step",
    "lif_step",
    "recurrent_lif_step",
    "synapse_step",
    "watch_outputs",
    "watch_spikes",
]
