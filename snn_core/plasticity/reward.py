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
    ``Δw = lr · success · e`` when the success (reward minus expectation) arrives. Weights
    ``[M, N]`` are shared by the samples; weights ``[B, M, N]`` make every sample an agent of its
    own.

    Args:
        rule: the STDP rule, with its amplitudes, bounds and dt.
        tau_eligibility: time constant in ms of the eligibility, above 0; a number, or one for each
            sample, ``[B]``.
        lr: learning rate, above 0.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Izhikevich 2007; Frémaux and Gerstner 2016, eq. 2 and 3.

    >>> spike, learner = torch.ones(1, 1), RewardSTDP(PairSTDP(a_plus=0.5))
    >>> weight = torch.tensor([[0.2]])
    >>> state = learner.step(spike, spike, weight, learner.initial_state(spike, spike))
    >>> learner.reward(weight, state, torch.tensor([1.0]))
    tensor([[0.7000]])
    """

    def __init__(self, rule: PairSTDP, tau_eligibility: Tensor | float = 200.0, *, lr: float = 1.0):
        is_rule = isinstance(rule, PairSTDP)
        _checks.require(is_rule, "rule", type(rule).__name__, "a PairSTDP or TripletSTDP")
        _checks.number("lr", lr, 0)
        self.rule = rule
        self.lr = lr
        self.decay = _decay(tau_eligibility, rule.dt)

    def initial_state(self, pre: Tensor, post: Tensor) -> RewardState:
        """Return empty traces and no eligibility for `pre` ``[B, N]``, `post` ``[B, M]``."""
        nothing = pre.new_zeros(pre.shape[0], post.shape[1], pre.shape[1])
        return RewardState(self.rule.initial_state(pre, post), nothing)

    @torch.no_grad()
    def step(self, pre: Tensor, post: Tensor, weight: Tensor, state: RewardState) -> RewardState:
        """Advance by one step: `pre` ``[B, N]``, `post` ``[B, M]``, `weight` ``[M, N]``."""
        self._require_fit(weight, (*post.shape, pre.shape[-1]))
        pairing, traces = self.rule.pair(pre, post, state.traces)
        change = self.rule.asked(pairing, weight, per_sample=True)
        left = self._left(1, pre.dtype)
        return RewardState(traces, leaky_step(change, state.eligibility, left))

    @torch.no_grad()
    def run(self, pre: Tensor, post: Tensor, weight: Tensor, state: RewardState) -> RewardState:
        """Advance by `pre` ``[T, B, N]`` and `post` ``[T, B, M]``, while `weight` stays as it is.

        The same as `step` at every step, but the sum over changes discounted by their age is a
        matrix product.

        Raises:
            ValueError: for spike trains, weights or time constants that do not fit each other.
        """
        _checks.sequence("pre", pre)
        came = list(getattr(post, "shape", []))
        if came[:2] != list(pre.shape[:2]):
            _checks.fail("post", came, f"[T, B, M] to fit pre {list(pre.shape)}")
        self._require_fit(weight, (*post.shape[1:], pre.shape[2]))
        traces = state.traces
        pairings = []
        for now_pre, now_post in zip(pre, post, strict=True):
            pairing, traces = self.rule.pair(now_pre, now_post, traces)
            pairings.append(pairing)
        change = self._discounted_change(pairings, weight, pre)
        left = self._left(len(pre), pre.dtype)
        return RewardState(traces, leaky_step(change, state.eligibility, left))

    def _discounted_change(self, pairings: list, weight: Tensor, pre: Tensor) -> Tensor:
        """Return the sum of what all steps ask for, each discounted by its age."""
        ages = torch.arange(len(pre) - 1, -1, -1, dtype=pre.dtype, device=pre.device)
        left = self._left(ages.view(-1, 1), pre.dtype)
        up = _discounted([pairing.potentiated for pairing in pairings], left)
        down = _discounted([pairing.depressed for pairing in pairings], left)
        return self.rule.bounded(up, down, weight)

    def _require_fit(self, weight: Tensor, shape: tuple[int, int, int]) -> None:
        """Require weights ``[M, N]`` or ``[B, M, N]`` in [0, w_max] and time constants that fit."""
        _checks.shape("weight", weight, shape[1:], shape)
        _checks.within("weight", weight, 0, self.rule.w_max)
        samples = shape[0]
        taus = self.decay.numel() if isinstance(self.decay, Tensor) else samples
        if taus != samples:
            expected = f"one, or {samples} for {samples} samples"
            _checks.fail("tau_eligibility", f"{taus} values", expected)

    def _left(self, age: Tensor | int, dtype: torch.dtype) -> Tensor | float:
        """Return the share left after `age` steps: a number, ``[T, 1]``, or ``[B, …, 1]``."""
        if isinstance(self.decay, Tensor):
            return self.decay.to(dtype).view(-1, 1, 1) ** age
        return self.decay**age

    @torch.no_grad()
    def reward(self, weight: Tensor, state: RewardState, success: Tensor) -> Tensor:
        """Return the weights after the `success` ``[B]`` of each sample: moved by their sum.

        Weights ``[B, M, N]`` move each by the success of its own sample.

        Raises:
            ValueError: for a success that is not one number per sample.
        """
        shape = state.eligibility.shape
        _checks.shape("success", success, shape[:1])
        _checks.shape("weight", weight, shape[1:], shape)
        change = success.view(-1, 1, 1) * state.eligibility
        if weight.dim() == 2:
            change = change.sum(0)
        return self.rule.clip(weight + self.lr * change)


def _decay(tau: Tensor | float, dt: float) -> Tensor | float:
    """Return the decay of the eligibility per step, a number or ``[B]``."""
    if isinstance(tau, Tensor) and tau.dim() == 1:
        return decay(tau, dt, "tau_eligibility")
    if isinstance(tau, Tensor) and tau.dim() == 0:
        tau = tau.item()
    return decay_per_step(tau, dt, "tau_eligibility")


def _discounted(sides: list[tuple[Tensor, Tensor]], left: Tensor) -> Tensor:
    """Sum the outer products of post ``[B, M]`` and pre ``[B, N]``, times what is `left`."""
    post = torch.stack([side[0] for side in sides], 1)
    pre = torch.stack([side[1] for side in sides], 1)
    return (post * left).transpose(1, 2) @ pre
