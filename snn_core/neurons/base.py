"""What neurons share: the loop over time, the check of input and state, decays and thresholds."""

import numbers
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .. import _checks
from ..surrogate import Surrogate, as_surrogate

RESETS = ("soft", "hard")
PER_NEURON = ("beta", "alpha", "rho", "strength", "threshold")

State = Tensor | tuple[Tensor, ...]


class Recording(NamedTuple):
    """What a neuron did: spikes and membrane ``[T, B, …]``, and the final state, to go on from."""

    spikes: Tensor
    membrane: Tensor
    state: State


def parameter(name: str, value: Tensor | float) -> Tensor:
    """Turn a number or a per-neuron tensor into a floating-point tensor with finite entries."""
    ok = isinstance(value, (numbers.Real, Tensor)) and not isinstance(value, bool)
    _checks.require(ok, name, type(value).__name__, "a number or a tensor")
    asks = isinstance(value, Tensor) and value.requires_grad
    _checks.require(
        not asks,
        name,
        "a tensor that requires a gradient",
        "a plain value; to learn it, say so by `learn_…`",
    )
    value = torch.as_tensor(
        value, dtype=None if isinstance(value, Tensor) else torch.get_default_dtype()
    )
    value = (
        value.detach().clone() if value.is_floating_point() else value.to(torch.get_default_dtype())
    )
    _checks.require(bool(torch.isfinite(value).all()), name, value.tolist(), "finite numbers")
    return value


def decay(tau: Tensor | float, dt: float, name: str = "tau_mem") -> Tensor:
    """Return the decay per step ``exp(-dt / tau)`` for a time constant and a step in ms."""
    _checks.number("dt", dt, 0)
    tau = parameter(name, tau)
    _checks.require(bool((tau > 0).all()), name, tau.tolist(), "a time constant above 0 ms")
    return torch.exp(-dt / tau)


def own_decay(module: nn.Module, name: str, value: Tensor, learn: bool) -> None:
    """Give `module` a decay in [0, 1]: a buffer, or a parameter if it is learnt.

    A learnt one is stored as its logit, so that it stays in (0, 1) whatever the optimiser does.
    """
    _checks.require(
        bool(((value >= 0) & (value <= 1)).all()), name, value.tolist(), "a decay in [0, 1]"
    )
    inside = bool(((value > 0) & (value < 1)).all())
    _checks.require(
        inside or not learn, name, value.tolist(), "a decay inside (0, 1) when it is learnt"
    )
    if learn:
        setattr(module, f"{name}_logit", nn.Parameter(torch.logit(value)))
    else:
        module.register_buffer(f"_{name}", value)


def owned_decay(module: nn.Module, name: str) -> Tensor:
    """Return the decay that `own_decay` gave to `module`."""
    logit = getattr(module, f"{name}_logit", None)
    return getattr(module, f"_{name}") if logit is None else torch.sigmoid(logit)


