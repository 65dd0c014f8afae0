"""Plasticity: rules by which a synapse changes with the spikes on its two sides, and with a reward.

Weights are ``[M, N]``, row = to, column = from, as in ``nn.Linear``. Nothing here uses autograd.
"""

from .reward import RewardState, RewardSTDP, running_mean_step
from .stdp import BOUNDS, Pairing, PairSTDP, STDPState, TripletState, TripletSTDP
from .traces import PAIRINGS, spike_trace, trace_step

__all__ = [
    "BOUNDS",
    "PAIRINGS",
    "PairSTDP",
    "Pairing",
    "RewardSTDP",
    "RewardState",
    "STDPState",
    "TripletSTDP",
    "TripletState",
    "running_mean_step",
    "spike_trace",
    "trace_step",
]
