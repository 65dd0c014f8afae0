"""Plasticity: rules by which a synapse changes with the spikes on its two sides, and with a reward.

Weights are ``[M, N]``, row = to, column = from, as in ``nn.Linear``. Nothing here uses autograd.
"""

from .competition import (
    CompetitiveLayer,
    adapt_thresholds,
    competition_step,
    trace_stdp,
    unit_intensity,
)
from .reward import RewardState, RewardSTDP, running_mean_step
from .stdp import BOUNDS, Pairing, PairSTDP, STDPState, TripletState, TripletSTDP
from .traces import PAIRINGS, spike_trace, trace_step
from .unlabelled import (
    class_responses,
    learn_unlabelled,
    name_neurons,
    named_scores,
    responses,
    vote_scores,
)

__all__ = [
    "BOUNDS",
    "PAIRINGS",
    "CompetitiveLayer",
    "PairSTDP",
    "Pairing",
    "RewardSTDP",
    "RewardState",
    "STDPState",
    "TripletSTDP",
    "TripletState",
    "adapt_thresholds",
    "class_responses",
    "competition_step",
    "learn_unlabelled",
    "name_neurons",
    "named_scores",
    "responses",
    "running_mean_step",
    "spike_trace",
    "trace_stdp",
    "trace_step",
    "unit_intensity",
    "vote_scores",
]
