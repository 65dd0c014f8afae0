"""What the doors of the rules share: spikes, weights and states that fit, all in one dtype."""

import math
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, reduce
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from .. import _checks, _modes
from ..precision import wide

N = TypeVar("N", bound=NamedTuple)  # the state of one kind of rule


def widest(*tensors: Tensor) -> torch.dtype:
    """Return the dtype in which a rule works: the widest of its tensors, float32 at least."""
    dtypes = [tensor.dtype for tensor in tensors]
    return reduce(torch.promote_types, dtypes, wide(dtypes[0]))


def exactly(like: Tensor) -> AbstractContextManager[object]:
    """Return a context in which autocast does not round products of matrices."""
    kind = like.device.type
    if torch.is_autocast_enabled(kind):
        return torch.autocast(kind, enabled=False)
    return nullcontext()


def all_finite(**tensors: Tensor) -> None:
    """Require finite numbers: asked of all tensors at once, and of each only where that fails."""
    if _sum_is_finite(tensors.values()):
        return
    for argument, tensor in tensors.items():
        _checks.finite(argument, tensor)


def _sum_is_finite(tensors: Iterable[Tensor]) -> bool:
    """Say whether the sum of all tensors is finite: if it is, so is each of their values."""
    return math.isfinite(sum(tensor.sum() for tensor in tensors))


def with_axes(argument: str, got: Tensor, axes: str) -> None:
    """Require floats with the named `axes`; time, where it is among them, has steps."""
    _checks.floats(argument, got, not_nan=False)
    rank = axes.count(",") + 1
    if got.dim() != rank:
        _checks.fail(argument, f"shape {list(got.shape)}", axes)
    if axes.startswith("[T") and len(got) == 0:
        _checks.fail(argument, f"shape {list(got.shape)}", f"at least one time step, {axes}")


def finite_floats(argument: str, got: Tensor, axes: str) -> None:
    """Require finite floats with the named `axes`."""
    with_axes(argument, got, axes)
    all_finite(**{argument: got})


def at_least_0(argument: str, got: Tensor, axes: str) -> None:
    """Require finite floats of at least 0, with the named `axes`."""
    finite_floats(argument, got, axes)
    if got.numel():
        _checks.within(argument, got, 0, math.inf)


def pair(pre: Tensor, post: Tensor, before: str = "") -> None:
    """Require spikes `pre` and `post` of the same samples, with the axes `before` these."""
    with_axes("pre", pre, f"[{before}B, N]")
    with_axes("post", post, f"[{before}B, M]")
    if pre.shape[:-1] != post.shape[:-1]:
        expected = f"[{before}B, M] to fit pre {list(pre.shape)}"
        _checks.fail("post", f"shape {list(post.shape)}", expected)
    all_finite(pre=pre, post=post)


def sequences(pre: Tensor, post: Tensor) -> None:
    """Require trains `pre` ``[T, B, N]`` and `post` ``[T, B, M]`` of at least one step."""
    pair(pre, post, "T, ")


def weights(got: Tensor, sizes: Sequence[int], low: float, high: float) -> None:
    """Require weights ``[M, N]`` or ``[B, M, N]``, for the `sizes` (B, M, N), in [low, high].

    A bound counts as their dtype holds it: what a rule has cut to 0.3 in float32 is 0.30000001.
    """
    _checks.floats("weight", got, not_nan=False)
    _checks.shape("weight", got, sizes[1:], sizes)
    if got.numel() and _modes.checking():
        _checks.within("weight", got, _held(low, got.dtype), _held(high, got.dtype))


@lru_cache
def _held(bound: float, dtype: torch.dtype) -> float:
    """Return a bound as a tensor of this dtype holds it: at most its largest number."""
    largest = torch.finfo(dtype).max
    rounded = torch.tensor(bound, dtype=dtype).item()
    return max(-largest, min(rounded, largest))


def state(got: N, rest: N) -> None:
    """Require a state of the kind and the shapes of `rest`, of finite numbers."""
    found = checked_variables(got, rest)
    if not _sum_is_finite(found):
        for variable in found:
            all_finite(state=variable)


def checked_variables(got: N, rest: N) -> list[Tensor]:
    """Return the tensors of a state, which must have the kind and the shapes of `rest`."""
    kind = type(rest)
    if type(got) is not kind:
        _checks.fail("state", type(got).__name__, f"a {kind.__name__}")
    found: list[Tensor] = []
    for name, variable, like in zip(kind._fields, got, rest, strict=True):
        if not isinstance(like, Tensor):
            found += checked_variables(variable, like)
            continue
        shape = getattr(variable, "shape", None)
        if shape != like.shape:
            _checks.fail("state", f"{name} of shape {shape}", f"shape {list(like.shape)}")
        _checks.floats("state", variable, not_nan=False)
        found.append(variable)
    return found


def in_dtype(got: N, dtype: torch.dtype) -> N:
    """Return a state in this dtype, the states in it included."""
    return got._make(
        each.to(dtype) if isinstance(each, Tensor) else in_dtype(each, dtype) for each in got
    )
