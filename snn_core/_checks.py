"""Argument checks of the core: every message names the argument, what came and what was due."""

import math
import numbers
from collections.abc import Iterable
from typing import NoReturn

import torch
from torch import Tensor

from . import _modes

INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


def fail(argument: str, got: object, expected: str) -> NoReturn:
    """Raise the ``ValueError`` of all checks: which argument, what came, what was expected."""
    came = " ".join(str(got).split())  # a module or an array is printed on several lines
    raise ValueError(f"{argument}: got {came}, expected {expected}")


def require(condition: bool, argument: str, got: object, expected: str) -> None:
    """Raise a ``ValueError`` that names `argument` unless `condition` holds."""
    if not condition:
        fail(argument, got, expected)


def choice(argument: str, got: object, options: Iterable[str]) -> None:
    """Require `got` to be one of the named `options`."""
    options = tuple(options)
    if not isinstance(got, str) or got not in options:
        fail(argument, repr(got), "one of " + ", ".join(options))


def number(
    argument: str, got: float, low: float, high: float = math.inf, *, open_low: bool = True
) -> None:
    """Require a finite number in (low, high], or in [low, high] if `open_low` is False."""
    real = isinstance(got, numbers.Real) and not isinstance(got, bool)
    if real and math.isfinite(got) and low <= got <= high and not (open_low and got == low):
        return
    bottom = "above" if open_low else "of at least"
    top = "" if high == math.inf else f" and at most {high:g}"
    fail(argument, repr(got), f"a finite number {bottom} {low:g}{top}")


def whole(argument: str, got: int, low: int = 1) -> None:
    """Require an integer of at least `low`."""
    integer = isinstance(got, numbers.Integral) and not isinstance(got, bool)
    if not integer or got < low:
        fail(argument, repr(got), f"an integer of at least {low}")


def flag(argument: str, got: object) -> None:
    """Require True or False."""
    if not isinstance(got, bool):
        fail(argument, _kind(got), "True or False")


def no_nan(argument: str, got: Tensor) -> None:
    """Require a tensor without NaN."""
    # One pass without a temporary; the exact question is asked only then.
    if not _modes.checking() or not _modes.is_true(torch.isnan(got.detach().sum())):
        return
    if torch.isnan(got).any():
        fail(argument, "NaN", "numbers only")


def finite(argument: str, got: Tensor) -> None:
    """Require a tensor without NaN or infinite values."""
    # One pass without a temporary or a graph; the exact question is asked only then.
    if not _modes.checking() or not _modes.is_true(~torch.isfinite(got.detach().sum())):
        return
    no_nan(argument, got)
    if not torch.isfinite(got).all():
        fail(argument, "infinite values", "finite numbers")


def _kind(got: object) -> str:
    """Describe what is no tensor of floats: its type, or its dtype."""
    return str(got.dtype) if isinstance(got, Tensor) else type(got).__name__


def dense(argument: str, got: Tensor) -> None:
    """Require an ordinary tensor of floats: neither nested nor sparse, integer nor complex."""
    if not isinstance(got, Tensor):
        fail(argument, _kind(got), "a torch tensor")
    if got.is_nested:
        expected = "a padded one, with `lengths` for sequences of unequal length"
        fail(argument, "a nested tensor", expected)
    if got.layout is not torch.strided:
        fail(argument, "a sparse tensor", "a dense one, as `to_dense()` returns it")
    if not got.is_floating_point():
        fail(argument, _kind(got), "a floating-point tensor")


def floats(argument: str, got: Tensor, min_rank: int = 1, *, not_nan: bool = True) -> None:
    """Require floats of at least `min_rank` dimensions, without NaN unless that is asked later."""
    dense(argument, got)
    if got.dim() < min_rank:
        fail(argument, f"shape {list(got.shape)}", f"at least {min_rank} dimensions")
    if not_nan:
        no_nan(argument, got)


def intensity(argument: str, got: Tensor) -> None:
    """Require a floating-point tensor ``[B, …]`` with values in [0, 1]."""
    floats(argument, got)
    if got.numel():
        within(argument, got, 0, 1)


