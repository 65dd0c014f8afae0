"""Spike-timing-dependent plasticity of three spikes: a pair counts more after other spikes."""

from typing import NamedTuple

from torch import Tensor

from .bounds import amplitude
from .pairing import Pairing
from .rule import STDPRule, silence
from .traces import decay_per_step, trace_step


class TripletState(NamedTuple):
    """Fast and slow presynaptic traces ``[B, N]``, fast and slow postsynaptic traces ``[B, M]``."""

    pre: Tensor
    post: Tensor
    pre_slow: Tensor
    post_slow: Tensor


class TripletSTDP(STDPRule[TripletState]):
    """The triplet rule: what a pair does grows with how much its own side fired before.

    A postsynaptic spike adds ``x · (a_plus + a3_plus · y_slow)``; a presynaptic spike takes away
    ``y · (a_minus + a3_minus · x_slow)``. The slow traces are those from before this step. The
    defaults are the fit to visual cortex (all-to-all, minimal): no pair potentiation, no triplet
    depression.

    Args:
        tau_plus, tau_minus: time constants in ms of the fast traces x and y.
        tau_x, tau_y: time constants in ms of the slow traces.
        a_plus, a_minus: amplitudes of the pair terms, at least 0.
        a3_plus, a3_minus: amplitudes of the triplet terms, at least 0.
        pairing, bound, w_min, w_max, dt: those of `PairSTDP`.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Pfister and Gerstner 2006, eq. 3 and 4 (their r1, o1, r2, o2 are x, y, x_slow,
    y_slow).

    >>> import torch
    >>> rule = TripletSTDP(a3_plus=0.0, a_plus=0.01)
    >>> rule.window(torch.tensor([0.0]))
    tensor([0.0100])
    """

    def __init__(
        self,
        tau_plus: float = 16.8,
        tau_minus: float = 33.7,
        *,
        tau_x: float = 101.0,
        tau_y: float = 114.0,
        a_plus: float = 0.0,
        a_minus: float = 7.1e-3,
        a3_plus: float = 6.5e-3,
        a3_minus: float = 0.0,
        pairing: str = "all_to_all",
        bound: str | tuple[float, float] = "additive",
        w_min: float = 0.0,
        w_max: float = 1.0,
        dt: float = 1.0,
    ):
        super().__init__(
            tau_plus,
            tau_minus,
            a_plus=a_plus,
            a_minus=a_minus,
            pairing=pairing,
            bound=bound,
            w_min=w_min,
            w_max=w_max,
            dt=dt,
        )
        amplitude("a3_plus", a3_plus)
        amplitude("a3_minus", a3_minus)
        self.tau_x = tau_x
        self.tau_y = tau_y
        self.a3_plus = a3_plus
        self.a3_minus = a3_minus
        self.alpha_x = decay_per_step(tau_x, self.dt, "tau_x")
        self.alpha_y = decay_per_step(tau_y, self.dt, "tau_y")

    def rest(self, pre: Tensor, post: Tensor) -> TripletState:
        """Return empty traces for one step of spikes, `pre` ``[B, N]`` and `post` ``[B, M]``."""
        fast = silence(pre, post)
        slow = silence(pre, post)
        return TripletState(*fast, *slow)

    def pair(self, pre: Tensor, post: Tensor, state: TripletState) -> tuple[Pairing, TripletState]:
        """Pair the spikes of one step, `pre` ``[B, N]``, `post` ``[B, M]``, with earlier ones."""
        x = trace_step(pre, state.pre, self.alpha_plus, self.pairing)
        y = trace_step(post, state.post, self.alpha_minus, self.pairing)
        often = self.a_plus + self.a3_plus * self.alpha_y * state.post_slow
        tired = self.a_minus + self.a3_minus * self.alpha_x * state.pre_slow
        potentiated = (post * often, x)
        depressed = (self.alpha_minus * state.post, pre * tired)
        x_slow = trace_step(pre, state.pre_slow, self.alpha_x, self.pairing)
        y_slow = trace_step(post, state.post_slow, self.alpha_y, self.pairing)
        return Pairing(potentiated, depressed), TripletState(x, y, x_slow, y_slow)
