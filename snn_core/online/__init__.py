"""Online learning: gradients computed forward in time, step by step, without a stored past.

Every rule here has the same form. A synapse keeps a trace of what it did to its neuron (the
*eligibility*), a *learning signal* says how the loss would change with the neuron's spike at this
step, and the gradient is the sum over time of their product. The rules differ in what the
eligibility leaves out and in where the signal comes from. Weights are ``[M, N]``, row = to, column
= from. Nothing here uses autograd, except `ChunkedBPTT`, which the others are compared with.
"""

from .adaptive import AdaptiveTraces, OnlineAdaptiveLIF, adaptive_traces_step
from .backwards import ChunkedBPTT
from .eprop import FEEDBACKS, EProp
from .errors import count_error
from .layers import OnlineLayer, OnlineLIF, OnlineSmoothedLIF
from .network import OnlineNetwork
from .rtrl import TERMS, OnlineRTRL, influence_step, membrane_jacobian
from .signals import RULES

__all__ = [
    "FEEDBACKS",
    "RULES",
    "TERMS",
    "AdaptiveTraces",
    "ChunkedBPTT",
    "EProp",
    "OnlineAdaptiveLIF",
    "OnlineLIF",
    "OnlineLayer",
    "OnlineNetwork",
    "OnlineRTRL",
    "OnlineSmoothedLIF",
    "adaptive_traces_step",
    "count_error",
    "influence_step",
    "membrane_jacobian",
]
