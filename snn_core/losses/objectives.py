"""Objectives: each trains the answer of one decoder, which it knows as ``objective.decode``."""

from functools import partial

from torch import Tensor

from .. import _checks
from .decoders import first_spike, max_membrane, population_count, spike_count, summed_membrane
from .scores import Objective, cross_entropy, towards_targets, trains


@trains(spike_count)
def count_cross_entropy(scores: Tensor, labels: Tensor, _steps: int) -> Tensor:
    """Train the right class to spike most: cross-entropy of the softmax over spike counts.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` or labels out of range.

    Reference: Eshraghian et al. 2023, objective functions (cross-entropy spike rate).

    >>> import torch
    >>> count_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return cross_entropy(scores, labels)


@trains(spike_count)
def count_mse(
    counts: Tensor, labels: Tensor, steps: int, *, right: float = 0.8, wrong: float = 0.1
) -> Tensor:
    """Train each class to a target rate: mean squared error of spikes per step.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).
        right, wrong: target spikes per step of the right class and of the others, in [0, 1].

    Returns:
        A scalar, the mean over batch and classes, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]``, labels out of range or a target outside
            [0, 1].

    Reference: Eshraghian et al. 2023, objective functions (mean square spike rate).

    >>> import torch
    >>> count_mse(torch.ones(5, 1, 2), torch.tensor([0]), right=1.0, wrong=0.0)
    tensor(0.5000)
    """
    return towards_targets(counts / steps, labels, right, wrong)


@trains(max_membrane)
def max_membrane_cross_entropy(scores: Tensor, labels: Tensor, _steps: int) -> Tensor:
    """Train the right class to reach the highest membrane: cross-entropy of the maxima over time.

    Args:
        membrane: ``[T, B, C]``, of a readout that does not spike.
        labels: integers ``[B]`` in [0, C).

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` or labels out of range.

    Reference: Neftci et al. 2019, section V; Eshraghian et al. 2023, objective functions (maximum
    membrane).

    >>> import torch
    >>> max_membrane_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return cross_entropy(scores, labels)


@trains(summed_membrane)
def summed_membrane_cross_entropy(scores: Tensor, labels: Tensor, _steps: int) -> Tensor:
    """Train the right class to the highest membrane at all times: cross-entropy of its sums.

    Args:
        membrane: ``[T, B, C]``, of a readout that does not spike.
        labels: integers ``[B]`` in [0, C).

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` or labels out of range.

    Reference: Eshraghian et al. 2023, objective functions.

    >>> import torch
    >>> summed_membrane_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return cross_entropy(scores, labels)


@trains(first_spike)
def first_spike_cross_entropy(scores: Tensor, labels: Tensor, _steps: int) -> Tensor:
    """Train the right class to spike first: cross-entropy over minus the steps of first spikes.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` or labels out of range.

    Reference: Eshraghian et al. 2023, objective functions (cross-entropy latency).

    >>> import torch
    >>> first_spike_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return cross_entropy(scores, labels)


@trains(first_spike)
def first_spike_mse(
    scores: Tensor, labels: Tensor, steps: int, *, right: float = 0.0, wrong: float = 1.0
) -> Tensor:
    """Train each class to a target latency: mean squared error of its first step, as a share of T.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).
        right, wrong: target step, divided by T, of the right class and of the others, in [0, 1]; 1
            is silence.

    Returns:
        A scalar, the mean over batch and classes, in [0, 1].

    Raises:
        ValueError: for an output that is not ``[T, B, C]``, labels out of range or a target outside
            [0, 1].

    Reference: Eshraghian et al. 2023, objective functions (mean square latency).

    >>> import torch
    >>> first_spike_mse(torch.zeros(5, 1, 2), torch.tensor([0]))  # silence costs the right class 1
    tensor(0.5000)
    """
    return towards_targets(-scores / steps, labels, right, wrong)


def population_cross_entropy(classes: int) -> Objective:
    """Return the objective that trains the right population to spike most.

    Args:
        classes: number of classes; the output has a multiple of it as neurons.

    Returns:
        An objective of spikes ``[T, B, classes * P]`` and labels ``[B]``, as a scalar of at least
        0.

    Raises:
        ValueError: for fewer than one class; from the objective, for an output of another shape or
            labels out of range.

    Reference: Eshraghian et al. 2023, objective functions (population codes).

    >>> import torch
    >>> objective = population_cross_entropy(classes=2)
    >>> objective(torch.zeros(5, 1, 6), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    _checks.whole("classes", classes)

    decode = partial(population_count, classes=classes)

    @trains(decode)
    def objective(scores: Tensor, labels: Tensor, _steps: int) -> Tensor:
        return cross_entropy(scores, labels)

    return objective


# All take (output, labels); those of populations are made for a number of classes first.
ALL_LOSSES: dict[str, Objective] = {
    objective.__name__: objective
    for objective in (
        count_cross_entropy,
        count_mse,
        max_membrane_cross_entropy,
        summed_membrane_cross_entropy,
        first_spike_cross_entropy,
        first_spike_mse,
    )
}
