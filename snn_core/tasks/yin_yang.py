"""A task for spike times: which part of a yin-yang sign a point lies in."""

import torch
from torch import Generator, Tensor

from .. import _checks

CLASSES = ("yin", "yang", "dot")
RADIUS = 0.5  # of the sign, which touches all sides of the unit square
DOT = 0.1  # the radius of each of its two dots


def yin_yang(samples: int, *, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
    """Draw points of a yin-yang sign: their coordinates and their mirror images, and the class.

    The class is drawn first, so all three are equally frequent; then points until one is in it.

    Args:
        samples: B, at least 1.
        generator: source of all randomness; PyTorch's own if None.

    Returns:
        Values ``[B, 4]`` in [0, 1], which are x, y, 1 - x, 1 - y, and labels ``[B]``: 0 for yin, 1
        for yang, 2 for a dot.

    Raises:
        ValueError: for no sample.

    Reference: Kriener, Göltz, Petrovici 2022, section 2.

    >>> values, labels = yin_yang(100, generator=torch.Generator().manual_seed(0))
    >>> values.shape, labels.unique()
    (torch.Size([100, 4]), tensor([0, 1, 2]))
    """
    _checks.whole("samples", samples)
    _checks.generator(generator)
    labels = torch.randint(len(CLASSES), (samples,), generator=generator)
    points = torch.full((samples, 2), torch.nan)
    missing = torch.arange(samples)
    while len(missing):
        points[missing] = torch.rand(len(missing), 2, generator=generator)
        wrong = yin_yang_class(points[missing]) != labels[missing]
        missing = missing[wrong]
    return torch.cat([points, 1 - points], 1), labels


def yin_yang_class(points: Tensor) -> Tensor:
    """Return the class of each point ``[B, 2]`` of the unit square; -1 outside of the sign.

    >>> yin_yang_class(torch.tensor([[0.5, 0.9], [0.5, 0.1], [0.25, 0.5], [0.0, 0.0]]))
    tensor([ 0,  1,  2, -1])
    """
    _checks.floats("points", points)
    _checks.shape("points", points, [len(points), 2])
    x, y = points.unbind(1)
    left, right, middle = (torch.hypot(x - centre, y - RADIUS) for centre in CENTRES)
    in_dot = (left <= DOT) | (right <= DOT)
    upper = (y > RADIUS) & (right > RADIUS / 2)
    yin = upper | (left <= RADIUS / 2)
    label = torch.where(yin, 0, 1).masked_fill(in_dot, 2)
    return label.masked_fill(middle > RADIUS, -1)


CENTRES = (RADIUS / 2, 3 * RADIUS / 2, RADIUS)  # of the left dot, the right one, and the sign
