"""Encoders by time: a spike says something by the step in which it comes."""

import torch
from torch import Tensor

from .. import _checks
from ..precision import wide

ULPS = 4  # of the signal, in units in the last place, by which a change may miss a threshold


def latency(
    intensity: Tensor,
    steps: int,
    *,
    mode: str = "log",
    tau: float = 10.0,
    threshold: float = 0.2,
    dt: float = 1.0,
) -> Tensor:
    """Spike once: the brighter, the earlier.

    "log" takes the time at which an RC membrane driven by intensity x crosses `threshold`,
    ``t = tau * ln(x / (x - threshold))``; it never does for x ≤ threshold. "linear" uses
    ``t = (T - 1) * (1 - x) * dt`` for x > 0. The spike falls into step ``round(t / dt)``, and is
    lost beyond the last.

    Args:
        intensity: ``[B, …]`` in [0, 1].
        steps: number of time steps T, at least 1.
        mode: "log" or "linear".
        tau: membrane time constant in ms, above 0 (log only).
        threshold: the largest intensity that stays silent, in (0, 1) (log only).
        dt: step in ms, above 0 (log only).

    Returns:
        Spikes ``[T, B, …]``, at most one per value.

    Raises:
        ValueError: for intensities outside [0, 1], an unknown mode, or a parameter outside its
            range.

    Reference: Eshraghian et al. 2023, section III-B and appendix B.

    >>> latency(torch.tensor([[0.0, 0.5, 1.0]]), 3, mode="linear").argmax(0)
    tensor([[0, 1, 0]])
    """
    _checks.intensity("intensity", intensity)
    _checks.whole("steps", steps)
    _checks.choice("mode", mode, ("log", "linear"))
    _checks.number("dt", dt, 0)
    _require_membrane(tau, threshold)
    fine = intensity.to(wide(intensity))  # half precision cannot tell all steps
    if mode == "log":
        time = _charging_time(fine, tau, threshold) / dt
    else:
        time = torch.where(fine > 0, (steps - 1) * (1 - fine), torch.inf)
    step = torch.arange(steps, device=intensity.device)
    every = step.view(-1, *[1] * intensity.dim())
    return (every == time.round()).to(intensity.dtype)


def charging_time(intensity: Tensor, tau: float, threshold: float) -> Tensor:
    """Return when an RC membrane driven by `intensity` crosses `threshold`, in ms, or infinity.

    Args:
        intensity: in [0, 1], of any shape.
        tau: membrane time constant in ms, above 0.
        threshold: the largest intensity that never crosses, in (0, 1).

    Raises:
        ValueError: for values outside these ranges.

    >>> charging_time(torch.tensor([0.1, 0.4]), tau=10.0, threshold=0.2).round(decimals=2)
    tensor([   inf, 6.9300])
    """
    _checks.floats("intensity", intensity, min_rank=0)
    _checks.intensity("intensity", intensity.flatten())
    _require_membrane(tau, threshold)
    return _charging_time(intensity.to(wide(intensity)), tau, threshold)


def _require_membrane(tau: float, threshold: float) -> None:
    """Check the constants of the charging membrane."""
    _checks.number("tau", tau, 0)
    _checks.between("threshold", threshold, 0, 1)


def _charging_time(intensity: Tensor, tau: float, threshold: float) -> Tensor:
    """Return `charging_time` of checked arguments."""
    crosses = intensity > threshold
    above = torch.where(crosses, intensity - threshold, 1)
    time = tau * torch.log(intensity / above)
    return torch.where(crosses, time, torch.inf)


def delta(signal: Tensor, *, threshold: float = 0.1, off_spikes: bool = True) -> Tensor:
    """Spike when a signal has moved by `threshold` since the last spike, as an event pixel does.

    The encoder keeps a reference, at first 0. Where the signal is at least one threshold above it,
    an ON spike is sent and the reference rises by one threshold; an OFF spike lowers it. As long as
    the signal moves by no more than one threshold per step, the reference stays within one
    threshold of it. It is counted in whole thresholds, so it does not drift, and a change may miss
    a threshold by rounding: by four units in the last place of the signal.

    Args:
        signal: ``[T, B, …]``, any finite values.
        threshold: the change that is worth a spike, above 0, in units of the signal.
        off_spikes: if False, only rises are reported.

    Returns:
        Spikes ``[T, B, 2, …]``, channel 0 ON and channel 1 OFF; ``[T, B, 1, …]`` without OFF
        spikes.

    Raises:
        ValueError: for NaN or infinite values, an empty time axis or a threshold that is not
            positive.

    Reference: Eshraghian et al. 2023, section III-C; Lichtsteiner et al. 2008.

    >>> ramp = torch.tensor([0.1, 0.2, 0.3, 0.2]).view(4, 1)
    >>> delta(ramp, threshold=0.15).squeeze(1).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    """
    _checks.sequence("signal", signal, not_nan=False)
    _checks.finite("signal", signal)
    _checks.number("threshold", threshold, 0)
    _checks.flag("off_spikes", off_spikes)
    height = signal.to(wide(signal)) / threshold
    rounding = ULPS * torch.finfo(signal.dtype).eps * height.abs()
    enough = 1 - rounding.clamp(max=0.25)
    level = torch.zeros_like(height[0])
    events = []
    for now, change in zip(height, enough, strict=True):
        on = (now - level >= change).to(height.dtype)
        off = (level - now >= change).to(height.dtype) * off_spikes
        level = level + on - off
        events.append(torch.stack([on, off] if off_spikes else [on], dim=1))
    return torch.stack(events).to(signal.dtype)
