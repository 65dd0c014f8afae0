"""Objectives of latency codes: the class is the neuron that spikes first."""

from torch import Tensor

from .decoders import first_spike
from .scores import cross_entropy, towards_targets, trains


@trains(first_spike)
def first_spike_cross_entropy(scores: Tensor, labels: Tensor, _steps: int | Tensor) -> Tensor:
    """Train the right class to spike first: cross-entropy over minus the steps of first spikes.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, or labels or lengths that do
            not fit.

    Reference: Eshraghian et al. 2023, objective functions (cross-entropy latency).

    >>> import torch
    >>> first_spike_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return cross_entropy(scores, labels)


@trains(first_spike)
def first_spike_mse(
    scores: Tensor, labels: Tensor, steps: int | Tensor, *, right: float = 0.0, wrong: float = 1.0
) -> Tensor:
    """Train each class to a target latency: mean squared error of its first step, as a share of T.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.
        right, wrong: target step, divided by T, of the right class and of the others, in [0, 1]; 1
            is silence.

    Returns:
        A scalar, the mean over batch and classes, in [0, 1].

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, labels or lengths that do
            not fit, or a target outside [0, 1].

    Reference: Eshraghian et al. 2023, objective functions (mean square latency).

    >>> import torch
    >>> first_spike_mse(torch.zeros(5, 1, 2), torch.tensor([0]))  # silence costs the right class 1
    tensor(0.5000)
    """
    return towards_targets(-scores / steps, labels, right, wrong)
