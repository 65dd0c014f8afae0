"""What the output is told: the error of its counts."""

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import _checks
from ..precision import wide


def count_error(counts: Tensor, labels: Tensor) -> Tensor:
    """Return the gradient of the mean cross-entropy of the counts so far, ``[B, C]``.

    It is the softmax minus the right answer, divided by B, in float32 or better.

    Args:
        counts: spikes per class so far, ``[B, C]``, of at least two classes.
        labels: integers ``[B]`` in [0, C).

    Raises:
        ValueError: for counts of another form, or labels out of range.

    >>> count_error(torch.zeros(1, 2), torch.tensor([0]))
    tensor([[-0.5000,  0.5000]])
    """
    _checks.floats("counts", counts, not_nan=False)
    classes = counts.dim() == 2 and counts.shape[1] > 1
    _checks.require(classes, "counts", f"shape {list(counts.shape)}", "shape [B, C] with C > 1")
    _checks.finite("counts", counts)
    labels = _checks.labels("labels", labels, *counts.shape).to(counts.device)
    return softmax_error(counts, labels)


def softmax_error(counts: Tensor, labels: Tensor) -> Tensor:
    """Do what `count_error` does, for counts and labels that are known to fit."""
    wanted = F.one_hot(labels, counts.shape[1])
    share = torch.softmax(counts, 1, dtype=wide(counts))
    return (share - wanted) / len(counts)
