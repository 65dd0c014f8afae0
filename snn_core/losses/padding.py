"""Outputs at the door: their shape, and the padding behind the last step of each sample."""

import torch
from torch import Tensor

from .. import _checks
from ..neurons.lengths import fill_after


def require_output(argument: str, got: Tensor) -> None:
    """Require an output ``[T, B, C]`` with a neuron."""
    _checks.sequence(argument, got)
    if got.dim() != 3 or got.shape[2] == 0 or got.layout is not torch.strided:
        came = f"shape {list(got.shape)}, {got.layout}"
        _checks.fail(argument, came, "a dense [T, B, C] with C > 0")


def fill_padding(got: Tensor, lengths: Tensor, value: float) -> Tensor:
    """Return ``[T, B, …]`` with `value` in the padding, which then gets a gradient of 0."""
    ends = checked_lengths(lengths, got)
    return fill_after(got, ends, value)


def checked_lengths(lengths: Tensor, got: Tensor) -> Tensor:
    """Require integers ``[B]`` in [1, T] for an output ``[T, B, …]``; return them on its device."""
    steps, batch = got.shape[:2]
    return _checks.lengths("lengths", lengths, batch, steps).to(got.device)
