"""Neurons: a pure step function each, and a thin module that owns the parameters and the loop over time."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from . import _checks
from ._lif_sequence import lif_sequence
from .surrogate import Surrogate, as_surrogate

RESETS = ("soft", "hard")


class Recording(NamedTuple):
    """What a neuron did: `spikes` and `membrane` ``[T, B, …]``, and the final `state`, to carry on from."""

    spikes: Tensor
    membrane: Tensor
    state: Tensor


def leaky_step(current: Tensor, state: Tensor, beta: Tensor | float) -> Tensor:
    """Decay the membrane by one step and add the input: ``u[t] = beta * v[t-1] + I[t]``.

    Args:
        current: input I[t], ``[B, …]``, in units of the threshold.
        state: membrane after the last reset, v[t-1], same shape.
        beta: decay per step in [0, 1], a number or a tensor that broadcasts.

    Returns:
        The membrane u[t], same shape.

    Reference: Eshraghian et al. 2023, eq. 4.

    >>> leaky_step(torch.tensor([1.0]), torch.tensor([2.0]), 0.5)
    tensor([2.])
    """
    return beta * state + current


def lif_step(
    current: Tensor,
    state: Tensor,
    *,
    beta: Tensor | float,
    threshold: Tensor | float = 1.0,
    reset: str = "soft",
    detach_reset: bool = True,
    surrogate: Surrogate | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Advance a leaky integrate-and-fire neuron by one step: integrate, compare, emit, reset.

    Args:
        current: input I[t], ``[B, …]``.
        state: membrane after the last reset, v[t-1], same shape.
        beta: decay per step in [0, 1], a number or a tensor that broadcasts.
        threshold: above 0, a number or a tensor that broadcasts.
        reset: "soft" subtracts the threshold, "hard" sets the membrane to 0.
        detach_reset: if True, no gradient flows through the spike that resets.
        surrogate: derivative of the spike; the default `Surrogate` if None.

    Returns:
        (spikes z[t] in {0, 1}, membrane u[t], state v[t]), each ``[B, …]``.

    Reference: Eshraghian et al. 2023, eq. 4 and 5 (their U is u, S is z).

    >>> z, u, v = lif_step(torch.tensor([1.0]), torch.tensor([0.5]), beta=0.5)
    >>> z.item(), u.item(), v.item()
    (1.0, 1.25, 0.25)
    """
    _checks.choice("reset", reset, RESETS)
    membrane = leaky_step(current, state, beta)
    spikes = (surrogate or Surrogate())(membrane - threshold)
    drop = threshold if reset == "soft" else membrane
    resetting = spikes.detach() if detach_reset else spikes
    return spikes, membrane, membrane - drop * resetting


def decay(tau: Tensor | float, dt: float) -> Tensor:
    """Return the decay per step ``exp(-dt / tau)`` for a time constant `tau` and a step `dt`, both in ms."""
    _checks.number("dt", dt, 0)
    tau = _parameter("tau_mem", tau)
    _checks.require(bool((tau > 0).all()), "tau_mem", tau.tolist(), "a time constant above 0 ms")
    return torch.exp(-dt / tau)


def _parameter(name: str, value: Tensor | float) -> Tensor:
    """Turn a number or a per-neuron tensor into a floating-point tensor with finite entries."""
    ok = isinstance(value, (int, float, Tensor)) and not isinstance(value, bool)
    _checks.require(ok, name, type(value).__name__, "a number or a tensor")
    value = torch.as_tensor(value, dtype=None if isinstance(value, Tensor) else torch.get_default_dtype())
    value = value.detach().clone() if value.is_floating_point() else value.to(torch.get_default_dtype())
    _checks.require(bool(torch.isfinite(value).all()), name, value.tolist(), "finite numbers")
    return value


