"""The LIF neuron with an absolute refractory period: after a spike it hears nothing for a while."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .. import _checks
from ..surrogate import Surrogate
from .decays import parameter
from .leaky import IntegrateAndFire
from .lif import SPIKE, lif_step
from .states import at_rest

WHOLE = 1e-6  # steps, by which a refractory period may miss a whole number of them


class RefractoryState(NamedTuple):
    """Membrane after the reset v, and for how many steps it is still held, each ``[B, …]``."""

    membrane: Tensor
    wait: Tensor


def refractory_lif_step(
    current: Tensor,
    state: RefractoryState,
    *,
    steps: Tensor | float,
    beta: Tensor | float,
    threshold: Tensor | float = 1.0,
    reset: str = "soft",
    detach_reset: bool = True,
    spike: Callable[[Tensor], Tensor] = SPIKE,
) -> tuple[Tensor, Tensor, RefractoryState]:
    """Advance an LIF neuron that holds its membrane for some steps after a spike.

    In these steps there is no spike, the input is lost, and u[t] is v[t-1], where the reset has
    left it; the gradient flows through the held membrane only.

    Args:
        current: input I[t], ``[B, …]``.
        state: v[t-1], and the steps still to wait, same shape each.
        steps: how long a spike makes the neuron wait, a whole number or a tensor that broadcasts.
        beta, threshold, reset, detach_reset, spike: those of `lif_step`; no delayed reset, which a
            held membrane would not see.

    Returns:
        (spikes z[t] in {0, 1}, membrane u[t], state), each ``[B, …]``.

    Reference: Gerstner et al. 2014, section 1.3 (absolute refractoriness).

    >>> rest = RefractoryState(torch.zeros(1), torch.zeros(1))
    >>> refractory_lif_step(torch.tensor([1.5]), rest, steps=2, beta=0.5)[2].wait
    tensor([2.])
    """
    ready = state.wait <= 0
    fired, free, after = lif_step(
        current,
        state.membrane,
        beta=beta,
        threshold=threshold,
        reset=reset,
        detach_reset=detach_reset,
        spike=spike,
    )
    spikes = fired * ready
    membrane = torch.where(ready, free, state.membrane)
    v = torch.where(ready, after, state.membrane)
    wait = torch.where(spikes > 0, steps, (state.wait - 1).clamp(min=0))
    return spikes, membrane, RefractoryState(v, wait.to(v.dtype))


class RefractoryLIF(IntegrateAndFire[RefractoryState]):
    """LIF neurons that are held where their reset leaves them, and hear nothing, after a spike.

    Input ``[T, B, …]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    A spike of step t makes them silent in the steps up to ``t + refractory / dt``. So at a constant
    input the interval between spikes is `refractory` and the time to the threshold.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        refractory: how long a spike holds the membrane, in ms, at least 0, a whole number of steps;
            a number or a tensor ``[N]``; 2 unless given.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0.
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_threshold: make that parameter learnable; False unless given.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

    Reference: Gerstner et al. 2014, section 1.3 (absolute refractoriness).

    >>> spikes = RefractoryLIF(beta=0.5, refractory=2.0)(torch.full((7, 1, 1), 1.5))
    >>> spikes.flatten().tolist()
    [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]
    """

    per_neuron = (*IntegrateAndFire.per_neuron, "refractory")

    def __init__(
        self,
        tau_mem: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        threshold: Tensor | float = 1.0,
        refractory: Tensor | float = 2.0,
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
        learn_beta: bool = False,
        learn_threshold: bool = False,
    ):
        super().__init__(
            tau_mem,
            beta=beta,
            threshold=threshold,
            dt=dt,
            reset=reset,
            detach_reset=detach_reset,
            surrogate=surrogate,
            learn_beta=learn_beta,
            learn_threshold=learn_threshold,
        )
        given = parameter("refractory", refractory)
        exact_steps = given / dt
        steps = exact_steps.round()
        missed = (exact_steps - steps).abs()
        missed[steps < 0] = math.inf
        near = bool((missed <= WHOLE).all())
        expected = f"at least 0 ms, a whole number of steps of {dt:g} ms"
        _checks.require(near, "refractory", given.tolist(), expected)
        self.own_constant("refractory_steps", steps)

    @property
    def refractory(self) -> Tensor:
        """How long a spike holds the membrane, in ms, in float64: a scalar, or per neuron."""
        return self.constant("refractory_steps") * self.dt

    def _prepare(
        self, current: Tensor, state: RefractoryState | None
    ) -> tuple[Tensor, RefractoryState]:
        current, state = super()._prepare(current, state)
        _checks.finite("current", current)  # what comes while it is held reaches no membrane
        return current, state

    def initial_state(self, current: Tensor) -> RefractoryState:
        """Return a membrane at rest that waits for nothing, for `current` ``[T, B, …]``."""
        return at_rest(RefractoryState, current[0])

    def step(
        self, current: Tensor, state: RefractoryState
    ) -> tuple[Tensor, Tensor, RefractoryState]:
        """Advance by one step with `refractory_lif_step`."""
        steps = self.constant("refractory_steps", state.wait)
        return refractory_lif_step(current, state, steps=steps, **self.rules(state.membrane))
