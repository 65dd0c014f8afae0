"""Encoders by rate: the larger a value, the more spikes, or the more current."""

import torch
from torch import Generator, Tensor

from .. import _checks
from ..precision import wide
from ..randomness import uniform


def direct(intensity: Tensor, steps: int) -> Tensor:
    """Present the same values at every step, as an input current (direct coding).

    Args:
        intensity: ``[B, …]``, any finite values.
        steps: number of time steps T, at least 1.

    Returns:
        ``[T, B, …]``, a view: no memory is copied. These are currents, not spikes.

    Raises:
        ValueError: for NaN or infinite values, a wrong rank or fewer than one step.

    Reference: Rueckauer et al. 2017, section 2.3 (analogue input); Rathi & Roy 2021 (direct input
    encoding).

    >>> direct(torch.tensor([[0.2, 0.7]]), 3).shape
    torch.Size([3, 1, 2])
    """
    _checks.floats("intensity", intensity, not_nan=False)
    _checks.finite("intensity", intensity)
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
        generator: source of randomness, on any device.

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
    draws = uniform((steps, *intensity.shape), intensity, generator)
    chance = gain * intensity.to(draws.dtype)  # in half precision it would be too coarse
    return (draws < chance).to(intensity.dtype)


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
    centres = torch.linspace(0, 1, neurons, dtype=wide(intensity), device=intensity.device)
    distance = intensity.unsqueeze(-1) - centres
    widths = distance * (neurons - 1) / width
    return torch.exp(-widths.square() / 2).to(intensity.dtype)


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
        generator: source of randomness, on any device.

    Returns:
        Spikes ``[T, B, …, N]``.

    Raises:
        ValueError: for intensities outside [0, 1] or a parameter outside its range.

    Reference: Bohte, Kok, La Poutré 2002, section 4; here with random spikes in place of latencies.

    >>> population(torch.tensor([0.5]), 4, neurons=3).shape
    torch.Size([4, 1, 3])
    """
    activation = receptive_fields(intensity, neurons, width=width)
    return rate(activation, steps, gain=gain, generator=generator)
