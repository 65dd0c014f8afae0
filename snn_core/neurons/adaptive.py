"""Neurons that tire: every spike raises their threshold for a while."""

from typing import NamedTuple, Unpack

import torch
from torch import Tensor

from .. import _checks
from ._feedback_gradients import Given
from ._feedback_sequence import feedback_sequence
from ._filter import leaky_sequence, per_entry
from .decays import parameter, time_constant
from .fused import Fused
from .lengths import at_end
from .lif import leaky_step, lif_step
from .options import LIFOptions, ResetRules
from .states import S, at_rest, like, variables

TAU_ADAPT = 100.0  # ms, of a neuron that is given neither a time constant nor a decay


class AdaptiveState(NamedTuple):
    """Membrane after the reset v, and adaptation a, each ``[B, …]``."""

    membrane: Tensor
    adaptation: Tensor


def adaptive_lif_step(
    current: Tensor,
    state: AdaptiveState,
    *,
    rho: Tensor | float,
    strength: Tensor | float,
    threshold: Tensor | float = 1.0,
    **rules: Unpack[ResetRules],
) -> tuple[Tensor, Tensor, AdaptiveState]:
    """Advance an LIF neuron whose threshold is raised by its own past spikes.

    The threshold of step t is ``threshold + strength * a[t-1]``, and
    ``a[t] = rho * a[t-1] + z[t]``. A soft reset subtracts the raised threshold. The gradient flows
    through the adaptation, also when the reset is detached.

    Args:
        current: input I[t], ``[B, …]``.
        state: v[t-1] and a[t-1], same shape each.
        rho: decay of the adaptation per step in [0, 1], a number or a tensor that broadcasts.
        strength: by how much one spike raises the threshold, a number or a tensor that broadcasts.
        threshold: above 0, of the rested neuron.
        rules: beta and the other keyword arguments of `lif_step`; no delayed reset, which would
            compare with the threshold of the next step.

    Returns:
        (spikes z[t] in {0, 1}, membrane u[t], state), each ``[B, …]``.

    Reference: Bellec et al. 2018, LSNN (their b is a, beta is strength, and their threshold is B).

    >>> import torch
    >>> rest = AdaptiveState(torch.zeros(1), torch.zeros(1))
    >>> adaptive_lif_step(torch.tensor([1.5]), rest, beta=0.5, rho=0.9, strength=0.5)[2].adaptation
    tensor([1.])
    """
    raised = threshold + strength * state.adaptation
    wide = current.to(state.membrane)  # so that the spikes that adapt, and their gradient, are it
    spikes, membrane, v = lif_step(wide, state.membrane, threshold=raised, **rules)
    adaptation = leaky_step(spikes, state.adaptation, rho)
    return spikes.to(current), membrane, AdaptiveState(v, adaptation)


class Adaptive(Fused[S]):
    """What neurons with an adaptive threshold share: its decay, and by how much a spike raises it.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``; 10 if neither
            it nor `beta` is given.
        tau_adapt: adaptation time constant in ms, above 0; a number or a tensor ``[N]``; 100 if
            neither it nor `rho` is given.
        rho: adaptation decay per step in [0, 1], in place of `tau_adapt`.
        strength: by how much one spike raises the threshold, at least 0; a number or a tensor
            ``[N]``.
        dt: step in ms, 1 unless given.
        learn_rho: make the adaptation decay learnable.
        options: threshold, reset and the other options of `LIF`.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.
    """

    strength: Tensor

    def __init__(
        self,
        tau_mem: Tensor | float | None = None,
        tau_adapt: Tensor | float | None = None,
        *,
        rho: Tensor | float | None = None,
        strength: Tensor | float = 0.1,
        dt: float = 1.0,
        learn_rho: bool = False,
        **options: Unpack[LIFOptions],
    ):
        super().__init__(tau_mem, dt=dt, **options)
        self.own_decay({"tau_adapt": tau_adapt, "rho": rho}, TAU_ADAPT, dt, learn=learn_rho)
        given = parameter("strength", strength)
        raises = bool((given >= 0).all())
        _checks.require(raises, "strength", given.tolist(), "at least 0")
        self.own_constant("strength", given)

    @property
    def rho(self) -> Tensor:
        """Decay of the adaptation per step in [0, 1], in float64: a scalar, or one per neuron."""
        return self.constant("rho")

    @property
    def tau_adapt(self) -> Tensor:
        """Adaptation time constant in ms, in float64, also of a learnt decay."""
        return time_constant(self.rho, self.dt)

    def _constants(self, state: Tensor) -> dict[str, Tensor]:
        own = {name: self.constant(name, state) for name in ("rho", "strength")}
        return super()._constants(state) | own

    def _last(
        self,
        state: S,
        spikes: Tensor,
        membrane: Tensor,
        others: tuple[Tensor, ...],
        lengths: Tensor | None,
    ) -> S:
        first = variables(state)[1]
        constants = self._constants(first)
        adaptation = leaky_sequence(spikes, first, constants["rho"])
        before = torch.cat([first[None], adaptation[:-1]])
        a = at_end(before, lengths)
        spreads = (per_entry(constants[name], a) for name in ("threshold", "strength"))
        threshold, strength = spreads
        limit = torch.addcmul(threshold, a, strength)
        after = self._after(spikes, membrane, limit, lengths)
        ends = (at_end(other, lengths) for other in (adaptation, *others))
        return like(state, [after, *ends])


class AdaptiveLIF(Adaptive[AdaptiveState]):
    """LIF neurons with an adaptive threshold: a spike raises it, it falls back with `tau_adapt`.

    Args: those of `Adaptive`.

    Raises:
        ValueError: for values outside their ranges, or an input that is not ``[T, B, …]``.

    Reference: Bellec et al. 2018, LSNN.

    >>> import torch
    >>> spikes = AdaptiveLIF(beta=0.5, rho=0.9, strength=1.0)(torch.full((8, 1, 1), 1.1))
    >>> spikes.flatten().tolist()
    [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """

    def initial_state(self, current: Tensor) -> AdaptiveState:
        """Return a rested membrane and no adaptation for `current` ``[T, B, …]``."""
        return at_rest(AdaptiveState, current[0])

    def step(self, current: Tensor, state: AdaptiveState) -> tuple[Tensor, Tensor, AdaptiveState]:
        """Advance by one step with `adaptive_lif_step`."""
        rho = self.constant("rho", state.adaptation)
        strength = self.constant("strength", state.adaptation)
        rules = self.rules(state.membrane)
        return adaptive_lif_step(current, state, rho=rho, strength=strength, **rules)

    def _sequence(self, current: Tensor, state: AdaptiveState) -> tuple[Tensor, Tensor, tuple[()]]:
        v, a = state
        given = Given(v, **self._constants(v), a=a)
        return *feedback_sequence(current, given, self._reset_rules()), ()

    def thresholds(self, current: Tensor) -> Tensor:
        """Run over `current` ``[T, B, …]`` from rest; return each step's threshold, same shape.

        Past spikes have raised it; a spike of the same step has not yet.
        """
        after = self.states(current).adaptation
        before = torch.cat([torch.zeros_like(after[:1]), after[:-1]])
        strength = self.constant("strength", before)
        return self.constant("threshold", before) + strength * before
