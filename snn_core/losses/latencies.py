"""Objectives of latency codes: the class is the neuron that spikes first."""

from typing import Unpack

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import _checks
from .decoders import first_spike
from .scores import Targets, cross_entropy, is_right, towards_targets, trains


@trains(first_spike)
def first_spike_cross_entropy(
    scores: Tensor, labels: Tensor, _steps: int | Tensor, **targets: Unpack[Targets]
) -> Tensor:
    """Train the right class to spike first: cross-entropy over minus the steps of first spikes.

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

    Reference: Eshraghian et al. 2023, objective functions (cross-entropy latency).

    >>> first_spike_cross_entropy(torch.zeros(5, 1, 2), torch.tensor([0])).round(decimals=4)
    tensor(0.6931)
    """
    return cross_entropy(scores, labels, **targets)


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

    >>> first_spike_mse(torch.zeros(5, 1, 2), torch.tensor([0]))  # silence costs the right class 1
    tensor(0.5000)
    """
    return towards_targets(-scores / steps, labels, right, wrong)


@trains(first_spike)
def relative_first_spike_mse(
    scores: Tensor, labels: Tensor, steps: int | Tensor, *, margin: float = 0.2
) -> Tensor:
    """Train the right class to spike first by a margin, whenever the first spike comes.

    The right class should spike at the time of the very first output spike; a class that spikes
    less than the margin after it should spike that much later. Others cost nothing. If no class
    spikes, the right one should at once. Targets are constants for the gradient.

    Args:
        spikes: ``[T, B, C]``.
        labels: integers ``[B]`` in [0, C).
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.
        margin: by how much the others should come later, as a share of T, in [0, 1]; later than the
            last step is silence.

    Returns:
        A scalar, the mean over batch and classes of squared shares of T, in [0, 1].

    Raises:
        ValueError: for an output that is not ``[T, B, C]`` with C > 1, labels or lengths that do
            not fit, or a margin outside [0, 1].

    Reference: Kheradpisheh & Masquelier 2020 (relative target firing times); Eshraghian et al.
    2023, objective functions (mean square relative spike time).

    >>> spikes = torch.eye(5)[:, None, [3, 2]]  # the right class one step late
    >>> relative_first_spike_mse(spikes, torch.tensor([0]))
    tensor(0.0400)
    """
    _checks.number("margin", margin, 0, 1, open_low=False)
    labels = _checks.labels("labels", labels, *scores.shape)
    latency = -scores / steps
    now = latency.detach()
    first = now.amin(1, keepdim=True)
    wrong = torch.maximum(now, first + margin).clamp(max=1)
    right = torch.where(first < 1, first, 0.0)
    target = torch.where(is_right(labels, now) > 0, right, wrong)
    return F.mse_loss(latency, target)
