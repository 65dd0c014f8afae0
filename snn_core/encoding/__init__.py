"""Encoders: intensities ``[B, …]`` in [0, 1] become spikes ``[T, B, …]`` of 0 and 1.

`rates` holds those that say it by how often a neuron spikes, `times` those that say it by when.
"""

from collections.abc import Callable

from torch import Tensor

from .rates import direct, population, rate, receptive_fields
from .times import charging_time, delta, latency

Encoder = Callable[[Tensor], Tensor]  # of values ``[B, …]`` into an input ``[T, B, …]``

ALL_ENCODERS = {
    "direct": direct,
    "rate": rate,
    "latency": latency,
    "delta": delta,
    "population": population,
}

__all__ = [
    "ALL_ENCODERS",
    "Encoder",
    "charging_time",
    "delta",
    "direct",
    "latency",
    "population",
    "rate",
    "receptive_fields",
]
