"""What neurons share: the loop over time, the check of input and state."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from .. import _checks
from ..precision import wide
from .constants import Constants
from .lengths import last_state, silent_after, without_padding

PER_NEURON = ("beta", "alpha", "rho", "strength", "threshold")

State = Tensor | tuple[Tensor, ...]


class Recording(NamedTuple):
    """What a neuron did: spikes and membrane ``[T, B, …]``, and the final state, to go on from."""

    spikes: Tensor
    membrane: Tensor
    state: State


def at_rest(kind: type, like: Tensor) -> tuple[Tensor, ...]:
    """Return a state of this kind of NamedTuple: wide zeros, shaped like `like`, per variable."""
    return kind(*(torch.zeros_like(like, dtype=wide(like)) for _ in kind._fields))


class Neuron(Constants):
    """What every neuron shares: the state at rest, and the check of what comes in and goes out."""

    def initial_state(self, current: Tensor) -> State:
        """Return the resting state for the input `current` ``[T, B, …]``: zeros ``[B, …]``."""
        return torch.zeros_like(current[0], dtype=wide(current))

    def _prepare(self, current: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Check input and state; without a state, start at rest."""
        _checks.sequence("current", current, not_nan=False)
        self._require_fit(list(current.shape[2:]))
        rest = self.initial_state(current)
        if state is None:
            return current, rest
        came = _shapes(state)
        expected = _shapes(rest)
        if came != expected:
            _checks.fail("state", came or type(state).__name__, f"shape {expected}")
        if isinstance(rest, Tensor):
            return current, state
        return current, type(rest)(*state)

    def _require_fit(self, sample: list[int]) -> None:
        """Require that what differs from neuron to neuron has the axes of a `sample`."""
        for name in PER_NEURON:
            value = getattr(self, name, None)
            is_own = isinstance(value, Tensor) and value.dim()
            if is_own and not _has_axes(value.shape, sample):
                expected = f"one number, or the axes of a sample, {sample}"
                _checks.fail(self.called(name), f"shape {list(value.shape)}", expected)

    def _finish(self, state: State) -> State:
        """Require a state without NaN: once in the membrane, a NaN of the input never leaves it."""
        for variable in state if isinstance(state, tuple) else (state,):
            _checks.no_nan("current", variable)
        return state


def _has_axes(shape: torch.Size, sample: list[int]) -> bool:
    """Say whether each axis of `shape` is that of the sample, or 1; none is taken for another."""
    if len(shape) != len(sample):
        return False
    return all(own in (1, size) for own, size in zip(shape, sample, strict=True))


def _shapes(state: object) -> list:
    """Return the shape of a tensor, a list of shapes for a tuple, an empty list for the rest."""
    if isinstance(state, tuple):
        return [list(getattr(variable, "shape", [])) for variable in state]
    return list(getattr(state, "shape", []))


class SpikingNeuron(Neuron):
    """A spiking neuron defined by its `step`; calling it runs the step over all time.

    Subclass it, write `step(current, state) -> (spikes, membrane, state)`, and the loop is done. A
    state of several variables is a NamedTuple, which `initial_state` returns at rest.
    """

    def step(self, current: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """Advance by one step: `current` and `state` ``[B, …]`` → (spikes, membrane, new state)."""
        raise NotImplementedError

    def forward(
        self,
        current: Tensor,
        state: State | None = None,
        *,
        lengths: Tensor | None = None,
        record: bool = False,
    ) -> Tensor | Recording:
        """Run over `current` ``[T, B, …]``; return spikes, or a `Recording` if `record`.

        With `lengths`, integers ``[B]`` in [1, T], each sample ends at its own step: after it
        spikes and membrane are 0, and the state is that in which it ends.
        """
        current, lengths = without_padding(current, lengths)
        spikes, membrane, states = zip(*self._steps(current, state), strict=True)
        last = self._finish(last_state(states, lengths))
        spikes = silent_after(torch.stack(spikes), lengths)
        if not record:
            return spikes
        return Recording(spikes, silent_after(torch.stack(membrane), lengths), last)

    def states(self, current: Tensor, state: State | None = None) -> State:
        """Run over `current` ``[T, B, …]``; return the states after all steps, ``[T, B, …]``."""
        _, _, states = zip(*self._steps(current, state), strict=True)
        last = self._finish(states[-1])
        if isinstance(last, Tensor):
            return torch.stack(states)
        variables = zip(*states, strict=True)
        return type(last)(*map(torch.stack, variables))

    def _steps(self, current: Tensor, state: State | None) -> Iterator:
        """Yield (spikes, membrane, state) of every step."""
        current, state = self._prepare(current, state)
        for now in current:
            spikes, membrane, state = self.step(now, state)
            yield spikes, membrane, state
