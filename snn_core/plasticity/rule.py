"""What the rules of spike timing share: their window, and the loop over the steps of trains."""

from typing import Generic

import torch
from torch import Tensor

from .. import _checks
from . import _doors
from ._doors import N
from .bounds import Bounded, amplitude
from .pairing import Pairing, outer
from .traces import PAIRINGS, decay_per_step


class STDPRule(Bounded, Generic[N]):
    """What the rules of spike timing share; each adds its state at `rest`, and `pair`.

    The weights ``[M, N]`` (to, from) stay in [w_min, w_max]; the samples of a batch share them, and
    move them by the sum. Weights ``[B, M, N]`` give each sample its own. The parameter of the type
    is that of its state, a NamedTuple. Potentiation moves a weight up, towards w_max; depression
    moves it down, towards w_min. An inhibitory weight, at most 0, is weakened by potentiation and
    made stronger by depression.

    Args:
        tau_plus, tau_minus: time constants in ms of the two sides of the window, above 0.
        a_plus, a_minus: change of the weight at lag 0, at least 0, in units of the weight.
        pairing: "all_to_all" lets every pair of spikes count, "nearest" only the last spike of the
            other side.
        bound: "additive" (no dependence on the weight, cut at the bounds), "multiplicative"
            (depression in proportion to the distance to w_min), "soft" (potentiation also in
            proportion to the distance to w_max), or the exponents (mu_plus, mu_minus) of these
            distances, each at least 0.
        w_min, w_max: bounds of the weights, w_min below w_max; -1 and 0 for inhibitory ones.
        dt: step in ms.

    Raises:
        ValueError: for values outside these ranges.
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
        w_min: float = 0.0,
        w_max: float = 1.0,
        dt: float = 1.0,
    ):
        super().__init__(bound, w_min, w_max)
        amplitude("a_plus", a_plus)
        amplitude("a_minus", a_minus)
        _checks.choice("pairing", pairing, PAIRINGS)
        self.tau_plus = tau_plus
        self.tau_minus = tau_minus
        self.a_plus = a_plus
        self.a_minus = a_minus
        self.pairing = pairing
        self.dt = dt
        self.alpha_plus = decay_per_step(tau_plus, dt, "tau_plus")
        self.alpha_minus = decay_per_step(tau_minus, dt, "tau_minus")

    def window(self, lag: Tensor) -> Tensor:
        """Return the weight change of one pair, before bounds, for lags t_post - t_pre in ms."""
        _checks.floats("lag", lag, min_rank=0)
        causal = torch.exp(-lag.clamp(min=0) / self.tau_plus)
        acausal = torch.exp(lag.clamp(max=0) / self.tau_minus)
        return torch.where(lag >= 0, self.a_plus * causal, -self.a_minus * acausal)

    def initial_state(self, pre: Tensor, post: Tensor) -> N:
        """Return empty traces for one step of spikes, `pre` ``[B, N]`` and `post` ``[B, M]``.

        Raises:
            ValueError: for spikes that do not fit each other.
        """
        _doors.pair(pre, post)
        return self.rest(pre, post)

    def rest(self, pre: Tensor, post: Tensor) -> N:
        """Return what `initial_state` does, for spikes that are known to fit."""
        raise NotImplementedError

    def pair(self, pre: Tensor, post: Tensor, state: N) -> tuple[Pairing, N]:
        """Pair the spikes of one step, `pre` ``[B, N]``, `post` ``[B, M]``, with earlier ones.

        This is the rule itself, in every step of a loop: it checks nothing.
        """
        raise NotImplementedError

    def change(self, pairing: Pairing, weight: Tensor, *, per_sample: bool = False) -> Tensor:
        """Return the change of `weight` that a pairing asks for, summed over the batch, ``[M, N]``.

        Both sides are scaled by what the bound says of `weight`, and nothing is cut: a measure of
        the rule where the weight stays. With `per_sample` it is not summed, ``[B, M, N]``, and each
        sample may have weights of its own, ``[B, M, N]``.

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
        with _doors.exactly(weight):
            return self.asked(pairing, weight, per_sample)

    def asked(self, pairing: Pairing, weight: Tensor, per_sample: bool = False) -> Tensor:
        """Return what `change` does, for a weight that is known to fit."""
        up = outer(*pairing.potentiated, per_sample)
        down = outer(*pairing.depressed, per_sample)
        return self.bounded(up, down, weight)

    @torch.no_grad()
    def step(self, pre: Tensor, post: Tensor, weight: Tensor, state: N) -> tuple[Tensor, N]:
        """Advance by one step: `pre` ``[B, N]``, `post` ``[B, M]`` → (new weight, new state).

        Raises:
            ValueError: for what `run` refuses.
        """
        _doors.pair(pre, post)
        weight, state, dtype = self._ready(pre, post, weight, state)
        with _doors.exactly(pre):
            return self._advance(pre.to(dtype), post.to(dtype), weight, state)

    @torch.no_grad()
    def run(
        self, pre: Tensor, post: Tensor, weight: Tensor, state: N | None = None
    ) -> tuple[Tensor, N]:
        """Let `weight` learn from trains `pre` ``[T, B, N]`` and `post` ``[T, B, M]``.

        Args:
            pre, post: spikes, 0 or 1; other numbers count in proportion.
            weight: ``[M, N]``, or ``[B, M, N]`` for a sample each, in [w_min, w_max].
            state: what the last call returned, to go on from; without it, traces are empty.

        Returns:
            (new weight, new state), in float32, or float64 where anything is that came in.

        Raises:
            ValueError: for trains, weights or a state that do not fit each other, NaN, or weights
                outside [w_min, w_max].
        """
        _doors.sequences(pre, post)
        if state is None:
            state = self.rest(pre[0], post[0])
        weight, state, dtype = self._ready(pre[0], post[0], weight, state)
        with _doors.exactly(pre):
            for now_pre, now_post in zip(pre.to(dtype), post.to(dtype), strict=True):
                weight, state = self._advance(now_pre, now_post, weight, state)
        return weight, state

    def __call__(self, pre: Tensor, post: Tensor, weight: Tensor) -> Tensor:
        """Return the weights that `run` gives from empty traces, for trains of at least two steps.

        A spike of an earlier call has left no trace: in pieces, use `run` or `step`.

        Raises:
            ValueError: for what `run` refuses, and for a train of a single step, as of a loop.
        """
        weight, _ = self.run(pre, post, weight)
        _checks.require(len(pre) > 1, "pre", "one step", "several: step by step, use `step`")
        return weight

    def _ready(
        self, pre: Tensor, post: Tensor, weight: Tensor, state: N
    ) -> tuple[Tensor, N, torch.dtype]:
        """Check weights and state for a step of spikes; return both in the dtype of the work."""
        sizes = (*post.shape, pre.shape[1])
        _doors.weights(weight, sizes, self.w_min, self.w_max)
        _doors.state(state, self.rest(pre, post))
        dtype = _doors.widest(pre, post, weight)
        return weight.to(dtype), _doors.in_dtype(state, dtype), dtype

    def _advance(self, pre: Tensor, post: Tensor, weight: Tensor, state: N) -> tuple[Tensor, N]:
        """Do what `step` does, for what is known to fit: depress, cut, potentiate, cut."""
        pairing, state = self.pair(pre, post, state)
        own = weight.dim() == 3
        weight = self.depressed(weight, outer(*pairing.depressed, own))
        return self.potentiated(weight, outer(*pairing.potentiated, own)), state


def silence(pre: Tensor, post: Tensor) -> tuple[Tensor, Tensor]:
    """Return empty traces of both sides, in the dtype of the work."""
    dtype = _doors.widest(pre, post)
    return torch.zeros_like(pre, dtype=dtype), torch.zeros_like(post, dtype=dtype)