class Neuron(nn.Module):
    """What every neuron shares: the state at rest, and the check of what comes in and goes out."""

    def initial_state(self, current: Tensor) -> State:
        """Return the resting state for the input `current` ``[T, B, …]``: zeros ``[B, …]``."""
        return torch.zeros_like(current[0])

    def _prepare(self, current: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Check input and state; without a state, start at rest."""
        _checks.sequence("current", current, not_nan=False)
        self._require_fit(list(current.shape[2:]))
        rest = self.initial_state(current)
        if state is None:
            return current, rest
        expected, came = _shapes(rest), _shapes(state)
        _checks.require(
            came == expected, "state", came or type(state).__name__, f"shape {expected}"
        )
        return current, state if isinstance(rest, Tensor) else type(rest)(*state)

    def _require_fit(self, sample: list[int]) -> None:
        """Require that what differs from neuron to neuron has the axes of a `sample`."""
        for name in PER_NEURON:
            shape = list(getattr(self, name, torch.zeros(())).shape)
            fits = len(shape) == len(sample) and all(
                own in (1, size) for own, size in zip(shape, sample, strict=True)
            )
            _checks.require(
                not shape or fits,
                name,
                f"shape {shape}",
                f"one number, or the axes of a sample, {sample}",
            )

    def _finish(self, state: State) -> State:
        """Require a state without NaN: once in the membrane, a NaN of the input never leaves it."""
        for variable in state if isinstance(state, tuple) else (state,):
            _checks.no_nan("current", variable)
        return state


def _shapes(state: object) -> list:
    """Return the shape of a tensor, a list of shapes for a tuple, an empty list for the rest."""
    if isinstance(state, tuple):
        return [list(getattr(variable, "shape", [])) for variable in state]
    return list(getattr(state, "shape", []))


class Leaky(Neuron):
    """What every leaky neuron shares: its decay, from `tau_mem` and `dt` in ms or as `beta`."""

    def __init__(
        self,
        tau_mem: Tensor | float = 10.0,
        *,
        beta: Tensor | float | None = None,
        dt: float = 1.0,
        learn_beta: bool = False,
    ):
        super().__init__()
        own_decay(
            self,
            "beta",
            decay(tau_mem, dt) if beta is None else parameter("beta", beta),
            learn_beta,
        )

    @property
    def beta(self) -> Tensor:
        """Decay per step, in [0, 1]: a scalar tensor, or one entry per neuron."""
        return owned_decay(self, "beta")


class SpikingNeuron(Neuron):
    """A spiking neuron defined by its `step`; calling it runs the step over all time.

    Subclass it, write `step(current, state) -> (spikes, membrane, state)`, and the loop is done. A
    state of several variables is a NamedTuple, which `initial_state` returns at rest.
    """

    def step(self, current: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """Advance by one step: `current` and `state` ``[B, …]`` → (spikes, membrane, new state)."""
        raise NotImplementedError

    def forward(
        self, current: Tensor, state: State | None = None, *, record: bool = False
    ) -> Tensor | Recording:
        """Run over `current` ``[T, B, …]``; return spikes, or a `Recording` if `record`."""
        spikes, membrane, states = zip(*self._steps(current, state), strict=True)
        spikes, last = torch.stack(spikes), self._finish(states[-1])
        return Recording(spikes, torch.stack(membrane), last) if record else spikes

    def states(self, current: Tensor, state: State | None = None) -> State:
        """Run over `current` ``[T, B, …]``; return the states after all steps, ``[T, B, …]``."""
        _, _, states = zip(*self._steps(current, state), strict=True)
        kind = type(self._finish(states[-1]))
        return (
            torch.stack(states)
            if kind is Tensor
            else kind(*map(torch.stack, zip(*states, strict=True)))
        )

    def _steps(
        self, current: Tensor, state: State | None
    ) -> Iterator[tuple[Tensor, Tensor, State]]:
        current, state = self._prepare(current, state)
        for step_current in current:
            spikes, membrane, state = self.step(step_current, state)
            yield spikes, membrane, state


class IntegrateAndFire(Leaky, SpikingNeuron):
    """What every LIF-like neuron shares: leak, threshold, reset and surrogate derivative.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``.
        beta: decay per step in [0, 1], in place of `tau_mem`.
        threshold: above 0; a number or a tensor ``[N]``.
        dt: step in ms.
        reset: "soft" subtracts the threshold at a spike, "hard" sets the membrane to 0.
        detach_reset: if True, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`.
        learn_beta, learn_threshold: make that parameter learnable.

    Raises:
        ValueError: for values outside these ranges, an unknown reset or surrogate, or an input not
            ``[T, B, …]``.
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
        threshold = parameter("threshold", threshold)
        _checks.require(
            bool((threshold > 0).all()), "threshold", threshold.tolist(), "a threshold above 0"
        )
        _checks.choice("reset", reset, RESETS)
        if learn_threshold:
            self.threshold = nn.Parameter(threshold)
        else:
            self.register_buffer("threshold", threshold)
        self.reset, self.detach_reset, self.surrogate = reset, detach_reset, as_surrogate(surrogate)

    @property
    def rules(self) -> dict:
        """The keyword arguments of `lif_step` that this neuron uses."""
        return {
            "beta": self.beta,
            "threshold": self.threshold,
            "reset": self.reset,
            "detach_reset": self.detach_reset,
            "surrogate": self.surrogate,
        }

    def extra_repr(self) -> str:
        beta = self.beta.detach()
        shown = f"{beta.item():.4g}" if beta.dim() == 0 else f"{list(beta.shape)}"
        return f"beta={shown}, reset={self.reset!r}, surrogate={self.surrogate!r}"
