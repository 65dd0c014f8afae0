"""Objectives that judge the membrane at every single step; the answer is its sum over time."""

from typing import Unpack

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import _checks
from .decoders import summed_membrane
from .padding import fill_padding
from .scores import Targets, checked_targets, is_right, trains


@trains(summed_membrane, by_step=True)
def stepwise_membrane_cross_entropy(
    membrane: Tensor, labels: Tensor, lengths: Tensor | None, **targets: Unpack[Targets]
) -> Tensor:
    """Train the right class to the highest membrane at every step: mean cross-entropy per step.

    Unlike `summed_membrane_cross_entropy` it does not let a good step make up for a bad one.

    Args:
        membrane: ``[T, B, C]``, of a readout that does not spike.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.
        class_weights: ``[C]``, above 0: how much a sample of each class counts; alike if None.
        label_smoothing: in [0, 1], the share of the wanted probability that all classes divide
            among them.

    Returns:
        A scalar, the mean over steps, weighted over the batch, at least 0.

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, labels, lengths or
            weights that do not fit, or a smoothing outside [0, 1].

    Reference: Eshraghian et al. 2023, objective functions (cross-entropy of membranes at each
    step).

    >>> stepwise_membrane_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    labels = _checks.labels("labels", labels, *membrane.shape[1:])
    steps, batch, _ = membrane.shape
    weights, smoothing = checked_targets(membrane, **targets)
    given = (membrane.flatten(0, 1), labels.repeat(steps), weights)
    each = F.cross_entropy(*given, label_smoothing=smoothing, reduction="none")
    mean = _mean(each.view(steps, batch), lengths)
    return mean if weights is None else mean / weights[labels].mean()


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
