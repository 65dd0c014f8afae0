"""What neurons share: the loop over time, the check of input and state."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, cast, overload

import torch
from torch import Tensor

from .. import _checks
from ..precision import wide
from .constants import Constants
from .lengths import fill_after, last_state, without_padding
from .states import S, like, require_like, require_step, variables


class Recording(NamedTuple, Generic[S]):
    """What a neuron did: spikes and membrane ``[T, B, …]``, and the final state, to go on from.

    `neurons.detach(state)` cuts the state of any neuron off from what came before.
    """

    spikes: Tensor
    membrane: Tensor
    state: S


class Neuron(Constants, Generic[S]):
    """What every neuron shares: the state at rest, and the check of what comes in and goes out.

    `per_neuron` names the attributes that may differ from neuron to neuron; a tensor among them
    must have the axes of a sample. The parameter of the type is that of its state.
    """

    per_neuron: tuple[str, ...] = ("beta", "alpha", "rho", "strength", "threshold")

    def initial_state(self, current: Tensor) -> S:
        """Return the resting state for the input `current` ``[T, B, …]``: zeros ``[B, …]``."""
        return cast(S, torch.zeros_like(current[0], dtype=wide(current)))

    def _prepare(self, current: Tensor, state: S | None) -> tuple[Tensor, S]:
        """Check input and state; without a state, start at rest."""
        _checks.sequence("current", current, not_nan=False)
        self._require_fit(list(current.shape[2:]))
        rest = self.initial_state(current)
        if state is None:
            return current, rest
        require_like("state", state, rest)
        state = like(rest, variables(state))
        for variable in variables(state):
            _checks.finite("state", variable)
        return current, state

    def _require_fit(self, sample: list[int]) -> None:
        """Require that what differs from neuron to neuron has the axes of a `sample`."""
        for name in self.per_neuron:
            value = getattr(self, name, None)
            if not isinstance(value, Tensor) or value.dim() == 0:
                continue
            if not _has_axes(value.shape, sample):
                expected = f"one number, or the axes of a sample, {sample}"
                _checks.fail(self.called(name), f"shape {list(value.shape)}", expected)

    def _finish(self, state: S) -> S:
        """Require a finite state: once in the membrane, a NaN of the input never leaves it."""
        for variable in variables(state):
            _checks.finite("current", variable)
        return state


def _has_axes(shape: torch.Size, sample: list[int]) -> bool:
    """Say whether each axis of `shape` is that of the sample, or 1; none is taken for another."""
    if len(shape) != len(sample):
        return False
    return all(own in (1, size) for own, size in zip(shape, sample, strict=True))


class SpikingNeuron(Neuron[S]):
    """A spiking neuron defined by its `step`; calling it runs the step over all time.

    Subclass it, or one of the neurons here, write ``step(current, state) -> (spikes, membrane,
    state)``, and the loop is done. A state of several variables is a NamedTuple or a plain tuple,
    which `initial_state` returns at rest. What differs from neuron to neuron is named in
    `per_neuron`, to be checked.

    >>> class Tired(SpikingNeuron[Tensor]):
    ...     def step(self, current, state):
    ...         return (state + current > 1).float(), state + current, 0 * state
    >>> Tired()(torch.full((2, 1, 1), 1.5)).flatten()
    tensor([1., 1.])
    """

    def step(self, current: Tensor, state: S) -> tuple[Tensor, Tensor, S]:
        """Advance by one step: `current` and `state` ``[B, …]`` → (spikes, membrane, new state)."""
        raise NotImplementedError(f"{type(self).__name__} has no `step`")

    @overload
    def forward(
        self,
        current: Tensor,
        state: S | None = None,
        *,
        lengths: Tensor | None = None,
        record: Literal[False] = False,
    ) -> Tensor: ...

    @overload
    def forward(
        self,
        current: Tensor,
        state: S | None = None,
        *,
        lengths: Tensor | None = None,
        record: Literal[True],
    ) -> Recording[S]: ...

    @overload
    def forward(
        self,
        current: Tensor,
        state: S | None = None,
        *,
        lengths: Tensor | None = None,
        record: bool,
    ) -> Tensor | Recording[S]: ...

    def forward(
        self,
        current: Tensor,
        state: S | None = None,
        *,
        lengths: Tensor | None = None,
        record: bool = False,
    ) -> Tensor | Recording[S]:
        """Run over `current` ``[T, B, …]``; return spikes, or a `Recording` if `record`.

        With `lengths`, integers ``[B]`` in [1, T], each sample ends at its own step: after it
        spikes and membrane are 0, and the state is that in which it ends.
        """
        _checks.flag("record", record)
        current, lengths = without_padding(current, lengths)
        fired, membrane, states = zip(*self._steps(current, state), strict=True)
        last = self._finish(last_state(states, lengths))
        spikes = fill_after(torch.stack(fired), lengths)
        if not record:
            return spikes
        return Recording(spikes, fill_after(torch.stack(membrane), lengths), last)

    if TYPE_CHECKING:
        __call__ = forward

    def states(self, current: Tensor, state: S | None = None) -> S:
        """Run over `current` ``[T, B, …]``; return the states after all steps, ``[T, B, …]``."""
        _, _, states = zip(*self._steps(current, state), strict=True)
        last = self._finish(states[-1])
        over_time = zip(*map(variables, states), strict=True)
        return like(last, map(torch.stack, over_time))

    def _steps(self, current: Tensor, state: S | None) -> Iterator[tuple[Tensor, Tensor, S]]:
        """Yield (spikes, membrane, state) of every step."""
        current, state = self._prepare(current, state)
        first = True
        for now in current.unbind():
            after = self.step(now, state)
            if first:  # as the first, so the others
                require_step(f"{type(self).__name__}.step", after, now, state)
                first = False
            spikes, membrane, state = after
            yield spikes, membrane, state
