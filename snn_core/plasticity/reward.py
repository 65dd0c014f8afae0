"""Three-factor learning: pre and post leave an eligibility, a later reward makes it a change."""

from typing import NamedTuple

import torch
from torch import Tensor

from .. import _checks
from ..neurons import decay, leaky_step
from .stdp import PairSTDP
from .traces import decay_per_step


def running_mean_step(mean: Tensor, value: Tensor, rate: float) -> Tensor:
    """Move a running mean towards a new value: the simplest critic, which expects the usual.

    Args:
        mean: the expectation so far, any shape.
        value: what came, same shape.
        rate: share of the way, in (0, 1].

    Returns:
        The new expectation, same shape.

    Raises:
        ValueError: for a rate outside (0, 1].

    Reference: Williams 1992, section 2 (the reinforcement baseline).

    >>> running_mean_step(torch.tensor(0.0), torch.tensor(1.0), 0.1)
    tensor(0.1000)
    """
    _checks.number("rate", rate, 0, 1)
    return mean + rate * (value - mean)


class RewardState(NamedTuple):
    """The traces of the STDP rule, and the eligibility of every synapse, ``[B, M, N]``."""

    traces: NamedTuple
    eligibility: Tensor


class RewardSTDP:
    """Reward-modulated STDP: what STDP asks for is remembered, until a reward says how much to do.

    ``e[t] = lambda * e[t-1] + STDP[t]`` with ``lambda = exp(-dt / tau_eligibility)``, and
    ``Δw = rate · success · e`` when the success (reward minus expectation) arrives. Weights
    ``[M, N]`` are shared by the samples; weights ``[B, M, N]`` make every sample an agent of its
    own.

    Args:
        rule: the STDP rule, with its amplitudes, bounds and dt.
        tau_eligibility: time constant in ms of the eligibility, above 0; a number, or one for each
            sample, ``[B]``.
        rate: learning rate, above 0.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Izhikevich 2007; Frémaux and Gerstner 2016, eq. 2 and 3.

    >>> spike, learner = torch.ones(1, 1), RewardSTDP(PairSTDP(a_plus=0.5))
    >>> weight = torch.tensor([[0.2]])
    >>> state = learner.step(spike, spike, weight, learner.initial_state(spike, spike))
    >>> learner.reward(weight, state, torch.tensor([1.0]))
    tensor([[0.7000]])
    """

    def __init__(
        self, rule: PairSTDP, tau_eligibility: Tensor | float = 200.0, *, rate: float = 1.0
    ):
        _checks.require(
            isinstance(rule, PairSTDP), "rule", type(rule).__name__, "a PairSTDP or TripletSTDP"
        )
        _checks.number("rate", rate, 0)
        self.rule, self.rate = rule, rate
        if isinstance(tau_eligibility, Tensor) and tau_eligibility.dim() == 0:
            tau_eligibility = tau_eligibility.item()
        several = isinstance(tau_eligibility, Tensor) and tau_eligibility.dim() == 1
        per_step = decay if several else decay_per_step
        self.decay = per_step(tau_eligibility, rule.dt, "tau_eligibility")

    def initial_state(self, pre: Tensor, post: Tensor) -> RewardState:
        """Return empty traces and no eligibility for `pre` ``[B, N]``, `post` ``[B, M]``."""
        nothing = pre.new_zeros(pre.shape[0], post.shape[1], pre.shape[1])
        return RewardState(self.rule.initial_state(pre, post), nothing)

    @torch.no_grad()
    def step(self, pre: Tensor, post: Tensor, weight: Tensor, state: RewardState) -> RewardState:
        """Advance by one step: `pre` ``[B, N]``, `post` ``[B, M]``, `weight` ``[M, N]``."""
        self._require_fit(weight, (*post.shape, pre.shape[-1]))
        pairing, traces = self.rule.pair(pre, post, state.traces)
        change = self.rule.change(pairing, weight, per_sample=True)
        return RewardState(traces, leaky_step(change, state.eligibility, self._left(1, pre.dtype)))

    @torch.no_grad()
    def run(self, pre: Tensor, post: Tensor, weight: Tensor, state: RewardState) -> RewardState:
        """Advance by `pre` ``[T, B, N]`` and `post` ``[T, B, M]``, while `weight` stays as it is.

        The same as `step` at every step, but the sum over changes discounted by their age is a
        matrix product.

        Raises:
            ValueError: for spike trains, weights or time constants that do not fit each other.
        """
        _checks.sequence("pre", pre)
        fits = isinstance(post, Tensor) and post.shape[:2] == pre.shape[:2]
        _checks.require(
            fits,
            "post",
            list(getattr(post, "shape", [])),
            f"[T, B, M] to fit pre {list(pre.shape)}",
        )
        self._require_fit(weight, (*post.shape[1:], pre.shape[2]))
        pairings, traces = [], state.traces
        for now_pre, now_post in zip(pre, post, strict=True):
            pairing, traces = self.rule.pair(now_pre, now_post, traces)
            pairings.append(pairing)
        ages = torch.arange(len(pre) - 1, -1, -1, dtype=pre.dtype, device=pre.device)
        left = self._left(ages.view(-1, 1), pre.dtype)
        change = self.rule.bounded(
            *(self._discounted(sides, left) for sides in zip(*pairings, strict=True)), weight
        )
        return RewardState(
            traces, leaky_step(change, state.eligibility, self._left(len(pre), pre.dtype))
        )

    def _require_fit(self, weight: Tensor, shape: tuple[int, int, int]) -> None:
        """Require weights ``[M, N]`` or ``[B, M, N]`` in [0, w_max] and time constants that fit."""
        got = list(getattr(weight, "shape", []))
        _checks.require(
            got in (list(shape), list(shape[1:])),
            "weight",
            got,
            f"{list(shape[1:])} or {list(shape)}",
        )
        low, high = (bound.item() for bound in weight.aminmax())
        inside = low >= 0 and high <= self.rule.w_max
        _checks.require(
            inside,
            "weight",
            f"values from {low:g} to {high:g}",
            f"values in [0, {self.rule.w_max:g}]",
        )
        taus = self.decay.numel() if isinstance(self.decay, Tensor) else shape[0]
        _checks.require(
            taus == shape[0],
            "tau_eligibility",
            f"{taus} values",
            f"one, or {shape[0]} for {shape[0]} samples",
        )

    def _left(self, age: Tensor | int, dtype: torch.dtype) -> Tensor | float:
        """Return the share left after `age` steps: a number, ``[T, 1]``, or ``[B, …, 1]``."""
        return (
            self.decay.to(dtype).view(-1, 1, 1) ** age
            if isinstance(self.decay, Tensor)
            else self.decay**age
        )

    @staticmethod
    def _discounted(sides: tuple, left: Tensor) -> Tensor:
        """Sum the outer products of post ``[B, M]`` and pre ``[B, N]``, times what is `left`."""
        post, pre = (torch.stack(side, 1) for side in zip(*sides, strict=True))
        return (post * left).transpose(1, 2) @ pre

    @torch.no_grad()
    def reward(self, weight: Tensor, state: RewardState, success: Tensor) -> Tensor:
        """Return the weights after the `success` ``[B]`` of each sample: moved by their sum.

        Weights ``[B, M, N]`` move each by the success of its own sample.

        Raises:
            ValueError: for a success that is not one number per sample.
        """
        samples = state.eligibility.shape[0]
        ok = isinstance(success, Tensor) and success.shape == (samples,)
        _checks.require(
            ok, "success", list(getattr(success, "shape", [])), f"a tensor of shape [{samples}]"
        )
        shape = state.eligibility.shape
        got, fits = list(getattr(weight, "shape", [])), (list(shape), list(shape[1:]))
        _checks.require(got in fits, "weight", got, f"{fits[1]} or {fits[0]}")
        change = success.view(-1, 1, 1) * state.eligibility
        return self.rule.clip(weight + self.rate * (change if weight.dim() == 3 else change.sum(0)))
