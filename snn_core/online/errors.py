"""What the output is told: the error of its counts."""

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import _checks


def count_error(counts: Tensor, labels: Tensor) -> Tensor:
    """Return the gradient of the mean cross-entropy of the counts so far, ``[B, C]``.

    It is the softmax minus the right answer, divided by B.

    Args:
        counts: spikes per class so far, ``[B, C]``.
        labels: integers ``[B]`` in [0, C).

    Raises:
        ValueError: for labels out of range.

    >>> count_error(torch.zeros(1, 2), torch.tensor([0]))
    tensor([[-0.5000,  0.5000]])
    """
    labels = _checks.labels("labels", labels, *counts.shape)
    return softmax_error(counts, labels)


def softmax_error(counts: Tensor, labels: Tensor) -> Tensor:
    """Do what `count_error` does, for labels that are known to fit."""
    wanted = F.one_hot(labels, counts.shape[1])
    return (torch.softmax(counts, 1) - wanted) / len(counts)
