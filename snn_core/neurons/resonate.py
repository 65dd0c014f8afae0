"""The resonate-and-fire neuron: a membrane that swings, and answers inputs at its own period."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .. import _checks
from ..surrogate import Surrogate
from .decays import parameter
from .leaky import RESETS, IntegrateAndFire, reset_membrane
from .lif import SPIKE
from .states import at_rest


class ResonateState(NamedTuple):
    """Membrane after the reset y, and the current x that it swings with, each ``[B, …]``."""

    membrane: Tensor
    current: Tensor


def resonate_step(
    current: Tensor,
    state: ResonateState,
    *,
    angle: Tensor,
    beta: Tensor | float,
    threshold: Tensor | float = 1.0,
    reset: str = "soft",
    detach_reset: bool = True,
    spike: Callable[[Tensor], Tensor] = SPIKE,
) -> tuple[Tensor, Tensor, ResonateState]:
    """Advance a resonate-and-fire neuron by one step: turn and damp, add the input, compare, reset.

    ``z[t] = beta * exp(i angle) * z[t-1] + I[t]`` with ``z = x + i y`` is the exact solution of
    ``dz/dt = (-1 / tau_mem + i ω) z``, with the input as a charge at the end of the step. The
    membrane is y, so that it moves one step after its input.

    Args:
        current: input I[t] to x, ``[B, …]``, in units of the threshold.
        state: y[t-1] and x[t-1], same shape each.
        angle: ω dt, by which a step turns z, in radians, a tensor that broadcasts.
        beta: by how much a step damps z, in [0, 1], a number or a tensor that broadcasts.
        threshold: of y, above 0, a number or a tensor that broadcasts.
        reset: "soft" subtracts the threshold from y and leaves x, "hard" sets both to 0, "phase"
            sets y to the threshold and x to 0.
        detach_reset: if True, no gradient flows through the spike that resets.
        spike: turns the distance to the threshold into spikes, as that of `lif_step`.

    Returns:
        (spikes in {0, 1}, membrane y[t] before the reset, state), each ``[B, …]``.

    Reference: Izhikevich 2001 (their b is -1 / tau_mem; their reset to z = i is "phase").

    >>> swinging = ResonateState(torch.zeros(1), torch.ones(1))
    >>> resonate_step(torch.zeros(1), swinging, angle=torch.tensor(torch.pi / 2), beta=0.5)[1]
    tensor([0.5000])
    """
    cosine = beta * torch.cos(angle)
    sine = beta * torch.sin(angle)
    y, x = state
    swing = cosine * x - sine * y + current
    membrane = sine * x + cosine * y
    spikes = spike(membrane - threshold)
    if reset == "soft":
        v = reset_membrane(membrane, spikes, threshold, "soft", detach_reset)
        return spikes.to(current), membrane, ResonateState(v, swing)
    drop = membrane - threshold if reset == "phase" else membrane
    v = reset_membrane(membrane, spikes, drop, "soft", detach_reset)
    left = reset_membrane(swing, spikes, swing, "soft", detach_reset)
    return spikes.to(current), membrane, ResonateState(v, left)


class ResonateAndFire(IntegrateAndFire[ResonateState]):
    """Resonate-and-fire neurons: a damped oscillator each, which spikes where it is pushed in time.

    Input ``[T, B, …]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    An input starts a swing of `frequency`, damped with `tau_mem`, whose first peak comes a quarter
    of a period later. Two inputs one period apart add up, half a period apart they cancel.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        frequency: of the swing in Hz, above 0 and below ``500 / dt``, half a turn per step; a
            number or a tensor ``[N]``; 50 unless given.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold from the membrane and leaves the
            current, "hard" sets both to 0, "phase" sets the membrane to the threshold and the
            current to 0.
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_frequency, learn_threshold: make that parameter learnable; False unless
            given.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

    Reference: Izhikevich 2001 (their reset to z = i is "phase").

    >>> two_in_time = torch.tensor([0.8, 0, 0, 0, 0.8, 0]).view(6, 1, 1)
    >>> ResonateAndFire(beta=0.9, frequency=250.0)(two_in_time).flatten().tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """

    frequency: Tensor
    resets = (*RESETS, "phase")
    per_neuron = (*IntegrateAndFire.per_neuron, "frequency")

    def __init__(
        self,
        tau_mem: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        frequency: Tensor | float = 50.0,
        threshold: Tensor | float = 1.0,
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
        learn_beta: bool = False,
        learn_frequency: bool = False,
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
        given = parameter("frequency", frequency)
        fits = bool(((given > 0) & (given < 500 / dt)).all())
        expected = f"above 0 and below {500 / dt:g} Hz, half a turn per step of {dt:g} ms"
        _checks.require(fits, "frequency", given.tolist(), expected)
        self.own_constant("frequency", given, learn=learn_frequency)

    def initial_state(self, current: Tensor) -> ResonateState:
        """Return a membrane and a current at rest for `current` ``[T, B, …]``."""
        return at_rest(ResonateState, current[0])

    def step(self, current: Tensor, state: ResonateState) -> tuple[Tensor, Tensor, ResonateState]:
        """Advance by one step with `resonate_step`."""
        angle = self.constant("frequency", state.membrane) * (2 * math.pi * self.dt / 1000)
        return resonate_step(current, state, angle=angle, **self.rules(state.membrane))
