"""Decoders read an answer out of a network's output over time; each objective trains the answer of one decoder.

An output is time-major, ``[T, B, C]``: spikes of C output neurons, or membranes. A decoder returns scores ``[B, C]``;
the class with the highest score is the answer. An objective knows its decoder as ``objective.decode``.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from . import _checks


def spike_count(spikes: Tensor) -> Tensor:
    """Score each class by the number of its spikes: ``[T, B, C]`` → ``[B, C]`` in [0, T].

    >>> spike_count(torch.ones(3, 1, 2))
    tensor([[3., 3.]])
    """
    _output("spikes", spikes)
    return spikes.sum(0)


def first_spike(spikes: Tensor) -> Tensor:
    """Score each class by how early it spikes: ``[T, B, C]`` → ``[B, C]``, minus the first step, -T if silent.

    >>> first_spike(torch.tensor([[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]).unsqueeze(1))
    tensor([[-1., -0., -2.]])
    """
    _output("spikes", spikes)
    silent_so_far = 1 - spikes.cummax(0).values
    return -silent_so_far.sum(0)


def max_membrane(membrane: Tensor) -> Tensor:
    """Score each class by its highest membrane: ``[T, B, C]`` → ``[B, C]``.

    >>> max_membrane(torch.tensor([[0.5, -1.0], [0.2, 0.1]]).unsqueeze(1))
    tensor([[0.5000, 0.1000]])
    """
    _output("membrane", membrane)
    return membrane.amax(0)


def summed_membrane(membrane: Tensor) -> Tensor:
    """Score each class by its membrane summed over time: ``[T, B, C]`` → ``[B, C]``.

    >>> summed_membrane(torch.tensor([[0.5, -1.0], [0.5, 0.5]]).unsqueeze(1))
    tensor([[ 1.0000, -0.5000]])
    """
    _output("membrane", membrane)
    return membrane.sum(0)


def _output(argument: str, output: Tensor) -> None:
    _checks.sequence(argument, output)
    _checks.require(output.dim() == 3, argument, f"shape {list(output.shape)}", "[T, B, C]")


def _trains(decode: Callable[[Tensor], Tensor]) -> Callable:
    """Attach to an objective the decoder whose answer it trains."""

    def attach(objective: Callable) -> Callable:
        objective.decode = decode
        return objective

    return attach


def _cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    _checks.labels("labels", labels, *scores.shape)
    return F.cross_entropy(scores, labels)


@_trains(spike_count)
def count_cross_entropy(spikes: Tensor, labels: Tensor) -> Tensor:
    """Train the right class to spike most: cross-entropy of the softmax over spike counts.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` or labels out of range.

    Reference: Eshraghian et al. 2023, section IV-A (cross-entropy spike rate).

    >>> count_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return _cross_entropy(spike_count(spikes), labels)


@_trains(spike_count)
def count_mse(spikes: Tensor, labels: Tensor, *, right: float = 0.8, wrong: float = 0.1) -> Tensor:
    """Train each class to a target rate: mean squared error of spikes per step.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).
        right, wrong: target spikes per step of the right class and of the others, in [0, 1].

    Returns:
        A scalar, the mean over batch and classes, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]``, labels out of range or a target outside [0, 1].

    Reference: Eshraghian et al. 2023, section IV-A (mean square spike rate).

    >>> count_mse(torch.ones(5, 1, 2), torch.tensor([0]), right=1.0, wrong=0.0)
    tensor(0.5000)
    """
    _checks.number("right", right, 0, 1, open_low=False)
    _checks.number("wrong", wrong, 0, 1, open_low=False)
    counts = spike_count(spikes)
    _checks.labels("labels", labels, *counts.shape)
    is_right = F.one_hot(labels, counts.shape[1]).to(counts.dtype)
    return F.mse_loss(counts / len(spikes), wrong + (right - wrong) * is_right)


@_trains(max_membrane)
def max_membrane_cross_entropy(membrane: Tensor, labels: Tensor) -> Tensor:
    """Train the right class to reach the highest membrane: cross-entropy of the maxima over time.

    Args:
        membrane: ``[T, B, C]``, of a readout that does not spike.
        labels: integers ``[B]`` in [0, C).

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` or labels out of range.

    Reference: Neftci et al. 2019, section V; Eshraghian et al. 2023, section IV-A (maximum membrane).

    >>> max_membrane_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return _cross_entropy(max_membrane(membrane), labels)


@_trains(summed_membrane)
def summed_membrane_cross_entropy(membrane: Tensor, labels: Tensor) -> Tensor:
    """Train the right class to the highest membrane at all times: cross-entropy of the sums over time.

    Args:
        membrane: ``[T, B, C]``, of a readout that does not spike.
        labels: integers ``[B]`` in [0, C).

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` or labels out of range.

    Reference: Eshraghian et al. 2023, section IV-A.

    >>> summed_membrane_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return _cross_entropy(summed_membrane(membrane), labels)


ALL_LOSSES = {
    "count_cross_entropy": count_cross_entropy,
    "count_mse": count_mse,
    "max_membrane_cross_entropy": max_membrane_cross_entropy,
    "summed_membrane_cross_entropy": summed_membrane_cross_entropy,
}


def predict(scores: Tensor) -> Tensor:
    """Return the class with the highest score: ``[B, C]`` → integers ``[B]``; the first one on a tie.

    >>> predict(torch.tensor([[1.0, 3.0, 3.0]]))
    tensor([1])
    """
    return torch.argmax(scores, dim=1)
