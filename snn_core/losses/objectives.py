"""Objectives: each trains the answer of one decoder, which it knows as ``objective.decode``."""

from functools import partial
from typing import Unpack

from torch import Tensor

from .. import _checks
from .decoders import max_membrane, population_count, spike_count, summed_membrane
from .latencies import first_spike_cross_entropy, first_spike_mse, relative_first_spike_mse
from .scores import DecodingObjective, Targets, cross_entropy, towards_targets, trains
from .stepwise import membrane_mse, stepwise_membrane_cross_entropy


@trains(spike_count)
def count_cross_entropy(
    scores: Tensor, labels: Tensor, _steps: int | Tensor, **targets: Unpack[Targets]
) -> Tensor:
    """Train the right class to spike most: cross-entropy of the softmax over spike counts.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.
        class_weights: ``[C]``, above 0: how much a sample of each class counts; alike if None.
        label_smoothing: in [0, 1], the share of the wanted probability that all classes divide
            among them.

    Returns:
        A scalar, the weighted mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, labels, lengths or
            weights that do not fit, or a smoothing outside [0, 1].

    Reference: Eshraghian et al. 2023, objective functions (cross-entropy spike rate).

    >>> import torch
    >>> count_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return cross_entropy(scores, labels, **targets)


@trains(spike_count)
def count_mse(
    counts: Tensor, labels: Tensor, steps: int | Tensor, *, right: float = 0.8, wrong: float = 0.1
) -> Tensor:
    """Train each class to a target rate: mean squared error of spikes per step.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.
        right, wrong: target spikes per step of the right class and of the others, in [0, 1].

    Returns:
        A scalar, the mean over batch and classes, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, labels or lengths that do
            not fit, or a target outside [0, 1].

    Reference: Eshraghian et al. 2023, objective functions (mean square spike rate).

    >>> import torch
    >>> count_mse(torch.ones(5, 1, 2), torch.tensor([0]), right=1.0, wrong=0.0)
    tensor(0.5000)
    """
    return towards_targets(counts / steps, labels, right, wrong)


@trains(max_membrane)
def max_membrane_cross_entropy(
    scores: Tensor, labels: Tensor, _steps: int | Tensor, **targets: Unpack[Targets]
) -> Tensor:
    """Train the right class to reach the highest membrane: cross-entropy of the maxima over time.

    Args:
        membrane: ``[T, B, C]``, of a readout that does not spike.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.
        class_weights: ``[C]``, above 0: how much a sample of each class counts; alike if None.
        label_smoothing: in [0, 1], the share of the wanted probability that all classes divide
            among them.

    Returns:
        A scalar, the weighted mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, labels, lengths or
            weights that do not fit, or a smoothing outside [0, 1].

    Reference: Neftci et al. 2019, section V; Eshraghian et al. 2023, objective functions (maximum
    membrane).

    >>> import torch
    >>> max_membrane_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return cross_entropy(scores, labels, **targets)


@trains(summed_membrane)
def summed_membrane_cross_entropy(
    scores: Tensor, labels: Tensor, _steps: int | Tensor, **targets: Unpack[Targets]
) -> Tensor:
    """Train the right class to the highest membrane at all times: cross-entropy of its sums.

    Args:
        membrane: ``[T, B, C]``, of a readout that does not spike.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.
        class_weights: ``[C]``, above 0: how much a sample of each class counts; alike if None.
        label_smoothing: in [0, 1], the share of the wanted probability that all classes divide
            among them.

    Returns:
        A scalar, the weighted mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, labels, lengths or
            weights that do not fit, or a smoothing outside [0, 1].

    Reference: Eshraghian et al. 2023, objective functions.

    >>> import torch
    >>> summed_membrane_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return cross_entropy(scores, labels, **targets)


def population_cross_entropy(classes: int) -> DecodingObjective:
    """Return the objective that trains the right population to spike most.

    Args:
        classes: number of classes, at least 2; the output has a multiple of it as neurons.

    Returns:
        An objective of spikes ``[T, B, classes * P]``, labels ``[B]`` and lengths ``[B]``, with the
        options of `count_cross_entropy`: a scalar of at least 0.

    Raises:
        ValueError: for fewer than two classes; from the objective, for an output of another shape,
            or labels or lengths that do not fit.

    Reference: Eshraghian et al. 2023, objective functions (population codes).

    >>> import torch
    >>> objective = population_cross_entropy(classes=2)
    >>> objective(torch.zeros(5, 1, 6), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    _checks.whole("classes", classes, 2)

    decode = partial(population_count, classes=classes)

    @trains(decode)
    def objective(
        scores: Tensor, labels: Tensor, _steps: int | Tensor, **targets: Unpack[Targets]
    ) -> Tensor:
        return cross_entropy(scores, labels, **targets)

    return objective


# All take (output, labels, *, lengths=None); those of populations are made for their classes first.
ALL_LOSSES: dict[str, DecodingObjective] = {
    objective.__name__: objective
    for objective in (
        count_cross_entropy,
        count_mse,
        max_membrane_cross_entropy,
        summed_membrane_cross_entropy,
        first_spike_cross_entropy,
        first_spike_mse,
        stepwise_membrane_cross_entropy,
        membrane_mse,
        relative_first_spike_mse,
    )
}