class Leaky(nn.Module):
    """What every leaky neuron shares: the decay, from `tau_mem` and `dt` in ms or given as `beta`, and its checks.

    A learnable beta is stored as its logit, so that it stays in (0, 1) whatever the optimiser does.
    """

    def __init__(
        self,
        tau_mem: Tensor | float = 10.0,
        *,
        beta: Tensor | float | None = None,
        dt: float = 1.0,
        learn_beta: bool = False,
    ):
        super().__init__()
        beta = decay(tau_mem, dt) if beta is None else _parameter("beta", beta)
        _checks.require(bool(((beta >= 0) & (beta <= 1)).all()), "beta", beta.tolist(), "a decay in [0, 1]")
        inside = bool(((beta > 0) & (beta < 1)).all())
        _checks.require(inside or not learn_beta, "beta", beta.tolist(), "a decay inside (0, 1) when it is learnt")
        self.learn_beta = learn_beta
        if learn_beta:
            self.beta_logit = nn.Parameter(torch.logit(beta))
        else:
            self.register_buffer("_beta", beta)

    @property
    def beta(self) -> Tensor:
        """Decay per step, in [0, 1]: a scalar tensor, or one entry per neuron."""
        return torch.sigmoid(self.beta_logit) if self.learn_beta else self._beta

    def initial_state(self, current: Tensor) -> Tensor:
        """Return the resting state for the input `current` ``[T, B, …]``: zeros ``[B, …]``."""
        return torch.zeros_like(current[0])

    def _prepare(self, current: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        _checks.sequence("current", current, not_nan=False)
        if state is None:
            return current, self.initial_state(current)
        what = list(getattr(state, "shape", [])) or type(state).__name__
        _checks.require(
            isinstance(state, Tensor) and state.shape == current.shape[1:],
            "state",
            what,
            f"shape {list(current.shape[1:])}",
        )
        return current, state

    def _finish(self, state: Tensor) -> Tensor:
        """Require a final state without NaN: once in the membrane, a NaN of the input never leaves it."""
        _checks.no_nan("current", state)
        return state


class SpikingNeuron(Leaky):
    """A spiking neuron defined by its `step`; calling it runs the step over all time, one step after the other.

    Subclass it, write `step(current, state) -> (spikes, membrane, state)`, and the loop is done.
    """

    def step(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by one step: `current` and `state` ``[B, …]`` → (spikes, membrane, new state)."""
        raise NotImplementedError

    def forward(self, current: Tensor, state: Tensor | None = None, *, record: bool = False) -> Tensor | Recording:
        """Run over `current` ``[T, B, …]``; return spikes ``[T, B, …]``, or a `Recording` if `record`."""
        current, state = self._prepare(current, state)
        spikes, membranes = [], []
        for step_current in current:
            spike, membrane, state = self.step(step_current, state)
            spikes.append(spike)
            membranes.append(membrane)
        recording = Recording(torch.stack(spikes), torch.stack(membranes), self._finish(state))
        return recording if record else recording.spikes


class LIF(SpikingNeuron):
    """Leaky integrate-and-fire neurons, run over a whole sequence at once.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``.
        beta: decay per step in [0, 1], in place of `tau_mem`.
        threshold: above 0; a number or a tensor ``[N]``.
        dt: step in ms.
        reset: "soft" subtracts the threshold at a spike, "hard" sets the membrane to 0.
        detach_reset: if True, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`.
        learn_beta, learn_threshold: make that parameter learnable.

    Raises:
        ValueError: for values outside these ranges, an unknown reset or surrogate, or an input not ``[T, B, …]``.

    Reference: Eshraghian et al. 2023, section II; Neftci et al. 2019, eq. 5 to 7 (their alpha is 0 here).

    >>> spikes = LIF(beta=0.5)(torch.full((4, 1, 1), 0.75))
    >>> spikes.flatten().tolist()
    [0.0, 1.0, 0.0, 1.0]
    """

    def __init__(
        self,
        tau_mem: Tensor | float = 10.0,
        *,
        beta: Tensor | float | None = None,
        threshold: Tensor | float = 1.0,
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
        learn_beta: bool = False,
        learn_threshold: bool = False,
    ):
        super().__init__(tau_mem, beta=beta, dt=dt, learn_beta=learn_beta)
        threshold = _parameter("threshold", threshold)
        _checks.require(bool((threshold > 0).all()), "threshold", threshold.tolist(), "a threshold above 0")
        _checks.choice("reset", reset, RESETS)
        self.threshold = nn.Parameter(threshold, requires_grad=learn_threshold)
        self.reset, self.detach_reset, self.surrogate = reset, detach_reset, as_surrogate(surrogate)

    def step(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by one step with `lif_step`."""
        return lif_step(
            current,
            state,
            beta=self.beta,
            threshold=self.threshold,
            reset=self.reset,
            detach_reset=self.detach_reset,
            surrogate=self.surrogate,
        )

    def forward(self, current: Tensor, state: Tensor | None = None, *, record: bool = False) -> Tensor | Recording:
        """Run over `current` ``[T, B, …]``; return spikes ``[T, B, …]``, or a `Recording` if `record`."""
        current, state = self._prepare(current, state)
        spikes, membrane, state = lif_sequence(current, state, self)
        recording = Recording(spikes, membrane, self._finish(state))
        return recording if record else recording.spikes

    def extra_repr(self) -> str:
        beta = self.beta.detach()
        shown = f"{beta.item():.4g}" if beta.dim() == 0 else f"{list(beta.shape)}"
        return f"beta={shown}, reset={self.reset!r}, surrogate={self.surrogate!r}"


class LeakyIntegrator(Leaky):
    """A leaky integrator that never spikes: the membrane readout of a network.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``.
        beta: decay per step in [0, 1], in place of `tau_mem`; 1 sums without a leak.
        dt: step in ms.
        learn_beta: make the decay learnable.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

    Reference: Neftci et al. 2019, section V (the readout of their example).

    >>> LeakyIntegrator(beta=0.5)(torch.ones(3, 1, 1)).flatten().tolist()
    [1.0, 1.5, 1.75]
    """

    def forward(self, current: Tensor, state: Tensor | None = None) -> Tensor:
        """Integrate `current` ``[T, B, …]`` and return the membrane ``[T, B, …]``."""
        current, state = self._prepare(current, state)
        membranes = []
        for step_current in current:
            state = leaky_step(step_current, state, self.beta)
            membranes.append(state)
        self._finish(state)
        return torch.stack(membranes)
