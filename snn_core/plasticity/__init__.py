"""Plasticity: rules by which a synapse changes with the spikes on its two sides, and with a reward.

Weights are ``[M, N]``, row = to, column = from, as in ``nn.Linear``. Nothing here uses autograd.
"""

from .bounds import BOUNDS
from .competition import CompetitiveLayer
from .critic import running_mean_step
from .image_scaling import unit_intensity
from .inhibition import competition_step
from .pairing import Pairing
from .prototypes import adapt_thresholds, trace_stdp
from .reward import RewardState, RewardSTDP
from .rule import STDPRule
from .stdp import PairSTDP, STDPState
from .traces import PAIRINGS, spike_trace, trace_step
from .triplet import TripletState, TripletSTDP
from .unlabelled import learn_unlabelled, responses
from .votes import class_responses, name_neurons, named_scores, vote_scores

__all__ = [
    "BOUNDS",
    "PAIRINGS",
    "CompetitiveLayer",
    "PairSTDP",
    "Pairing",
    "RewardSTDP",
    "RewardState",
    "STDPRule",
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
