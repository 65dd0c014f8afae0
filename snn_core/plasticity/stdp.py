"""Spike-timing-dependent plasticity: the rule of pairs of spikes.

Within one step the presynaptic spike comes first, because it can cause the postsynaptic one
(`lif_step` integrates before it compares). Two spikes of the same step are therefore a causal pair
with a lag of 0.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from .. import _checks
from .bounds import exponents_of, power
from .traces import PAIRINGS, decay_per_step, trace_step


class STDPState(NamedTuple):
    """What a synapse remembers: presynaptic traces ``[B, N]``, postsynaptic ones ``[B, M]``."""

    pre: Tensor
    post: Tensor


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
        self.tau_plus = tau_plus
        self.tau_minus = tau_minus
        self.a_plus = a_plus
        self.a_minus = a_minus
        self.pairing = pairing
        self.exponents = exponents_of(bound)
        self.w_max = w_max
        self.dt = dt
        self.alpha_plus = decay_per_step(tau_plus, dt, "tau_plus")
        self.alpha_minus = decay_per_step(tau_minus, dt, "tau_minus")

    def window(self, lag: Tensor) -> Tensor:
        """Return the weight change of one pair, before bounds, for lags t_post - t_pre in ms."""
        _checks.floats("lag", lag, min_rank=0)
        causal = torch.exp(-lag.clamp(min=0) / self.tau_plus)
        acausal = torch.exp(lag.clamp(max=0) / self.tau_minus)
        return torch.where(lag >= 0, self.a_plus * causal, -self.a_minus * acausal)

    def initial_state(self, pre: Tensor, post: Tensor) -> STDPState:
        """Return empty traces for one step of spikes, `pre` ``[B, N]`` and `post` ``[B, M]``."""
        return STDPState(torch.zeros_like(pre), torch.zeros_like(post))

    def pair(self, pre: Tensor, post: Tensor, state: STDPState) -> tuple[Pairing, STDPState]:
        """Pair the spikes of one step, `pre` ``[B, N]``, `post` ``[B, M]``, with earlier ones."""
        x = trace_step(pre, state.pre, self.alpha_plus, self.pairing)
        y = trace_step(post, state.post, self.alpha_minus, self.pairing)
        potentiated = (self.a_plus * post, x)
        depressed = (self.a_minus * self.alpha_minus * state.post, pre)
        return Pairing(potentiated, depressed), STDPState(x, y)

    def change(self, pairing: Pairing, weight: Tensor, *, per_sample: bool = False) -> Tensor:
        """Return the change of `weight` that a pairing asks for, summed over the batch, ``[M, N]``.

        With `per_sample` it is not summed, ``[B, M, N]``, and each sample may have weights of its
        own, ``[B, M, N]``.

        Raises:
            ValueError: for weights that do not fit the pairing, or weights of each sample without
                `per_sample`.
        """
        post, pre = pairing.depressed
        shape = list(weight.shape)
        shared = [post.shape[1], pre.shape[1]]
        own = [len(post), *shared]
        if shape != shared and not (per_sample and shape == own):
            expected = f"shape {shared}, or with per_sample=True {own}"
            _checks.fail("weight", f"shape {shape}", expected)
        return self.asked(pairing, weight, per_sample)

    def asked(self, pairing: Pairing, weight: Tensor, per_sample: bool = False) -> Tensor:
        """Return what `change` does, for a weight that is known to fit."""
        up = _outer(*pairing.potentiated, per_sample)
        down = _outer(*pairing.depressed, per_sample)
        return self.bounded(up, down, weight)

    def bounded(self, up: Tensor, down: Tensor, weight: Tensor) -> Tensor:
        """Return ``up - down``, each scaled by what the bound says of `weight`."""
        for_up, for_down = self.factors(weight)
        return for_up * up - for_down * down

    def factors(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the bound makes of potentiation and of depression; same shape as `weight`."""
        mu_plus, mu_minus = self.exponents
        share = weight / self.w_max
        return power(1 - share, mu_plus), power(share, mu_minus)

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
        change = self.change(pairing, weight)
        return self.clip(weight + change), state

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
            pairing, state = self.pair(now_pre, now_post, state)
            weight = self.clip(weight + self.asked(pairing, weight))
        return weight

    def require_fit(self, pre: Tensor, post: Tensor, weight: Tensor) -> None:
        """Raise a ``ValueError`` unless trains and weights fit, and weights lie in [0, w_max]."""
        _checks.sequence("pre", pre)
        _checks.sequence("post", post)
        if pre.dim() != 3 or post.dim() != 3 or pre.shape[:2] != post.shape[:2]:
            expected = f"[T, B, M] to fit pre {list(pre.shape)}"
            _checks.fail("post", f"shape {list(post.shape)}", expected)
        _checks.floats("weight", weight, min_rank=2)
        _checks.shape("weight", weight, [post.shape[2], pre.shape[2]])
        _checks.within("weight", weight, 0, self.w_max)


def _outer(post: Tensor, pre: Tensor, per_sample: bool) -> Tensor:
    """Return the outer product of post ``[B, M]`` and pre ``[B, N]``, of each sample or summed."""
    if per_sample:
        return post.unsqueeze(2) * pre.unsqueeze(1)
    return post.T @ pre
