"""Spike-timing-dependent plasticity: the pair rule, the triplet rule, and bounds for weights.

Within one step the presynaptic spike comes first, because it can cause the postsynaptic one
(`lif_step` integrates before it compares). Two spikes of the same step are therefore a causal pair
with a lag of 0.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from .. import _checks
from .traces import PAIRINGS, decay_per_step, trace_step

# Exponents (mu_plus, mu_minus): potentiation ∝ (1 - w / w_max)**mu_plus,
# depression ∝ (w / w_max)**mu_minus.
BOUNDS = {"additive": (0.0, 0.0), "multiplicative": (0.0, 1.0), "soft": (1.0, 1.0)}


class STDPState(NamedTuple):
    """What a synapse remembers: presynaptic traces ``[B, N]``, postsynaptic ones ``[B, M]``."""

    pre: Tensor
    post: Tensor


class TripletState(NamedTuple):
    """Fast and slow presynaptic traces ``[B, N]``, fast and slow postsynaptic traces ``[B, M]``."""

    pre: Tensor
    post: Tensor
    pre_slow: Tensor
    post_slow: Tensor


class Pairing(NamedTuple):
    """What one step asks of synapses: two outer products of post ``[B, M]`` and pre ``[B, N]``."""

    potentiated: tuple[Tensor, Tensor]
    depressed: tuple[Tensor, Tensor]


class PairSTDP:
    """The pair rule: a pair of a pre- and a postsynaptic spike changes the weight by their lag.

    A postsynaptic spike adds `a_plus` times the presynaptic trace, a presynaptic spike takes away
    `a_minus` times the postsynaptic trace. The weights ``[M, N]`` (to, from) stay in [0, w_max].
    The samples of a batch share them; to give each sample its own, ``[B, M, N]``, use `pair` and
    ``change(…, per_sample=True)``.

    Args:
        tau_plus, tau_minus: time constants in ms of the two sides of the window, above 0.
        a_plus, a_minus: change of the weight at lag 0, at least 0, in units of the weight.
        pairing: "all_to_all" lets every pair of spikes count, "nearest" only the last spike of the
            other side.
        bound: "additive" (no dependence on the weight, cut at the bounds), "multiplicative"
            (depression in proportion to w / w_max), "soft" (potentiation also in proportion to
            1 - w / w_max), or the exponents (mu_plus, mu_minus), each at least 0.
        w_max: upper bound of the weights, above 0.
        dt: step in ms.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Song, Miller, Abbott 2000; Morrison, Diesmann, Gerstner 2008, section 4; exponents:
    Gütig et al. 2003.

    >>> spike, silence, weight = torch.ones(1, 1, 1), torch.zeros(1, 1, 1), torch.tensor([[0.5]])
    >>> pre, post = torch.cat([spike, silence]), torch.cat([silence, spike])
    >>> PairSTDP(a_plus=0.1)(pre, post, weight).item() > 0.5
    True
    """

    def __init__(
        self,
        tau_plus: float = 20.0,
        tau_minus: float = 20.0,
        *,
        a_plus: float = 0.01,
        a_minus: float = 0.0105,
        pairing: str = "all_to_all",
        bound: str | tuple[float, float] = "additive",
        w_max: float = 1.0,
        dt: float = 1.0,
    ):
        for name, value in {"a_plus": a_plus, "a_minus": a_minus}.items():
            _checks.number(name, value, 0, open_low=False)
        _checks.choice("pairing", pairing, PAIRINGS)
        _checks.number("w_max", w_max, 0)
        self.tau_plus, self.tau_minus, self.a_plus, self.a_minus = (
            tau_plus,
            tau_minus,
            a_plus,
            a_minus,
        )
        self.pairing, self.w_max, self.dt, self.exponents = pairing, w_max, dt, _exponents(bound)
        self.alpha_plus = decay_per_step(tau_plus, dt, "tau_plus")
        self.alpha_minus = decay_per_step(tau_minus, dt, "tau_minus")

    def window(self, lag: Tensor) -> Tensor:
        """Return the weight change of one pair, before bounds, for lags t_post - t_pre in ms."""
        _checks.floats("lag", lag, min_rank=0)
        after = self.a_plus * torch.exp(-lag.clamp(min=0) / self.tau_plus)
        before = -self.a_minus * torch.exp(lag.clamp(max=0) / self.tau_minus)
        return torch.where(lag >= 0, after, before)

    def initial_state(self, pre: Tensor, post: Tensor) -> STDPState:
        """Return empty traces for one step of spikes, `pre` ``[B, N]`` and `post` ``[B, M]``."""
        return STDPState(torch.zeros_like(pre), torch.zeros_like(post))

    def pair(self, pre: Tensor, post: Tensor, state: STDPState) -> tuple[Pairing, STDPState]:
        """Pair the spikes of one step, `pre` ``[B, N]``, `post` ``[B, M]``, with earlier ones."""
        x = trace_step(pre, state.pre, self.alpha_plus, self.pairing)
        potentiated, depressed = (
            (self.a_plus * post, x),
            (self.a_minus * self.alpha_minus * state.post, pre),
        )
        return Pairing(potentiated, depressed), STDPState(x, self._post_trace(post, state))

    def _post_trace(self, post: Tensor, state: STDPState) -> Tensor:
        return trace_step(post, state.post, self.alpha_minus, self.pairing)

    def change(self, pairing: Pairing, weight: Tensor, *, per_sample: bool = False) -> Tensor:
        """Return the change of `weight` that a pairing asks for, summed over the batch, ``[M, N]``.

        With `per_sample` it is not summed, ``[B, M, N]``, and each sample may have weights of its
        own, ``[B, M, N]``.

        Raises:
            ValueError: for weights that do not fit the pairing, or weights of each sample without
                `per_sample`.
        """
        (post, pre), shape = pairing.depressed, list(weight.shape)
        wanted = [post.shape[1], pre.shape[1]]
        own = per_sample and shape == [len(post), *wanted]
        expected = f"{wanted}, or with per_sample=True {[len(post), *wanted]}"
        _checks.require(own or shape == wanted, "weight", f"shape {shape}", f"shape {expected}")
        up, down = (_outer(post, pre, per_sample) for post, pre in pairing)
        return self.bounded(up, down, weight)

    def bounded(self, up: Tensor, down: Tensor, weight: Tensor) -> Tensor:
        """Return ``up - down``, each scaled by what the bound says of `weight`."""
        for_up, for_down = self.factors(weight)
        return for_up * up - for_down * down

    def factors(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the bound makes of potentiation and of depression; same shape as `weight`."""
        mu_plus, mu_minus = self.exponents
        share = weight / self.w_max
        return _power(1 - share, mu_plus), _power(share, mu_minus)

    def clip(self, weight: Tensor) -> Tensor:
        """Return the weights cut to [0, w_max]."""
        return weight.clamp(0, self.w_max)

    @torch.no_grad()
    def step(
        self, pre: Tensor, post: Tensor, weight: Tensor, state: STDPState
    ) -> tuple[Tensor, STDPState]:
        """Advance by one step: `pre` ``[B, N]``, `post` ``[B, M]`` → (new weight, new state).

        Raises:
            ValueError: for weights that are not ``[M, N]``.
        """
        pairing, state = self.pair(pre, post, state)
        return self.clip(weight + self.change(pairing, weight)), state

    @torch.no_grad()
    def __call__(self, pre: Tensor, post: Tensor, weight: Tensor) -> Tensor:
        """Let `weight` ``[M, N]`` learn from trains `pre` ``[T, B, N]`` and `post` ``[T, B, M]``.

        Raises:
            ValueError: for spike trains or weights that do not fit each other, or weights outside
                [0, w_max].
        """
        self.require_fit(pre, post, weight)
        state = self.initial_state(pre[0], post[0])
        for now_pre, now_post in zip(pre, post, strict=True):
            weight, state = self.step(now_pre, now_post, weight, state)
        return weight

    def require_fit(self, pre: Tensor, post: Tensor, weight: Tensor) -> None:
        """Raise a ``ValueError`` unless trains and weights fit, and weights lie in [0, w_max]."""
        _checks.sequence("pre", pre)
        _checks.sequence("post", post)
        same = pre.dim() == post.dim() == 3 and pre.shape[:2] == post.shape[:2]
        _checks.require(
            same, "post", f"shape {list(post.shape)}", f"[T, B, M] to fit pre {list(pre.shape)}"
        )
        _checks.floats("weight", weight, min_rank=2)
        wanted = [post.shape[2], pre.shape[2]]
        _checks.require(
            list(weight.shape) == wanted, "weight", f"shape {list(weight.shape)}", f"shape {wanted}"
        )
        low, high = weight.min().item(), weight.max().item()
        inside = low >= 0 and high <= self.w_max
        _checks.require(
            inside, "weight", f"values from {low:g} to {high:g}", f"values in [0, {self.w_max:g}]"
        )


