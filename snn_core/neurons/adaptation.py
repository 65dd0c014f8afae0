"""Adaptation: every spike of a neuron raises its threshold for a while."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .. import _checks
from ..surrogate import Surrogate
from ._filter import leaky_sequence, per_entry
from .decays import parameter, time_constant
from .fused import Fused
from .lengths import at_end
from .lif import SPIKE, leaky_step, lif_step
from .options import LIFOptions
from .states import S, like, variables

TAU_ADAPT = 100.0  # ms, of a neuron that is given neither a time constant nor a decay


class AdaptiveState(NamedTuple):
    """Membrane after the reset v, and adaptation a, each ``[B, …]``."""

    membrane: Tensor
    adaptation: Tensor


def adaptive_lif_step(
    current: Tensor,
    state: AdaptiveState,
    *,
    beta: Tensor | float,
    rho: Tensor | float,
    strength: Tensor | float,
    threshold: Tensor | float = 1.0,
    reset: str = "soft",
    detach_reset: bool = True,
    spike: Callable[[Tensor], Tensor] = SPIKE,
) -> tuple[Tensor, Tensor, AdaptiveState]:
    """Advance an LIF neuron whose threshold is raised by its own past spikes.

    The threshold of step t is ``threshold + strength * a[t-1]``, and
    ``a[t] = rho * a[t-1] + z[t]``. A soft reset subtracts the raised threshold. The gradient flows
    through the adaptation, also when the reset is detached.

    Args:
        current: input I[t], ``[B, …]``.
        state: v[t-1] and a[t-1], same shape each.
        beta: decay per step in [0, 1], a number or a tensor that broadcasts.
        rho: decay of the adaptation per step in [0, 1], a number or a tensor that broadcasts.
        strength: by how much one spike raises the threshold, a number or a tensor that broadcasts.
        threshold: above 0, of the rested neuron.
        reset: "soft" subtracts the threshold, "hard" sets the membrane to 0; no delayed reset,
            which would compare with the threshold of the next step.
        detach_reset: if True, no gradient flows through the spike that resets.
        spike: turns the distance to the threshold into spikes, as that of `lif_step`.

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
    spikes, membrane, v = lif_step(
        wide,
        state.membrane,
        beta=beta,
        threshold=raised,
        reset=reset,
        detach_reset=detach_reset,
        spike=spike,
    )
    adaptation = leaky_step(spikes, state.adaptation, rho)
    return spikes.to(current), membrane, AdaptiveState(v, adaptation)


class Adaptive(Fused[S]):
    """What adaptive neurons share: what a spike raises their threshold by, and for how long."""

    strength: Tensor

    def __init__(
        self,
        tau_mem: Tensor | float | None = None,
        tau_adapt: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        rho: Tensor | float | None = None,
        strength: Tensor | float = 0.1,
        threshold: Tensor | float = 1.0,
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
        learn_beta: bool = False,
        learn_rho: bool = False,
        learn_strength: bool = False,
        learn_threshold: bool = False,
    ):
        options: LIFOptions = {
            "beta": beta,
            "threshold": threshold,
            "dt": dt,
            "reset": reset,
            "detach_reset": detach_reset,
            "surrogate": surrogate,
            "learn_beta": learn_beta,
            "learn_threshold": learn_threshold,
        }
        super().__init__(tau_mem, **options)
        self.own_decay({"tau_adapt": tau_adapt, "rho": rho}, TAU_ADAPT, dt, learn=learn_rho)
        given = parameter("strength", strength)
        raises = bool((given >= 0).all())
        _checks.require(raises, "strength", given.tolist(), "at least 0")
        self.own_constant("strength", given, learn=learn_strength)

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
