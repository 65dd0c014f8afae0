"""Objectives that judge the membrane at every single step; the answer is its sum over time."""

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import _checks
from .decoders import summed_membrane
from .padding import fill_padding
from .scores import is_right, trains


@trains(summed_membrane, by_step=True)
def stepwise_membrane_cross_entropy(
    membrane: Tensor, labels: Tensor, lengths: Tensor | None
) -> Tensor:
    """Train the right class to the highest membrane at every step: mean cross-entropy per step.

    Unlike `summed_membrane_cross_entropy` it does not let a good step make up for a bad one.

    Args:
        membrane: ``[T, B, C]``, of a readout that does not spike.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.

    Returns:
        A scalar, the mean over steps and batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, or labels or lengths that do
            not fit.

    Reference: Eshraghian et al. 2023, objective functions (cross-entropy of membranes at each
    step).

    >>> stepwise_membrane_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    labels = _checks.labels("labels", labels, *membrane.shape[1:])
    steps, batch, _ = membrane.shape
    each = F.cross_entropy(membrane.flatten(0, 1), labels.repeat(steps), reduction="none")
    return _mean(each.view(steps, batch), lengths)


@trains(summed_membrane, by_step=True)
def membrane_mse(
    membrane: Tensor,
    labels: Tensor,
    lengths: Tensor | None,
    *,
    right: float = 1.0,
    wrong: float = 0.0,
) -> Tensor:
    """Train each class to a target membrane: mean squared error at every step.

    Args:
        membrane: ``[T, B, C]``, of a readout that does not spike.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.
        right, wrong: target membrane of the right class and of the others, in units of the
            threshold.

    Returns:
        A scalar, the mean over steps, batch and classes, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, labels or lengths that do
            not fit, or a target that is no finite number.

    Reference: Eshraghian et al. 2023, objective functions (mean square membrane).

    >>> membrane_mse(torch.zeros(5, 1, 2), torch.tensor([0]))  # rest costs the right class 1
    tensor(0.5000)
    """
    _checks.number("right", right, -torch.inf)
    _checks.number("wrong", wrong, -torch.inf)
    labels = _checks.labels("labels", labels, *membrane.shape[1:])
    target = wrong + (right - wrong) * is_right(labels, membrane)
    each = (membrane - target).square().mean(2)
    return _mean(each, lengths)


def _mean(each: Tensor, lengths: Tensor | None) -> Tensor:
    """Return the mean over the steps of each sample, and over the batch, of ``[T, B]``."""
    if lengths is None:
        return each.mean()
    counted = fill_padding(each, lengths, 0.0)
    return (counted.sum(0) / lengths.to(each)).mean()
