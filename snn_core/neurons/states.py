"""States of neurons: a tensor, or a tuple of tensors, one for each variable."""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar, cast

import torch
from torch import Tensor

from .. import _checks
from ..precision import wide

State = Tensor | tuple[Tensor, ...]
S = TypeVar("S", bound=State)  # the state of one kind of neuron
Variables = TypeVar("Variables", bound=NamedTuple)


def at_rest(kind: type[Variables], like: Tensor) -> Variables:
    """Return a state of this kind of NamedTuple: wide zeros, shaped like `like`, per variable."""
    return kind._make(torch.zeros_like(like, dtype=wide(like)) for _ in kind._fields)


def detach(state: S) -> S:
    """Return the same state without a way back to what it came from, whatever its kind.

    Carry it on to the next piece of a sequence, and no gradient flows from piece to piece.

    Args:
        state: of any neuron: a tensor, a NamedTuple or a plain tuple of tensors ``[B, …]``.

    >>> from snn_core import CuBaLIF
    >>> last = CuBaLIF()(torch.ones(2, 1, 1, requires_grad=True), record=True).state
    >>> last.synapse.requires_grad, detach(last).synapse.requires_grad
    (True, False)
    """
    return like(state, (variable.detach() for variable in variables(state)))


def variables(state: State) -> tuple[Tensor, ...]:
    """Return the variables of a state, one for a tensor."""
    return (state,) if isinstance(state, Tensor) else tuple(state)


def like(state: S, values: Iterable[Tensor]) -> S:
    """Return a state of the same kind with other `values` for its variables."""
    new: State = tuple(values)
    if isinstance(state, Tensor):
        (new,) = new
    elif hasattr(state, "_make"):
        new = state._make(new)
    return cast(S, new)


def require_like(argument: str, got: object, rest: State) -> None:
    """Require a state of the variables, shapes, dtype and device of the one at rest."""
    for aspect in ("shape", "dtype", "device", "layout"):
        came = _seen(got, aspect)
        due = _seen(rest, aspect)
        if came != due:
            kind = "" if isinstance(rest, Tensor) else f"{type(rest).__name__} of "
            _checks.fail(argument, f"{aspect} {came}", f"{kind}{aspect} {due}")


def require_step(name: str, after: object, current: Tensor, state: State) -> None:
    """Require what a step returns: spikes and membrane like its input, state like its state."""
    if not isinstance(after, tuple) or len(after) != 3:
        came = f"{len(after)} values" if isinstance(after, tuple) else type(after).__name__
        _checks.fail(name, came, "three values: spikes, membrane, state")
    for kind, value in zip(("spikes", "membrane"), after[:2], strict=True):
        _checks.dense(f"{name}: {kind}", value)
        _checks.shape(f"{name}: {kind}", value, current.shape)
    require_like(f"{name}: state", after[2], state)


def _seen(state: object, aspect: str) -> object:
    """Return one aspect of a tensor, a list of them for a tuple, and the type of all else."""
    if isinstance(state, Tensor):
        value = getattr(state, aspect)
        return list(value) if aspect == "shape" else value
    if isinstance(state, tuple):
        return [_seen(variable, aspect) for variable in state]
    return type(state).__name__
