"""What was expected of a reward: a running mean."""

from torch import Tensor

from .. import _checks
from . import _doors


def running_mean_step(mean: Tensor, value: Tensor, rate: float) -> Tensor:
    """Move a running mean towards a new value: the simplest critic, which expects the usual.

    Args:
        mean: the expectation so far, any shape.
        value: what came, same shape.
        rate: share of the way, in (0, 1].

    Returns:
        The new expectation, same shape, in float32, or float64 where either is.

    Raises:
        ValueError: for a rate outside (0, 1], NaN, or a value of another shape than the mean.

    Reference: Williams 1992, section 2 (the reinforcement baseline).

    >>> import torch
    >>> running_mean_step(torch.tensor(0.0), torch.tensor(1.0), 0.1)
    tensor(0.1000)
    """
    _checks.number("rate", rate, 0, 1)
    _checks.floats("mean", mean, min_rank=0, not_nan=False)
    _checks.floats("value", value, min_rank=0, not_nan=False)
    _checks.shape("value", value, mean.shape)
    _doors.all_finite(mean=mean, value=value)
    mean = mean.to(_doors.widest(mean, value))
    return mean + rate * (value - mean)
