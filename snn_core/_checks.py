"""Argument checks of the core: every message names the argument, what came and what was due."""

import math
import numbers
from collections.abc import Iterable

import torch
from torch import Tensor

INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


def require(condition: bool, argument: str, got: object, expected: str) -> None:
    """Raise a ``ValueError`` that names `argument` unless `condition` holds."""
    if not condition:
        raise ValueError(f"{argument}: got {got}, expected {expected}")


def choice(argument: str, got: object, options: Iterable[str]) -> None:
    """Require `got` to be one of the named `options`."""
    options = tuple(options)
    require(
        isinstance(got, str) and got in options, argument, repr(got), "one of " + ", ".join(options)
    )


def number(
    argument: str, got: object, low: float, high: float = math.inf, *, open_low: bool = True
) -> None:
    """Require a finite number in (low, high], or in [low, high] if `open_low` is False."""
    real = isinstance(got, numbers.Real) and not isinstance(got, bool) and math.isfinite(got)
    inside = real and (low < got if open_low else low <= got) and got <= high
    top = "" if high == math.inf else f" and at most {high:g}"
    require(
        inside,
        argument,
        repr(got),
        f"a finite number {'above' if open_low else 'of at least'} {low:g}{top}",
    )


def whole(argument: str, got: object, low: int = 1) -> None:
    """Require an integer of at least `low`."""
    ok = isinstance(got, numbers.Integral) and not isinstance(got, bool) and got >= low
    require(ok, argument, repr(got), f"an integer of at least {low}")


def no_nan(argument: str, got: Tensor) -> None:
    """Require a tensor without NaN."""
    require(not torch.isnan(got).any().item(), argument, "NaN", "numbers only")


def floats(argument: str, got: object, min_rank: int = 1, *, not_nan: bool = True) -> None:
    """Require floats of at least `min_rank` dimensions, without NaN unless that is asked later."""
    require(isinstance(got, Tensor), argument, type(got).__name__, "a torch tensor")
    require(got.is_floating_point(), argument, str(got.dtype), "a floating-point tensor")
    require(
        got.dim() >= min_rank,
        argument,
        f"shape {list(got.shape)}",
        f"at least {min_rank} dimensions",
    )
    if not_nan and torch.isnan(
        got.sum()
    ):  # one pass without a temporary; the exact question is asked only then
        no_nan(argument, got)


def intensity(argument: str, got: object) -> None:
    """Require a floating-point tensor ``[B, …]`` with values in [0, 1]."""
    floats(argument, got)
    if got.numel():
        low, high = got.min().item(), got.max().item()
        require(
            low >= 0 and high <= 1, argument, f"values from {low:g} to {high:g}", "values in [0, 1]"
        )


def sequence(argument: str, got: object, *, not_nan: bool = True) -> None:
    """Require a time-major floating-point tensor ``[T, B, …]`` with at least one time step."""
    floats(argument, got, min_rank=2, not_nan=not_nan)
    require(
        got.shape[0] > 0,
        argument,
        f"shape {list(got.shape)}",
        "at least one time step, [T, B, …] with T > 0",
    )


def labels(argument: str, got: object, batch: int, classes: int) -> Tensor:
    """Require integer labels ``[B]`` in [0, classes), at least one; return them as int64."""
    ok = isinstance(got, Tensor) and got.dtype in INTEGERS and got.shape == (batch,)
    what = f"{got.dtype} {list(got.shape)}" if isinstance(got, Tensor) else type(got).__name__
    require(ok, argument, what, f"an integer tensor of shape [{batch}]")
    require(batch > 0, argument, "no label", "at least one")
    low, high = got.min().item(), got.max().item()
    require(
        low >= 0 and high < classes,
        argument,
        f"labels from {low} to {high}",
        f"labels in [0, {classes - 1}]",
    )
    return got.long()
