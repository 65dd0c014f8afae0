"""Intensities as spike times."""

import torch
from torch import Tensor

from .. import _checks
from ..precision import wide


def latency_times(
    intensity: Tensor, duration: float, *, levels: int = 8, dark: float = 0.1
) -> Tensor:
    """Spike once: the brighter, the earlier, at one of a few times.

    The linear code of `encoding.latency`, as times: ``t = duration (1 - x)``, rounded to `levels`
    times from 0 to `duration`. Few times make a layer fast: what comes together counts together.

    Args:
        intensity: ``[B, …]`` in [0, 1].
        duration: in ms, of the whole code, at least 0.
        levels: how many times there are, at least 1; the only one is 0.
        dark: the largest intensity that stays silent, in [0, 1].

    Returns:
        Times in ms, in the shape of `intensity`; infinite for silence.

    Raises:
        ValueError: for values outside these ranges.

    >>> latency_times(torch.tensor([[0.0, 0.5, 1.0]]), 10.0, levels=3)
    tensor([[inf, 5., 0.]])
    """
    _checks.intensity("intensity", intensity)
    _checks.number("duration", duration, 0, open_low=False)
    _checks.whole("levels", levels)
    _checks.number("dark", dark, 0, 1, open_low=False)
    fine = intensity.to(wide(intensity))
    steps = max(levels - 1, 1)
    time = torch.round((1 - fine) * steps) * (duration / steps)
    time = time if levels > 1 else torch.zeros_like(time)
    return torch.where(fine > dark, time, torch.inf)
