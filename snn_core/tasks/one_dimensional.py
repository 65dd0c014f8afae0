"""A task for networks with a memory: digits that come one sample after the other."""

import torch
from torch import Generator, Tensor
from torch.nn.functional import conv1d, pad

from .. import _checks

STROKES = torch.tensor(  # ten drawings of 12 points each, from the code of Greydanus 2020
    [
        [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
        [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
        [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
        [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
        [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
        [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
        [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
        [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
    ]
)
PADDING = (36, 60)  # zeros behind a drawing: the more, the narrower the digit becomes
DRAWN = 72  # points before the last step, which takes samples of them
SAMPLES = 40
SHIFT = 48  # points at most
SCALE = 0.4  # from the smallest factor on the height to the largest
SHEAR = 0.75
BACKGROUND = 0.25  # strength of the noise where no digit is, before it is blurred
BLUR = 2.0  # standard deviation in points
NOISE = 0.02  # everywhere


def digit_templates() -> Tensor:
    """Return the ten digits as curves of 12 points ``[10, 12]``, which begin at 0.

    >>> digit_templates().shape
    torch.Size([10, 12])
    """
    centred = STROKES - STROKES.mean(1, keepdim=True)
    scaled = centred / STROKES.std(1, correction=0, keepdim=True)
    return (scaled - scaled[:, :1]) / 6


def one_dimensional_digits(
    samples: int, *, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Draw digits of one dimension, each wider or narrower, higher, elsewhere, tilted, in noise.

    Args:
        samples: B, at least 1.
        generator: source of all randomness; PyTorch's own if None.

    Returns:
        Signals ``[B, 40]``, of mean 0 and variance 1 over all of them, and labels ``[B]``, the ten
        digits equally often.

    Raises:
        ValueError: for no sample.

    Reference: Greydanus 2020, MNIST-1D, section 2.

    >>> signals, labels = one_dimensional_digits(100, generator=torch.Generator().manual_seed(0))
    >>> signals.shape, labels.bincount()
    (torch.Size([100, 40]), tensor([10, 10, 10, 10, 10, 10, 10, 10, 10, 10]))
    """
    _checks.whole("samples", samples)
    _checks.generator(generator)
    labels = torch.randperm(samples, generator=generator) % len(STROKES)
    templates = digit_templates()[labels]
    curves, drawn = _stretched(templates, generator)
    scale = 1 + SCALE * _centred(samples, generator)
    background = _background(samples, generator)
    shown = torch.where(drawn, scale * curves, background)
    noise = torch.randn(samples, DRAWN, generator=generator)
    slope = SHEAR * _centred(samples, generator)
    tilt = slope * torch.linspace(-0.5, 0.5, DRAWN)
    drawing = shown + NOISE * noise - tilt
    places = torch.linspace(0, DRAWN - 1, SAMPLES)
    signals = _between(drawing, places.expand(samples, -1))
    centred = signals - signals.mean()
    return centred / signals.std(), labels


def _centred(samples: int, generator: Generator | None) -> Tensor:
    """Draw one number in [-0.5, 0.5) for each sample, ``[B, 1]``."""
    return torch.rand(samples, 1, generator=generator) - 0.5


def _between(curves: Tensor, places: Tensor) -> Tensor:
    """Read curves ``[B, P]`` between their points, at `places` ``[B, Q]`` in [0, P - 1]."""
    last = curves.shape[1] - 2
    left = places.floor().long().clamp(max=last)
    share = places - left
    before = curves.gather(1, left)
    after = curves.gather(1, left + 1)
    return (1 - share) * before + share * after


def _stretched(templates: Tensor, generator: Generator | None) -> tuple[Tensor, Tensor]:
    """Pad, stretch to equal length, and shift around; also say where the digit is, ``[B, 72]``."""
    batch, points = templates.shape
    padding = torch.randint(PADDING[0], PADDING[1] + 1, (batch, 1), generator=generator)
    lengths = points + padding - 1
    places = lengths * torch.linspace(0, 1, DRAWN)
    padded = pad(templates, (0, PADDING[1]))
    curves = _between(padded, places)
    shift = torch.randint(SHIFT, (batch, 1), generator=generator)
    around = (torch.arange(DRAWN) - shift) % DRAWN
    inside = places.gather(1, around) < points
    return curves.gather(1, around), inside


def _background(samples: int, generator: Generator | None) -> Tensor:
    """Draw noise that is alike at neighbouring points: white noise, blurred by a Gaussian."""
    reach = round(4 * BLUR)
    away = torch.arange(-reach, reach + 1.0)
    kernel = torch.exp(-(away**2) / (2 * BLUR**2))
    weights = kernel / kernel.sum()
    length = DRAWN + 2 * reach
    white = torch.randn(samples, 1, length, generator=generator)
    blurred = conv1d(BACKGROUND * white, weights.view(1, 1, -1))
    return blurred.squeeze(1)
