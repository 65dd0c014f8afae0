"""Argument checks of the core: every message names the argument, what came and what was due."""

import math
import numbers
from collections.abc import Iterable
from typing import NoReturn

import torch
from torch import Tensor

INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


def fail(argument: str, got: object, expected: str) -> NoReturn:
    """Raise the ``ValueError`` of all checks: which argument, what came, what was expected."""
    raise ValueError(f"{argument}: got {got}, expected {expected}")


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
    argument: str, got: object, low: float, high: float = math.inf, *, open_low: bool = True
) -> None:
    """Require a finite number in (low, high], or in [low, high] if `open_low` is False."""
    real = isinstance(got, numbers.Real) and not isinstance(got, bool)
    if real and math.isfinite(got) and low <= got <= high and not (open_low and got == low):
        return
    bottom = "above" if open_low else "of at least"
    top = "" if high == math.inf else f" and at most {high:g}"
    fail(argument, repr(got), f"a finite number {bottom} {low:g}{top}")


def whole(argument: str, got: object, low: int = 1) -> None:
    """Require an integer of at least `low`."""
    integer = isinstance(got, numbers.Integral) and not isinstance(got, bool)
    if not integer or got < low:
        fail(argument, repr(got), f"an integer of at least {low}")


def no_nan(argument: str, got: Tensor) -> None:
    """Require a tensor without NaN."""
    if torch.isnan(got).any():
        fail(argument, "NaN", "numbers only")


def floats(argument: str, got: object, min_rank: int = 1, *, not_nan: bool = True) -> None:
    """Require floats of at least `min_rank` dimensions, without NaN unless that is asked later."""
    if not isinstance(got, Tensor):
        fail(argument, type(got).__name__, "a torch tensor")
    if not got.is_floating_point():
        fail(argument, str(got.dtype), "a floating-point tensor")
    if got.dim() < min_rank:
        fail(argument, f"shape {list(got.shape)}", f"at least {min_rank} dimensions")
    # One pass without a temporary; the exact question is asked only then.
    if not_nan and torch.isnan(got.sum()):
        no_nan(argument, got)


def intensity(argument: str, got: object) -> None:
    """Require a floating-point tensor ``[B, …]`` with values in [0, 1]."""
    floats(argument, got)
    if got.numel():
        within(argument, got, 0, 1)


def within(argument: str, got: Tensor, low: float, high: float) -> None:
    """Require all values of a tensor to lie in [low, high]."""
    least = got.min().item()
    most = got.max().item()
    if not (low <= least and most <= high):  # also where one is NaN
        fail(argument, f"values from {least:g} to {most:g}", f"values in [{low:g}, {high:g}]")


def sequence(argument: str, got: object, *, not_nan: bool = True) -> None:
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


def labels(argument: str, got: object, batch: int, classes: int) -> Tensor:
    """Require integer labels ``[B]`` in [0, classes), at least one; return them as int64."""
    is_tensor = isinstance(got, Tensor)
    if not is_tensor or got.dtype not in INTEGERS or got.shape != (batch,):
        came = f"{got.dtype} {list(got.shape)}" if is_tensor else type(got).__name__
        fail(argument, came, f"an integer tensor of shape [{batch}]")
    if batch == 0:
        fail(argument, "no label", "at least one")
    low = got.min().item()
    high = got.max().item()
    if low < 0 or high >= classes:
        fail(argument, f"labels from {low} to {high}", f"labels in [0, {classes - 1}]")
    return got.long()


def lengths(argument: str, got: object, batch: int, steps: int) -> Tensor:
    """Require integers ``[B]`` in [1, steps], how long each sample is; return them as int64."""
    is_tensor = isinstance(got, Tensor)
    if not is_tensor or got.dtype not in INTEGERS or got.shape != (batch,):
        came = f"{got.dtype} {list(got.shape)}" if is_tensor else type(got).__name__
        fail(argument, came, f"an integer tensor of shape [{batch}]")
    if batch:
        low = got.min().item()
        high = got.max().item()
        if low < 1 or high > steps:
            fail(argument, f"lengths from {low} to {high}", f"lengths in [1, {steps}]")
    return got.long()
