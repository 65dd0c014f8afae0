"""Outputs at the door: their shape, and the padding behind the last step of each sample."""

import torch
from torch import Tensor

from .. import _checks


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


def fill_after(got: Tensor, ends: Tensor, value: float) -> Tensor:
    """Return ``[T, B, …]`` with `value` from step ``ends[b]`` of each sample on."""
    step = torch.arange(len(got), device=got.device)
    padding = step.unsqueeze(1) >= ends.to(got.device)
    sample_axes = [1] * (got.dim() - 2)
    return got.masked_fill(padding.view(*padding.shape, *sample_axes), value)


def checked_lengths(lengths: Tensor, got: Tensor) -> Tensor:
    """Require integers ``[B]`` in [1, T] for an output ``[T, B, …]``; return them on its device."""
    steps, batch = got.shape[:2]
    integers("lengths", lengths, batch, 1)
    highest = lengths.max().item()
    if highest > steps:
        _checks.fail("lengths", f"a length of {highest}", f"at most the {steps} steps that came")
    return lengths.to(got.device, torch.int64)


def integers(argument: str, got: Tensor, samples: int, low: int) -> None:
    """Require an integer tensor ``[samples]`` of values from `low` on, at least one."""
    is_tensor = isinstance(got, Tensor)
    if not is_tensor or got.dtype not in _checks.INTEGERS or got.shape != (samples,):
        came = f"{got.dtype} {list(got.shape)}" if is_tensor else type(got).__name__
        _checks.fail(argument, came, f"an integer tensor of shape [{samples}]")
    _checks.require(samples > 0, argument, "no sample", "at least one")
    lowest = got.min().item()
    _checks.require(lowest >= low, argument, f"a value of {lowest}", f"at least {low}")
