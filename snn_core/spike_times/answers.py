"""Losses of spike times: the class is the neuron that spikes first."""

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import _checks
from ..losses.scores import cross_entropy, is_right
from ..precision import wide


def earliest(times: Tensor) -> Tensor:
    """Score each class by minus the time of its first spike: ``[B, C]`` → ``[B, C]``, to -∞.

    Of all spikes ``[K, B, C]``, the first ones count.

    Raises:
        ValueError: for times of another shape, or NaN.

    >>> earliest(torch.tensor([[3.0, 1.0, torch.inf]]))
    tensor([[-3., -1., -inf]])
    """
    _checks.floats("times", times, min_rank=2)
    fits = times.dim() <= 3
    _checks.require(fits, "times", f"shape {list(times.shape)}", "[B, C] or [K, B, C]")
    times = times.to(wide(times))
    return -times if times.dim() == 2 else -times.amin(0)


def first_time_cross_entropy(
    times: Tensor, labels: Tensor, *, tau: float = 1.0, latest: float = 30.0
) -> Tensor:
    """Train the right class to spike first: cross-entropy over minus the times of first spikes.

    The formula is that of `losses.first_spike_cross_entropy`, in units of `tau`.

    Args:
        times: in ms, ``[B, C]``, or ``[K, B, C]`` for K spikes of each neuron; infinite for none.
        labels: integers ``[B]`` in [0, C).
        tau: the difference in ms by which a class is e times as likely as another, above 0.
        latest: in ms; a spike after it, or none, counts as one then, which has no gradient.

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for values outside these ranges, or labels that do not fit.

    Reference: Mostafa 2017, equation 11; Göltz et al. 2021, equation 5.

    >>> first_time_cross_entropy(torch.tensor([[3.0, torch.inf]]), torch.tensor([0])).round()
    tensor(0.)
    """
    _checks.number("tau", tau, 0)
    _checks.number("latest", latest, 0)
    return cross_entropy(earliest(times).clamp(min=-latest) / tau, labels)


def first_time_mse(times: Tensor, labels: Tensor, *, right: float, wrong: float) -> Tensor:
    """Train each class to a time: mean squared distance of first spikes from it, in ms².

    A neuron that does not spike has no gradient and counts nothing.

    Args:
        times: in ms, ``[B, C]``, or ``[K, B, C]`` for K spikes of each neuron; infinite for none.
        labels: integers ``[B]`` in [0, C).
        right, wrong: target time in ms of the right class and of the others, at least 0.

    Returns:
        A scalar, the mean over batch and classes.

    Raises:
        ValueError: for values outside these ranges, or labels that do not fit.

    Reference: Göltz et al. 2021, methods; `losses.first_spike_mse` is the same in steps.

    >>> times = torch.tensor([[12.0, torch.inf]])
    >>> first_time_mse(times, torch.tensor([0]), right=10.0, wrong=15.0)
    tensor(2.)
    """
    _checks.number("right", right, 0, open_low=False)
    _checks.number("wrong", wrong, 0, open_low=False)
    first = -earliest(times)
    labels = _checks.labels("labels", labels, *first.shape)
    target = wrong + (right - wrong) * is_right(labels, first)
    return F.mse_loss(torch.where(first < torch.inf, first, target), target)