class TripletSTDP(PairSTDP):
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
        options: pairing, bound, w_max and dt of `PairSTDP`.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Pfister and Gerstner 2006, eq. 3 and 4 (their r1, o1, r2, o2 are x, y, x_slow,
    y_slow).

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
        **options,
    ):
        super().__init__(tau_plus, tau_minus, a_plus=a_plus, a_minus=a_minus, **options)
        for name, value in {"a3_plus": a3_plus, "a3_minus": a3_minus}.items():
            _checks.number(name, value, 0, open_low=False)
        self.tau_x, self.tau_y, self.a3_plus, self.a3_minus = tau_x, tau_y, a3_plus, a3_minus
        self.alpha_x, self.alpha_y = (
            decay_per_step(tau_x, self.dt, "tau_x"),
            decay_per_step(tau_y, self.dt, "tau_y"),
        )

    def initial_state(self, pre: Tensor, post: Tensor) -> TripletState:
        """Return empty traces for one step of spikes, `pre` ``[B, N]`` and `post` ``[B, M]``."""
        return TripletState(*(torch.zeros_like(spikes) for spikes in (pre, post, pre, post)))

    def pair(self, pre: Tensor, post: Tensor, state: TripletState) -> tuple[Pairing, TripletState]:
        """Pair the spikes of one step, `pre` ``[B, N]``, `post` ``[B, M]``, with earlier ones."""
        x = trace_step(pre, state.pre, self.alpha_plus, self.pairing)
        often = self.a_plus + self.a3_plus * self.alpha_y * state.post_slow
        tired = self.a_minus + self.a3_minus * self.alpha_x * state.pre_slow
        pairing = Pairing((post * often, x), (self.alpha_minus * state.post, pre * tired))
        slow = trace_step(pre, state.pre_slow, self.alpha_x, self.pairing)
        slow_post = trace_step(post, state.post_slow, self.alpha_y, self.pairing)
        return pairing, TripletState(x, self._post_trace(post, state), slow, slow_post)


def _outer(post: Tensor, pre: Tensor, per_sample: bool) -> Tensor:
    """Return the outer product of post ``[B, M]`` and pre ``[B, N]``, of each sample or summed."""
    return post.unsqueeze(2) * pre.unsqueeze(1) if per_sample else post.T @ pre


def _power(base: Tensor, exponent: float) -> Tensor:
    """Return the power of a base in [0, 1], up to rounding; for exponent 0 a 1 that broadcasts."""
    if exponent == 0:
        return base.new_ones(())
    return base if exponent == 1 else base.clamp(min=0) ** exponent


def _exponents(bound: str | tuple[float, float]) -> tuple[float, float]:
    """Return the exponents (mu_plus, mu_minus) of a bound given by name or by its exponents."""
    if isinstance(bound, tuple) and len(bound) == 2:
        for exponent in bound:
            _checks.number("bound", exponent, 0, open_low=False)
        return bound
    _checks.choice("bound", bound, BOUNDS)
    return BOUNDS[bound]
