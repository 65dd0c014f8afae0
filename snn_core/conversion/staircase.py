"""The activation that a neuron reaches in T equal steps, and the one to train a network with."""

import torch
from torch import Tensor, nn

from .. import _checks


def staircase(current: Tensor, threshold: Tensor | float, steps: int, start: float = 0.5) -> Tensor:
    """Return the activation that neurons reach when the same current comes in every step.

    ``threshold / T`` times the number of spikes, which is the largest integer below
    ``T current / threshold + start``, kept in [0, T]. (The paper takes the floor. That is another
    number for integers alone: there the membrane is at the threshold, and a spike needs more.) The
    gradient takes the treads for a slope: 1 where nothing is clipped.

    Args:
        current: any shape.
        threshold: above 0; a tensor may be learnt.
        steps: T, at least 1.
        start: of the membrane, in thresholds, in [0, 1).

    Returns:
        The shape of `current`, in [0, threshold].

    Raises:
        ValueError: for values outside these ranges.

    Reference: Bu et al. 2022, equation 12; the gradient by `current` is their equation 18. That by
    `threshold` is what the same rule makes of equation 16; their equation 19 is another.

    >>> staircase(torch.tensor([-0.5, 0.1, 0.2, 0.6, 3.0]), 1.0, steps=4)
    tensor([0.0000, 0.0000, 0.2500, 0.5000, 1.0000])
    """
    _checks.floats("current", current, min_rank=0)
    above = bool((torch.as_tensor(threshold) > 0).all())
    _checks.require(above, "threshold", threshold, "a threshold above 0")
    _checks.whole("steps", steps)
    require_start(start)
    return stairs(current, threshold, steps, start)


def require_start(start: float) -> None:
    """Require a start of the membrane in [0, 1), in thresholds."""
    _checks.number("start", start, 0, open_low=False)
    _checks.require(start < 1, "start", start, "below 1, which is the threshold")


def stairs(current: Tensor, threshold: Tensor | float, steps: int, start: float) -> Tensor:
    """Do what `staircase` does, for arguments that are checked."""
    slope = current * (steps / threshold) + start
    spikes = (slope.detach().ceil() - 1).clamp(0, steps)
    inside = slope.clamp(0, steps)
    return (inside + (spikes - inside).detach()) * (threshold / steps)


class ClipFloorShift(nn.Module):
    """An activation in the place of a ReLU: clipped, quantised and shifted, to be converted.

    It is the `staircase` of neurons that start at half of their threshold, with as many steps as
    there are levels, and a threshold that is learnt.

    Args:
        levels: L, at least 1: it has the L + 1 values from 0 to the clip level.
        clip: first value of the clip level, above 0.

    Attributes:
        clip: the clip level, a parameter; `convert` makes it the threshold.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Bu et al. 2022, equation 16 (their lambda is `clip`, their L `levels`).

    >>> ClipFloorShift(levels=4, clip=1.0)(torch.tensor([0.2, 0.6, 3.0])).tolist()
    [0.25, 0.5, 1.0]
    """

    def __init__(self, levels: int = 8, clip: float = 4.0):
        super().__init__()
        _checks.whole("levels", levels)
        _checks.number("clip", clip, 0)
        self.levels = levels
        self.clip = nn.Parameter(torch.tensor(float(clip)))

    def forward(self, inputs: Tensor) -> Tensor:
        """Map any shape to the same shape, in [0, clip]."""
        return stairs(inputs, self.clip, self.levels, 0.5)

    def extra_repr(self) -> str:
        """Return what `print` shows: levels and clip level."""
        return f"levels={self.levels}, clip={self.clip.item():.4g}"
