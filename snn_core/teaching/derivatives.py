"""Derivatives by trying: what pages compare a gradient with."""

from collections.abc import Callable

import torch
from torch import Tensor

from .. import _checks


def finite_differences(function: Callable[[Tensor], Tensor], at: Tensor, step: float = 1e-6) -> Tensor:
    """Return the gradient of a scalar function, by moving each number a little up and a little down.

    Args:
        function: takes ``[N]`` and returns a scalar.
        at: where, ``[N]``; in float64, as the differences are small.
        step: by how much each number moves, above 0.

    Returns:
        ``[N]``, with an error of the order of the squared step.

    Raises:
        ValueError: for numbers that are not float64, or a step that is not above 0.

    >>> finite_differences(lambda x: (x**2).sum(), torch.tensor([1.0, -3.0]).double()).round(decimals=4)
    tensor([ 2., -6.], dtype=torch.float64)
    """
    _checks.require(at.dtype == torch.float64, "at", str(at.dtype), "torch.float64")
    _checks.number("step", step, 0)
    with torch.no_grad():
        nudges = step * torch.eye(len(at), dtype=at.dtype)
        around = [function(at + nudge) - function(at - nudge) for nudge in nudges]
    return torch.stack(around).flatten() / (2 * step)
