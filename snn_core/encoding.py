"""Encoders: intensities ``[B, …]`` in [0, 1] become spikes ``[T, B, …]`` of 0 and 1."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from . import _checks

Encoder = Callable[[Tensor], Tensor]  # of values ``[B, …]`` into an input ``[T, B, …]``


def repeat(intensity: Tensor, steps: int) -> Tensor:
    """Present the same values at every step, as an input current (direct coding).

    Args:
        intensity: ``[B, …]``, any finite values.
        steps: number of time steps T, at least 1.

    Returns:
        ``[T, B, …]``, a view: no memory is copied. These are currents, not spikes.

    Raises:
        ValueError: for NaN, a wrong rank or fewer than one step.

    Reference: Rueckauer et al. 2017, section 2.3 (analogue input).

    >>> repeat(torch.tensor([[0.2, 0.7]]), 3).shape
    torch.Size([3, 1, 2])
    """
    _checks.floats("intensity", intensity)
    _checks.whole("steps", steps)
    return intensity.expand(steps, *intensity.shape)


def rate(
    intensity: Tensor, steps: int, *, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Spike at random, with a probability per step that is proportional to the intensity.

    Args:
        intensity: ``[B, …]`` in [0, 1].
        steps: number of time steps T, at least 1.
        gain: spike probability per step at intensity 1, in (0, 1].
        generator: source of randomness.

    Returns:
        Spikes ``[T, B, …]``; their count is binomial with mean ``T * gain * intensity``.

    Raises:
        ValueError: for intensities outside [0, 1], a gain outside (0, 1] or fewer than one step.

    Reference: Eshraghian et al. 2023, section III-A.

    >>> rate(torch.tensor([[0.0, 1.0]]), 3).sum(0)
    tensor([[0., 3.]])
    """
    _checks.intensity("intensity", intensity)
    _checks.whole("steps", steps)
    _checks.number("gain", gain, 0, 1)
    shape = (steps, *intensity.shape)
    fine = torch.promote_types(
        intensity.dtype, torch.float32
    )  # in half precision chance would be too coarse
    draws = torch.rand(shape, generator=generator, dtype=fine, device=intensity.device)
    return (draws < gain * intensity).to(intensity.dtype)


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
        dt: step in ms.

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
    fine = intensity.to(
        torch.promote_types(intensity.dtype, torch.float32)
    )  # half precision cannot tell all steps
    if mode == "log":
        time = charging_time(fine, tau, threshold) / _positive("dt", dt)
    else:
        time = torch.where(fine > 0, (steps - 1) * (1 - fine), torch.inf)
    step = torch.arange(steps, device=intensity.device).view(-1, *[1] * intensity.dim())
    return (step == time.round()).to(intensity.dtype)


def charging_time(intensity: Tensor, tau: float, threshold: float) -> Tensor:
    """Return when an RC membrane driven by `intensity` crosses `threshold`, in ms, or infinity.

    >>> charging_time(torch.tensor([0.1, 0.4]), tau=10.0, threshold=0.2).round(decimals=2)
    tensor([   inf, 6.9300])
    """
    _checks.number("tau", tau, 0)
    _checks.number("threshold", threshold, 0, 1)
    crosses = intensity > threshold
    ratio = intensity / torch.where(crosses, intensity - threshold, 1)
    return torch.where(crosses, tau * torch.log(ratio), torch.inf)


def delta(signal: Tensor, *, threshold: float = 0.1, off_spikes: bool = True) -> Tensor:
    """Spike when a signal has moved by `threshold` since the last spike, as an event pixel does.

    The encoder keeps a reference, at first 0. Where the signal is at least one threshold above it,
    an ON spike is sent and the reference rises by one threshold; an OFF spike lowers it. As long as
    the signal moves by no more than one threshold per step, the reference stays within one
    threshold of it.

    Args:
        signal: ``[T, B, …]``, any finite values.
        threshold: the change that is worth a spike, above 0, in units of the signal.
        off_spikes: if False, only rises are reported.

    Returns:
        Spikes ``[T, B, 2, …]``, channel 0 ON and channel 1 OFF; ``[T, B, 1, …]`` without OFF
        spikes.

    Raises:
        ValueError: for NaN, an empty time axis or a threshold that is not positive.

    Reference: Eshraghian et al. 2023, section III-C; Lichtsteiner et al. 2008.

    >>> ramp = torch.tensor([0.1, 0.2, 0.3, 0.2]).view(4, 1)
    >>> delta(ramp, threshold=0.15).squeeze(1).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    """
    _checks.sequence("signal", signal)
    _checks.number("threshold", threshold, 0)
    reference = torch.zeros_like(signal[0])
    events = []
    for value in signal:
        on = (value - reference >= threshold).to(signal.dtype)
        off = (reference - value >= threshold).to(signal.dtype)
        if not off_spikes:
            off = torch.zeros_like(off)
        reference = reference + threshold * (on - off)
        events.append(torch.stack([on, off], dim=1) if off_spikes else on.unsqueeze(1))
    return torch.stack(events)


def receptive_fields(intensity: Tensor, neurons: int, *, width: float = 1.0) -> Tensor:
    """Return the activation of neurons with Gaussian receptive fields over [0, 1].

    Args:
        intensity: ``[B, …]`` in [0, 1].
        neurons: number of neurons N, at least 2; their centres are ``0, 1/(N-1), …, 1``.
        width: standard deviation of a field, in units of the distance between centres, above 0.

    Returns:
        ``[B, …, N]`` in (0, 1], 1 at a field's centre.

    Raises:
        ValueError: for intensities outside [0, 1] or a parameter outside its range.

    Reference: Bohte, Kok, La Poutré 2002, section 4.

    >>> receptive_fields(torch.tensor([0.5]), 3, width=0.5).round(decimals=2)
    tensor([[0.1400, 1.0000, 0.1400]])
    """
    _checks.intensity("intensity", intensity)
    _checks.whole("neurons", neurons, low=2)
    _checks.number("width", width, 0)
    centres = torch.linspace(0, 1, neurons, dtype=intensity.dtype, device=intensity.device)
    distance = (intensity.unsqueeze(-1) - centres) * (neurons - 1) / width
    return torch.exp(-distance.square() / 2)


def population(
    intensity: Tensor,
    steps: int,
    *,
    neurons: int = 10,
    width: float = 1.0,
    gain: float = 1.0,
    generator: Generator | None = None,
) -> Tensor:
    """Encode each value in the rates of a group of neurons, each tuned to its own part of [0, 1].

    Args:
        intensity: ``[B, …]`` in [0, 1].
        steps: number of time steps T, at least 1.
        neurons: number of neurons N per value, at least 2.
        width: standard deviation of a receptive field, in units of the distance between centres,
            above 0.
        gain: spike probability per step at a field's centre, in (0, 1].
        generator: source of randomness.

    Returns:
        Spikes ``[T, B, …, N]``.

    Raises:
        ValueError: for intensities outside [0, 1] or a parameter outside its range.

    Reference: Bohte, Kok, La Poutré 2002, section 4; here with random spikes in place of latencies.

    >>> population(torch.tensor([0.5]), 4, neurons=3).shape
    torch.Size([4, 1, 3])
    """
    return rate(
        receptive_fields(intensity, neurons, width=width), steps, gain=gain, generator=generator
    )


def _positive(argument: str, value: float) -> float:
    _checks.number(argument, value, 0)
    return value


ALL_ENCODERS = {
    "repeat": repeat,
    "rate": rate,
    "latency": latency,
    "delta": delta,
    "population": population,
}
