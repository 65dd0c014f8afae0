"""Neurons: a pure step function each, and a thin module with the parameters and the time loop.

`base` holds what they share; every other module holds one idea: what a synapse, adaptation or
recurrence adds.
"""

from typing import Any

from .adaptation import AdaptiveState, adaptive_lif_step
from .adaptive import AdaptiveLIF
from .base import Neuron, Recording, SpikingNeuron
from .decays import decay
from .izhikevich import FIRING_PATTERNS, Izhikevich, IzhikevichState, izhikevich_step
from .leaky import IntegrateAndFire, Leaky
from .lif import LIF, LeakyIntegrator, leaky_step, lif_step
from .recurrent import RecurrentLIF, RecurrentState, recurrent_lif_step
from .recurrent_adaptive import RecurrentAdaptiveLIF, RecurrentAdaptiveState
from .recurrent_synaptic import RecurrentCuBaLIF, RecurrentSynapticState, recurrent_cuba_step
from .refractory import RefractoryLIF, RefractoryState, refractory_lif_step
from .resonate import ResonateAndFire, ResonateState, resonate_step
from .states import detach
from .stochastic import StochasticLIF
from .synapse import synapse_step
from .synaptic import Alpha, AlphaState, CuBaLIF, SynapticState
from .watching import given_out, watch_outputs, watch_spikes

ALL_NEURONS: dict[str, type[SpikingNeuron[Any]]] = {
    kind.__name__: kind
    for kind in (
        LIF,
        RefractoryLIF,
        CuBaLIF,
        Alpha,
        AdaptiveLIF,
        RecurrentLIF,
        RecurrentCuBaLIF,
        RecurrentAdaptiveLIF,
        ResonateAndFire,
        Izhikevich,
    )
}

__all__ = [
    "ALL_NEURONS",
    "AdaptiveLIF",
    "AdaptiveState",
    "Alpha",
    "AlphaState",
    "CuBaLIF",
    "FIRING_PATTERNS",
    "IntegrateAndFire",
    "Izhikevich",
    "IzhikevichState",
    "LIF",
    "Leaky",
    "LeakyIntegrator",
    "Neuron",
    "Recording",
    "RecurrentAdaptiveLIF",
    "RecurrentAdaptiveState",
    "RecurrentCuBaLIF",
    "RecurrentLIF",
    "RecurrentState",
    "RecurrentSynapticState",
    "RefractoryLIF",
    "RefractoryState",
    "ResonateAndFire",
    "ResonateState",
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
    "recurrent_cuba_step",
    "recurrent_lif_step",
    "refractory_lif_step",
    "resonate_step",
    "synapse_step",
    "watch_outputs",
    "watch_spikes",
]
