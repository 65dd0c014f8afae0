"""The Izhikevich neuron: two variables that burst, chatter and adapt. It is in millivolts."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .. import _checks
from ..precision import wide
from ..surrogate import Surrogate, as_surrogate
from .base import SpikingNeuron
from .lif import SPIKE

# a (1/ms), b (1/ms), c (mV), d (mV/ms): Izhikevich 2003, figure 2
FIRING_PATTERNS: dict[str, tuple[float, float, float, float]] = {
    "regular_spiking": (0.02, 0.2, -65.0, 8.0),
    "intrinsically_bursting": (0.02, 0.2, -55.0, 4.0),
    "chattering": (0.02, 0.2, -50.0, 2.0),
    "fast_spiking": (0.1, 0.2, -65.0, 2.0),
    "low_threshold_spiking": (0.02, 0.25, -65.0, 2.0),
}
PEAK = 30.0  # mV
SPAN = 100.0  # mV from rest to peak: the surrogate's unit of the distance to the peak
LONGEST = 1 / 16  # ms, of the parts of a step


class IzhikevichState(NamedTuple):
    """Membrane after the reset v in mV, and recovery w in mV/ms, each ``[B, …]``."""

    membrane: Tensor
    recovery: Tensor


def izhikevich_step(
    current: Tensor,
    state: IzhikevichState,
    *,
    a: Tensor | float,
    b: Tensor | float,
    c: Tensor | float,
    d: Tensor | float,
    dt: float = 0.5,
    detach_reset: bool = True,
    spike: Callable[[Tensor], Tensor] = SPIKE,
) -> tuple[Tensor, Tensor, IzhikevichState]:
    """Advance an Izhikevich neuron by one step: integrate, compare with 30 mV, emit, reset.

    ``dv/dt = 0.04 v² + 5 v + 140 - w + I`` and ``dw/dt = a (b v - w)``; at a spike ``v = c`` and
    ``w = w + d``. A step is done in parts of at most 1/16 ms. A spike resets at its own time within
    its part. There is at most one per step: a second one waits at 30 mV for the next step.

    Args:
        current: input I[t] in mV/ms, ``[B, …]``.
        state: v in mV and w in mV/ms, same shape each.
        a, b, c, d: time scale and sensitivity of the recovery, membrane after a spike, jump of the
            recovery; numbers, or tensors that broadcast.
        dt: step in ms, above 0.
        detach_reset: if True, no gradient flows through the spike that resets the membrane, nor
            through its time.
        spike: turns the distance to the peak, in units of 100 mV, into spikes: a `Surrogate`.

    Returns:
        (spikes in {0, 1}, membrane in mV, state), each ``[B, …]``. The membrane is the one before
        the reset: after the part with the spike, and then above 30 mV, or after the last part.

    Reference: Izhikevich 2003, eq. 1 to 3 (their u is w here, since u is the membrane before the
    reset).

    >>> at_rest = IzhikevichState(torch.tensor([-70.0]), torch.tensor([-14.0]))
    >>> izhikevich_step(torch.zeros(1), at_rest, a=0.02, b=0.2, c=-65.0, d=8.0)[1]
    tensor([-70.])
    """
    v, w = state
    membrane = v
    fired = torch.zeros_like(v, dtype=torch.bool)
    parts = math.ceil(dt / LONGEST)
    part = dt / parts
    for _ in range(parts):
        recovery = torch.where(fired, w + d, w)
        halfway = recovery + part / 2 * a * (b * v - recovery)
        drive = current + 140 - halfway
        free = _membrane_after(part, v, drive)
        fires = (free > PEAK) & ~fired
        left = torch.where(fires, part - _time_to_peak(v, drive), 0)
        left = left.detach() if detach_reset else left
        reset = _membrane_after(left, c, drive - d)
        top = free.clamp(max=PEAK)
        area = ((part - left) * (v + top) + left * (c + reset)) / 2
        w = w + a * (b * area - part * halfway)
        v = torch.where(fires, reset, top)
        membrane = torch.where(fired, membrane, free)
        fired = fired | fires
    spikes = spike((membrane - PEAK) / SPAN)
    resetting = spikes.detach() if detach_reset else spikes
    landing = torch.where(fired, v, c)
    after = membrane + (landing - membrane) * resetting
    return spikes.to(current.dtype), membrane, IzhikevichState(after, w + d * spikes)


def _membrane_after(time: Tensor | float, v: Tensor | float, drive: Tensor) -> Tensor:
    """Return the membrane after a short `time` in ms, at a constant ``drive = 140 - w + I``.

    The rule is ``v1 - v = time * (0.04 v v1 + 5 (v + v1) / 2 + drive)``, solved for v1: of second
    order, stable at any inhibition, and with the equation's own states of rest.
    """
    slope = (0.04 * v + 5) * v + drive
    return v + time * slope / (1 - time * (0.04 * v + 2.5))


def _time_to_peak(v: Tensor, drive: Tensor) -> Tensor:
    """Return when the rule of `_membrane_after` reaches 30 mV, in ms, where it does soon."""
    missing = PEAK - v
    slope = (0.04 * v + 5) * v + drive
    return missing / (slope + missing * (0.04 * v + 2.5)).clamp(min=1)


class Izhikevich(SpikingNeuron[IzhikevichState]):
    """Izhikevich neurons: regular, bursting, chattering or fast. Input in mV/ms, mostly 0 to 20.

    Input ``[T, B, …]``, time-major; times in ms, with `dt` 0.5 unless given; no `tau_mem` and no
    `threshold`: the membrane is in mV, and its peak of 30 mV is the spike.

    Args:
        pattern: a name from `FIRING_PATTERNS`, which sets a, b, c and d; "regular_spiking" unless
            given.
        a, b, c, d: each in place of the pattern's value; a above 0 and at most 10, b in [0, 0.26]
            so that there is a state of rest, c in (-200, 30], d in (-100, 1000].
        dt: step in ms, above 0 and at most 1; it is integrated in parts of at most 1/16 ms; 0.5
            unless given.
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`, of the distance to the peak in
            units of 100 mV; "fast_sigmoid" unless given.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

    Reference: Izhikevich 2003.

    >>> int(Izhikevich("fast_spiking")(torch.full((400, 1, 1), 10.0)).sum())  # in 200 ms
    28
    """

    def __init__(
        self,
        pattern: str = "regular_spiking",
        *,
        a: float | None = None,
        b: float | None = None,
        c: float | None = None,
        d: float | None = None,
        dt: float = 0.5,
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
    ):
        super().__init__()
        _checks.choice("pattern", pattern, FIRING_PATTERNS)
        self.constants = dict(zip("abcd", FIRING_PATTERNS[pattern], strict=True))
        given = {"a": a, "b": b, "c": c, "d": d}
        self.constants |= {name: value for name, value in given.items() if value is not None}
        _checks.number("a", self.constants["a"], 0, 10)
        _checks.number("b", self.constants["b"], 0, 0.26, open_low=False)
        _checks.number("c", self.constants["c"], -200, PEAK)
        _checks.number("d", self.constants["d"], -100, 1000)
        _checks.number("dt", dt, 0, 1)
        _checks.flag("detach_reset", detach_reset)
        self.dt = dt
        self.detach_reset = detach_reset
        self.surrogate = as_surrogate(surrogate)

    def initial_state(self, current: Tensor) -> IzhikevichState:
        """Return rest: the lower root of ``0.04 v² + (5 - b) v + 140 = 0``, and ``w = b v``."""
        b = self.constants["b"]
        slope = 5 - b
        root = (slope**2 - 22.4) ** 0.5
        v = torch.full_like(current[0], (-slope - root) / 0.08, dtype=wide(current))
        return IzhikevichState(v, b * v)

    def step(
        self, current: Tensor, state: IzhikevichState
    ) -> tuple[Tensor, Tensor, IzhikevichState]:
        """Advance by one step with `izhikevich_step`."""
        return izhikevich_step(
            current,
            state,
            **self.constants,
            dt=self.dt,
            detach_reset=self.detach_reset,
            spike=self.surrogate,
        )

    def extra_repr(self) -> str:
        constants = self.constants | {"dt": self.dt}
        return ", ".join(f"{name}={value:g}" for name, value in constants.items())
