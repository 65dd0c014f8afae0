"""Learning without labels: a layer that is shown all images, and how it answers them."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from tqdm.auto import tqdm

from .. import _checks
from ..encoding import Encoder
from ..precision import wide
from . import _doors
from .competition import CompetitiveLayer


def learn_unlabelled(
    layer: CompetitiveLayer,
    images: Tensor,
    encode: Encoder,
    *,
    epochs: int = 4,
    batch_size: int = 32,
    lr: tuple[float, float] = (0.5, 0.01),
    after_batch: Callable[[Tensor], None] | None = None,
    generator: Generator | None = None,
    target: float = 3.0,
    threshold_lr: float = 0.02,
    scale: float = 0.18,
    normalise: bool = True,
    progress: bool = True,
) -> None:
    """Show all images in batches and let the layer learn; the learning rate falls exponentially.

    Args:
        layer: changed in place.
        images: ``[samples, N]``, at least one, what `encode` takes.
        encode: turns a batch of images into input spikes ``[T, B, N]``; called anew for every
            batch.
        epochs, batch_size: at least 1.
        lr: learning rate of the first and of the last batch, each in (0, 1].
        after_batch: called with the output spikes ``[T, B, M]`` of every batch.
        generator: shuffles the images anew for every epoch; PyTorch's own if None.
        target, threshold_lr, scale, normalise: those of `CompetitiveLayer.learn`.
        progress: show a progress bar.

    Raises:
        ValueError: for no image, NaN, or a number out of range.
    """
    is_layer = isinstance(layer, CompetitiveLayer)
    _checks.require(is_layer, "layer", type(layer).__name__, "a CompetitiveLayer")
    _require_images(images, encode)
    _checks.require(len(images) > 0, "images", "no image", "at least one")
    _checks.whole("epochs", epochs)
    _checks.whole("batch_size", batch_size)
    updates = epochs * math.ceil(len(images) / batch_size)
    falling = iter(_falling(lr, updates))
    with tqdm(total=updates, unit="batch", leave=False, disable=not progress) as bar:
        for chosen in _shuffled(len(images), epochs, batch_size, generator):
            output = layer.learn(
                _encoded(images[chosen], encode),
                lr=next(falling),
                target=target,
                threshold_lr=threshold_lr,
                scale=scale,
                normalise=normalise,
            )
            bar.update()
            if after_batch is not None:
                after_batch(output)


def _shuffled(
    samples: int, epochs: int, batch_size: int, generator: Generator | None
) -> Iterator[Tensor]:
    """Yield the indices of each batch; every epoch has an order of its own."""
    for _ in range(epochs):
        yield from torch.split(torch.randperm(samples, generator=generator), batch_size)


def _require_images(images: Tensor, encode: Encoder) -> None:
    """Require images ``[samples, …]`` and something that can be called to encode them."""
    _checks.floats("images", images, min_rank=2, not_nan=False)
    _doors.all_finite(images=images)
    _checks.require(callable(encode), "encode", repr(encode), "a function of images")


def _encoded(images: Tensor, encode: Encoder) -> Tensor:
    """Return the spikes ``[T, B, …]`` of a batch of images; require finite ones."""
    spikes = encode(images)
    _checks.floats("encode", spikes, min_rank=3, not_nan=False)
    _doors.all_finite(encode=spikes)
    return spikes


def _falling(lr: tuple[float, float], updates: int) -> list[float]:
    """Return the learning rates from the first to the last, at equal ratios."""
    is_pair = isinstance(lr, tuple | list) and len(lr) == 2
    _checks.require(is_pair, "lr", repr(lr), "two numbers, (first, last)")
    for rate in lr:
        _checks.number("lr", rate, 0, 1)
    first, last = torch.tensor(lr).log10().tolist()
    return torch.logspace(first, last, updates).tolist()


@torch.no_grad()
def responses(
    layer: Callable[[Tensor], Tensor], images: Tensor, encode: Encoder, *, batch_size: int = 100
) -> Tensor:
    """Return how often each neuron spikes for each image.

    Args:
        layer: maps input spikes ``[T, B, N]`` to output spikes ``[T, B, M]``.
        images: ``[samples, N]``, what `encode` takes.
        encode: turns a batch of images into input spikes.
        batch_size: at least 1.

    Returns:
        Counts ``[samples, M]``.

    Raises:
        ValueError: for images that are not ``[samples, N]``, NaN, or a number out of range.
    """
    _checks.require(callable(layer), "layer", type(layer).__name__, "a layer or a function")
    _require_images(images, encode)
    _checks.whole("batch_size", batch_size)
    counts = []
    for batch in torch.split(images, batch_size):
        spikes = layer(_encoded(batch, encode))
        _checks.floats("layer", spikes, min_rank=3)
        counts.append(spikes.sum(0, dtype=wide(spikes)))
    return torch.cat(counts)
