"""Spike times as the values of a network, and their exact gradients.

A layer takes times and returns times, as an ordinary layer does with numbers: ``[K, B, N]`` in ms,
the first spikes of N neurons, their second ones and so on, infinite where there is none. Input of
one spike per neuron may also be ``[B, N]``. Time is continuous: there is no step.

- `FirstSpikeLayer` returns the first spike of each neuron (K = 1), which has a closed form.
- `EventPropLayer` returns all spikes; its gradient goes backwards from spike to spike.
- `spike_time` and `spike_time_gradient` do it for one neuron, as by hand.
- A silent neuron has no gradient: `weight_sum_cost`, `wake` and `WakeUp` are there for it.
"""

from .answers import earliest, first_time_cross_entropy, first_time_mse
from .latency import latency_times
from .layers import EventPropLayer, FirstSpikeLayer, TimedLayer
from .neuron import Dynamics
from .one_neuron import (
    current_at,
    membrane_at,
    membrane_slope,
    spike_time,
    spike_time_gradient,
)
from .silence import WakeUp, wake, weight_sum_cost

__all__ = [
    "Dynamics",
    "EventPropLayer",
    "FirstSpikeLayer",
    "TimedLayer",
    "WakeUp",
    "current_at",
    "earliest",
    "first_time_cross_entropy",
    "first_time_mse",
    "latency_times",
    "membrane_at",
    "membrane_slope",
    "spike_time",
    "spike_time_gradient",
    "wake",
    "weight_sum_cost",
]
