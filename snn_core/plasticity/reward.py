"""Three-factor learning: pre and post leave an eligibility, a later reward makes it a change."""

from typing import Generic, NamedTuple

import torch
from torch import Tensor

from .. import _checks
from ..neurons import decay, leaky_step
from . import _doors
from ._doors import N
from .bounds import LARGEST
from .pairing import Pairing
from .rule import STDPRule
from .traces import decay_per_step


class RewardState(NamedTuple, Generic[N]):
    """The traces of the STDP rule, and the eligibility of every synapse, ``[B, M, N]``."""

    traces: N
    eligibility: Tensor


class RewardSTDP(Generic[N]):
    """Reward-modulated STDP: what STDP asks for is remembered, until a reward says how much to do.

    ``e[t] = lambda * e[t-1] + STDP[t]`` with ``lambda = exp(-dt / tau_eligibility)``, and
    ``Δw = lr · success · e`` when the success (reward minus expectation) arrives. Weights
    ``[M, N]`` are shared by the samples; weights ``[B, M, N]`` make every sample an agent of its
    own. The weights wait for the reward, so what a step asks for is scaled by the bounds at the
    weights as they are, and cut at the bounds only when the reward is paid.

    Args:
        rule: the STDP rule, with its amplitudes, bounds and dt.
        tau_eligibility: time constant in ms of the eligibility, above 0; a number, or one for each
            sample, ``[B]``.
        lr: learning rate, above 0.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Izhikevich 2007; Frémaux and Gerstner 2016, eq. 2 and 3.

    >>> from snn_core.plasticity import PairSTDP
    >>> learner = RewardSTDP(PairSTDP(a_plus=0.5))
    >>> spike, weight = torch.ones(1, 1, 1), torch.tensor([[0.2]])
    >>> state = learner.run(spike, spike, weight)
    >>> learner.reward(weight, state, torch.tensor([1.0]))
    tensor([[0.7000]])
    """

    def __init__(
        self, rule: STDPRule[N], tau_eligibility: Tensor | float = 200.0, *, lr: float = 1.0
    ):
        is_rule = isinstance(rule, STDPRule)
        _checks.require(is_rule, "rule", type(rule).__name__, "a PairSTDP or TripletSTDP")
        _checks.number("lr", lr, 0, LARGEST)
        self.rule = rule
        self.lr = lr
        self.decay = _decay(tau_eligibility, rule.dt)

    def initial_state(self, pre: Tensor, post: Tensor) -> RewardState[N]:
        """Return empty traces and no eligibility for `pre` ``[B, N]``, `post` ``[B, M]``.

        Raises:
            ValueError: for spikes that do not fit each other.
        """
        _doors.pair(pre, post)
        return self.rest(pre, post)

    def rest(self, pre: Tensor, post: Tensor) -> RewardState[N]:
        """Return what `initial_state` does, for spikes that are known to fit."""
        traces = self.rule.rest(pre, post)
        nothing = pre.new_zeros(*post.shape, pre.shape[1], dtype=_doors.widest(pre, post))
        return RewardState(traces, nothing)

    @torch.no_grad()
    def step(
        self, pre: Tensor, post: Tensor, weight: Tensor, state: RewardState[N]
    ) -> RewardState[N]:
        """Advance by one step: `pre` ``[B, N]``, `post` ``[B, M]``, while `weight` stays as it is.

        Raises:
            ValueError: for what `run` refuses.
        """
        _doors.pair(pre, post)
        weight, state, dtype = self._ready(pre, post, weight, state)
        pairing, traces = self.rule.pair(pre.to(dtype), post.to(dtype), state.traces)
        change = self.rule.asked(pairing, weight, per_sample=True)
        left = self._left(1, weight)
        return RewardState(traces, leaky_step(change, state.eligibility, left))

    @torch.no_grad()
    def run(
        self, pre: Tensor, post: Tensor, weight: Tensor, state: RewardState[N] | None = None
    ) -> RewardState[N]:
        """Advance by `pre` ``[T, B, N]`` and `post` ``[T, B, M]``, while `weight` stays as it is.

        The same as `step` at every step, but the sum over changes discounted by their age is a
        matrix product.

        Args:
            pre, post: spikes, 0 or 1; other numbers count in proportion.
            weight: ``[M, N]`` or ``[B, M, N]``, within the bounds of the rule.
            state: what the last call returned, to go on from; without it, traces are empty.

        Returns:
            The new state, in float32, or float64 where anything is that came in.

        Raises:
            ValueError: for trains, weights, a state or time constants that do not fit each other,
                NaN, or weights outside their bounds.
        """
        _doors.sequences(pre, post)
        if state is None:
            state = self.rest(pre[0], post[0])
        weight, state, dtype = self._ready(pre[0], post[0], weight, state)
        traces = state.traces
        pairings = []
        for now_pre, now_post in zip(pre.to(dtype), post.to(dtype), strict=True):
            pairing, traces = self.rule.pair(now_pre, now_post, traces)
            pairings.append(pairing)
        with _doors.exactly(pre):
            change = self._discounted_change(pairings, weight)
        left = self._left(len(pre), weight)
        return RewardState(traces, leaky_step(change, state.eligibility, left))

    def _discounted_change(self, pairings: list[Pairing], weight: Tensor) -> Tensor:
        """Return the sum of what all steps ask for, each discounted by its age."""
        ages = torch.arange(len(pairings) - 1, -1, -1, dtype=torch.float64, device=weight.device)
        left = self._left(ages.view(-1, 1), weight)
        up = _discounted([pairing.potentiated for pairing in pairings], left)
        down = _discounted([pairing.depressed for pairing in pairings], left)
        return self.rule.bounded(up, down, weight)

    def _ready(
        self, pre: Tensor, post: Tensor, weight: Tensor, state: RewardState[N]
    ) -> tuple[Tensor, RewardState[N], torch.dtype]:
        """Check what comes with a step of spikes; return weights, state and dtype of the work."""
        samples = len(pre)
        taus = self.decay.numel() if isinstance(self.decay, Tensor) else samples
        expected = f"one, or {samples} for {samples} samples"
        _checks.require(taus == samples, "tau_eligibility", f"{taus} values", expected)
        sizes = (*post.shape, pre.shape[1])
        _doors.weights(weight, sizes, self.rule.w_min, self.rule.w_max)
        _doors.state(state, self.rest(pre, post))
        dtype = _doors.widest(pre, post, weight)
        return weight.to(dtype), _doors.in_dtype(state, dtype), dtype

    def _left(self, age: Tensor | int, like: Tensor) -> Tensor | float:
        """Return the share left after `age` steps: a number, ``[T, 1]``, or ``[B, …, 1]``."""
        decay = self.decay
        if isinstance(decay, Tensor):
            decay = decay.to(like.device).view(-1, 1, 1)
        left = decay**age
        return left.to(like.dtype) if isinstance(left, Tensor) else left

    @torch.no_grad()
    def reward(self, weight: Tensor, state: RewardState[N], success: Tensor) -> Tensor:
        """Return the weights after the `success` ``[B]`` of each sample: moved by their sum.

        Weights ``[B, M, N]`` move each by the success of its own sample. They are cut at the bounds
        of the rule, once.

        Raises:
            ValueError: for weights that do not fit the state or lie outside their bounds, NaN, or a
                success that is not one number per sample.
        """
        is_state = isinstance(state, RewardState)
        _checks.require(is_state, "state", type(state).__name__, "a RewardState")
        eligibility = state.eligibility
        _doors.finite_floats("success", success, "[B]")
        _checks.shape("success", success, eligibility.shape[:1])
        _doors.weights(weight, tuple(eligibility.shape), self.rule.w_min, self.rule.w_max)
        change = success.view(-1, 1, 1) * eligibility
        if weight.dim() == 2:
            change = change.sum(0)
        return self.rule.cut(weight + self.lr * change)


def _decay(tau: Tensor | float, dt: float) -> Tensor | float:
    """Return the decay of the eligibility per step, a number or ``[B]``, in double precision."""
    if not isinstance(tau, Tensor):
        return decay_per_step(tau, dt, "tau_eligibility")
    if tau.dim() == 0:
        return decay_per_step(tau.item(), dt, "tau_eligibility")
    _checks.floats("tau_eligibility", tau)
    came = f"shape {list(tau.shape)}"
    _checks.require(tau.dim() == 1, "tau_eligibility", came, "a number, or one per sample, [B]")
    return decay(tau.double(), dt, "tau_eligibility")


def _discounted(sides: list[tuple[Tensor, Tensor]], left: Tensor | float) -> Tensor:
    """Sum the outer products of post ``[B, M]`` and pre ``[B, N]``, times what is `left`."""
    post = torch.stack([side[0] for side in sides], 1)
    pre = torch.stack([side[1] for side in sides], 1)
    return (post * left).transpose(1, 2) @ pre