def within(argument: str, got: Tensor, low: float, high: float) -> None:
    """Require all values of a tensor to lie in [low, high]."""
    if not _modes.checking():
        return
    least, most = torch.aminmax(got)
    # In float64, since -1 is a large number beside an unsigned integer.
    inside = (least.double() >= low) & (most.double() <= high)  # neither where one is NaN
    if _modes.is_true(~inside):
        came = f"values from {least.item():g} to {most.item():g}"
        fail(argument, came, f"values in [{low:g}, {high:g}]")


def sequence(argument: str, got: Tensor, *, not_nan: bool = True) -> None:
    """Require a time-major floating-point tensor ``[T, B, …]`` with at least one time step."""
    floats(argument, got, min_rank=2, not_nan=not_nan)
    if len(got) == 0:
        fail(argument, f"shape {list(got.shape)}", "at least one time step, [T, B, …] with T > 0")


def shape(argument: str, got: object, *expected: Iterable[int]) -> None:
    """Require a tensor of one of the `expected` shapes."""
    came = list(getattr(got, "shape", []))
    wanted = [list(one) for one in expected]
    if came not in wanted:
        fail(argument, f"shape {came}", "shape " + " or ".join(map(str, wanted)))


def labels(argument: str, got: Tensor, batch: int, classes: int) -> Tensor:
    """Require integer labels ``[B]`` in [0, classes), at least one; return them as int64."""
    is_tensor = isinstance(got, Tensor)
    if not is_tensor or got.dtype not in INTEGERS or got.shape != (batch,):
        came = f"{got.dtype} {list(got.shape)}" if is_tensor else type(got).__name__
        fail(argument, came, f"an integer tensor of shape [{batch}]")
    if batch == 0:
        fail(argument, "no label", "at least one")
    if _modes.checking():
        _in_range(argument, got, classes)
    return got.long()


def _in_range(argument: str, labels: Tensor, classes: int) -> None:
    """Require labels in [0, classes)."""
    low, high = torch.aminmax(labels)
    if _modes.is_true((low < 0) | (high >= classes)):
        came = f"labels from {low.item()} to {high.item()}"
        fail(argument, came, f"labels in [0, {classes - 1}]")


def lengths(argument: str, got: Tensor, batch: int, steps: int) -> Tensor:
    """Require integers ``[B]`` in [1, steps], how long each sample is; return them as int64."""
    is_tensor = isinstance(got, Tensor)
    if not is_tensor or got.dtype not in INTEGERS or got.shape != (batch,):
        came = f"{got.dtype} {list(got.shape)}" if is_tensor else type(got).__name__
        fail(argument, came, f"an integer tensor of shape [{batch}]")
    if batch and _modes.checking():
        low, high = torch.aminmax(got)
        if _modes.is_true((low < 1) | (high > steps)):
            fail(
                argument, f"lengths from {low.item()} to {high.item()}", f"lengths in [1, {steps}]"
            )
    return got.long()


def between(argument: str, got: float, low: float, high: float) -> None:
    """Require a number in (low, high), both ends left out."""
    number(argument, got, low)
    if got >= high:
        fail(argument, repr(got), f"a number above {low:g} and below {high:g}")


def spikes(argument: str, got: Tensor) -> None:
    """Require a time-major tensor ``[T, B, …]`` of 0 and 1."""
    sequence(argument, got)
    if _modes.checking() and _modes.is_true(((got != 0) & (got != 1)).any()):
        within(argument, got, 0, 1)
        fail(argument, "values between 0 and 1", "spikes of 0 and 1")


def module(argument: str, got: object) -> None:
    """Require a module of PyTorch."""
    require(isinstance(got, torch.nn.Module), argument, repr(got), "a module of PyTorch")


def generator(got: object) -> None:
    """Require a generator of PyTorch, or None."""
    fits = got is None or isinstance(got, torch.Generator)
    require(fits, "generator", repr(got), "a torch.Generator or None")
