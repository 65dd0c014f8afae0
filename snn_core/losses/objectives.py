"""Objectives: each trains the answer of one decoder, which it knows as ``objective.decode``."""

from collections.abc import Callable
from functools import partial, wraps
from inspect import Signature, signature

from torch import Tensor
from torch.nn import functional as F

from .. import _checks
from .decoders import first_spike, max_membrane, population_count, spike_count, summed_membrane

Objective = Callable[[Tensor, Tensor], Tensor]


def _trains(decode: Callable[[Tensor], Tensor]) -> Callable:
    """Make an objective of a loss on scores, which a decoder reads out of the output.

    What is decorated takes (scores, labels, steps, options). The objective takes (output, labels,
    options); it knows its decoder as `decode` and the loss on scores as `of_scores`.
    """

    def attach(of_scores: Callable) -> Callable:
        @wraps(of_scores)
        def objective(output: Tensor, labels: Tensor, **options) -> Tensor:
            scores = decode(output)
            return of_scores(scores, labels, len(output), **options)

        objective.decode = decode
        objective.of_scores = of_scores
        objective.__signature__ = _on_output(signature(decode), signature(of_scores))
        return objective

    return attach


def _on_output(decode: Signature, of_scores: Signature) -> Signature:
    """Return the signature of an objective: what the decoder takes, in place of its scores."""
    output, *_ = decode.parameters.values()
    _, labels, _, *options = of_scores.parameters.values()
    return of_scores.replace(parameters=[output, labels, *options])


def _cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross-entropy of the softmax of `scores` ``[B, C]``."""
    labels = _checks.labels("labels", labels, *scores.shape)
    return F.cross_entropy(scores, labels)


def _towards_targets(values: Tensor, labels: Tensor, right: float, wrong: float) -> Tensor:
    """Return the mean squared distance of `values` from `right` at the label, else from `wrong`."""
    _checks.number("right", right, 0, 1, open_low=False)
    _checks.number("wrong", wrong, 0, 1, open_low=False)
    labels = _checks.labels("labels", labels, *values.shape)
    is_right = F.one_hot(labels, values.shape[1]).to(values.dtype)
    return F.mse_loss(values, wrong + (right - wrong) * is_right)


@_trains(spike_count)
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
    return _cross_entropy(scores, labels)


@_trains(spike_count)
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
    return _towards_targets(counts / steps, labels, right, wrong)


@_trains(max_membrane)
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
    return _cross_entropy(scores, labels)


@_trains(summed_membrane)
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
    return _cross_entropy(scores, labels)


@_trains(first_spike)
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
    return _cross_entropy(scores, labels)


@_trains(first_spike)
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
    return _towards_targets(-scores / steps, labels, right, wrong)


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

    @_trains(decode)
    def objective(scores: Tensor, labels: Tensor, _steps: int) -> Tensor:
        return _cross_entropy(scores, labels)

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
