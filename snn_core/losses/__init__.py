"""Losses: how an answer is read out of an output over time, and what trains it.

An output is time-major, ``[T, B, C]``: spikes of C output neurons, or membranes. A decoder returns
scores ``[B, C]``; the class with the highest score is the answer. An objective knows its decoder as
``objective.decode``. What limits activity or compares spike trains knows no classes and stands in
`activity`.

Every cross-entropy takes `class_weights` and `label_smoothing`, as PyTorch's own does. To fix the
options of an objective, as for `training.fit`, use ``functools.partial``.

Whatever precision an output has, it is counted in float32 or better. What is no 0 or 1 in spikes,
such as a probability, counts as it is. Sequences of unequal length are padded at the end; told the
`lengths`, all of these read each sample as if it stood alone.
"""

from .activity import l1_activity, lower_activity, upper_activity, van_rossum
from .answers import Decoder, accuracy, decision_step, predict
from .decoders import first_spike, max_membrane, population_count, spike_count, summed_membrane
from .latencies import first_spike_cross_entropy, first_spike_mse, relative_first_spike_mse
from .objectives import (
    ALL_LOSSES,
    count_cross_entropy,
    count_mse,
    max_membrane_cross_entropy,
    population_cross_entropy,
    summed_membrane_cross_entropy,
)
from .scores import Objective
from .stepwise import membrane_mse, stepwise_membrane_cross_entropy

__all__ = [
    "ALL_LOSSES",
    "Decoder",
    "Objective",
    "accuracy",
    "count_cross_entropy",
    "count_mse",
    "decision_step",
    "first_spike",
    "first_spike_cross_entropy",
    "first_spike_mse",
    "l1_activity",
    "lower_activity",
    "max_membrane",
    "max_membrane_cross_entropy",
    "membrane_mse",
    "population_count",
    "population_cross_entropy",
    "predict",
    "relative_first_spike_mse",
    "spike_count",
    "stepwise_membrane_cross_entropy",
    "summed_membrane",
    "summed_membrane_cross_entropy",
    "upper_activity",
    "van_rossum",
]
