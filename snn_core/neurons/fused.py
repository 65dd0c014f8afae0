"""Neurons that run over a whole sequence at once, by functions with a backward by hand."""

from typing import TYPE_CHECKING, Literal, overload

from torch import Tensor

from .. import _checks, _modes
from ..surrogate import Surrogate
from ._lif_sequence import Rules, lif_sequence
from .base import Recording
from .leaky import IntegrateAndFire, reset_membrane
from .lengths import at_end, fill_after, without_padding
from .states import S, like


class Fused(IntegrateAndFire[S]):
    """What LIF-like neurons share that run over a whole sequence faster than step by step.

    With a delayed reset, or in a subclass with another step, rules or spike, it is step by step.
    """

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
        """Run over `current` ``[T, B, …]`` as `SpikingNeuron.forward` does, only faster."""
        if _modes.plain_only() or not self._is_untouched():
            return super().forward(current, state, lengths=lengths, record=record)
        _checks.flag("record", record)
        current, lengths = without_padding(current, lengths)
        current, state = self._prepare(current, state)
        spikes, membrane, others = self._sequence(current, state)
        _checks.finite("current", membrane[-1])  # once in the membrane, a NaN never leaves it
        visible = fill_after(spikes.to(current), lengths)
        if not record:
            return visible
        last = self._last(state, spikes, membrane, others, lengths)
        return Recording(visible, fill_after(membrane, lengths), last)

    if TYPE_CHECKING:
        __call__ = forward

    def _sequence(self, current: Tensor, state: S) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        """Return spikes, membrane, and further variables of the state, ``[T, B, …]`` each."""
        raise NotImplementedError

    def _last(
        self,
        state: S,
        spikes: Tensor,
        membrane: Tensor,
        others: tuple[Tensor, ...],
        lengths: Tensor | None,
    ) -> S:
        """Return the state in which each sample ends."""
        threshold = self.constant("threshold", membrane)
        after = self._after(spikes, membrane, threshold, lengths)
        return like(state, [after, *(at_end(other, lengths) for other in others)])

    def _after(
        self, spikes: Tensor, membrane: Tensor, threshold: Tensor, lengths: Tensor | None
    ) -> Tensor:
        """Return v where each sample ends, for the `threshold` of that step."""
        u = at_end(membrane, lengths)
        z = at_end(spikes, lengths)
        return reset_membrane(u, z, threshold, self.reset, self.detach_reset)

    def _is_untouched(self) -> bool:
        """Say whether nothing is in the way: no delayed reset, nothing that a user has changed."""
        step = getattr(self.step, "__func__", None) is self._fused_step()
        rules = type(self).rules is IntegrateAndFire.rules
        call = type(self.surrogate).__call__ is Surrogate.__call__
        return step and rules and call and self.reset != "delayed"

    @classmethod
    def _fused_step(cls) -> object:
        """Return the step of the class that says how to run over a sequence."""
        for kind in cls.__mro__:
            if "_sequence" in vars(kind):
                return vars(kind).get("step")
        return None

    def _constants(self, state: Tensor) -> dict[str, Tensor]:
        """Return the constants by name, to apply to a `state` ``[B, …]``."""
        return {name: self.constant(name, state) for name in ("beta", "threshold")}

    def _reset_rules(self) -> Rules:
        return Rules(self.reset == "soft", self.detach_reset, self.surrogate)

    def _fire(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run as plain LIF neurons from the membrane `state`; return spikes and membrane."""
        return lif_sequence(current, state, **self._constants(state), rules=self._reset_rules())
