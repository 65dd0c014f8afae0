"""Learning without labels, and afterwards: names of neurons and votes, from labels."""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..encoding import Encoder
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
    **rules,
) -> None:
    """Show all images in batches and let the layer learn; the learning rate falls exponentially.

    Args:
        layer: changed in place.
        images: ``[samples, N]``, what `encode` takes.
        encode: turns a batch of images into input spikes ``[T, B, N]``; called anew for every
            batch.
        epochs, batch_size: at least 1.
        lr: learning rate of the first and of the last batch.
        after_batch: called with the output spikes ``[T, B, M]`` of every batch.
        generator: shuffles the images anew for every epoch; PyTorch's own if None.
        rules: keyword arguments of `CompetitiveLayer.learn`.
    """
    _checks.whole("epochs", epochs)
    _checks.whole("batch_size", batch_size)
    updates = epochs * math.ceil(len(images) / batch_size)
    first, last = torch.tensor(lr).log10().tolist()
    falling = iter(torch.logspace(first, last, updates).tolist())
    for _ in range(epochs):
        order = torch.randperm(len(images), generator=generator)
        for chosen in order.split(batch_size):
            spikes = encode(images[chosen])
            output = layer.learn(spikes, lr=next(falling), **rules)
            if after_batch is not None:
                after_batch(output)


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
    """
    _checks.whole("batch_size", batch_size)
    counts = [layer(encode(batch)).sum(0) for batch in images.split(batch_size)]
    return torch.cat(counts)


def class_responses(counts: Tensor, labels: Tensor, classes: int = 10) -> Tensor:
    """Return the mean number of spikes of every neuron to every class.

    Args:
        counts: spikes per sample and neuron, ``[samples, M]``.
        labels: integers ``[samples]`` in [0, classes); every class at least once.
        classes: number of classes C.

    Returns:
        ``[M, C]``, at least 0.

    Raises:
        ValueError: for labels that do not fit, or a class without a sample.

    >>> class_responses(torch.tensor([[4.0], [2.0], [1.0]]), torch.tensor([0, 0, 1]), classes=2)
    tensor([[3., 1.]])
    """
    _checks.floats("counts", counts, min_rank=2)
    _checks.whole("classes", classes)
    labels = _checks.labels("labels", labels, len(counts), classes)
    is_class = nn.functional.one_hot(labels, classes).to(counts.dtype)
    number = is_class.sum(0)
    missing = (number == 0).nonzero().flatten().tolist()
    expected = "at least one sample of every class"
    _checks.require(not missing, "labels", f"no sample of {missing}", expected)
    return counts.T @ is_class / number


def name_neurons(response: Tensor) -> Tensor:
    """Name each neuron after its strongest class: ``[M, C]`` → ``[M]``, -1 if it never spiked.

    >>> name_neurons(torch.tensor([[1.0, 3.0], [0.0, 0.0]]))
    tensor([ 1, -1])
    """
    _checks.floats("response", response, min_rank=2)
    strongest, name = response.max(dim=1)
    return torch.where(strongest > 0, name, -1)


def named_scores(counts: Tensor, names: Tensor, classes: int = 10) -> Tensor:
    """Score each class by the mean spike count of the neurons named after it, 0 without one.

    Args:
        counts: spikes per sample and neuron, ``[samples, M]``.
        names: integers ``[M]`` from -1 (no name) to C - 1.
        classes: number of classes C.

    Returns:
        ``[samples, C]``.

    Raises:
        ValueError: if the shapes do not fit, or a name is out of range.

    Reference: Diehl, Cook 2015.

    >>> named_scores(torch.tensor([[4.0, 2.0, 1.0]]), torch.tensor([0, 0, 1]), classes=2)
    tensor([[3., 1.]])
    """
    _checks.floats("counts", counts, min_rank=2)
    _checks.shape("names", names, counts.shape[1:])
    low = int(names.min())
    high = int(names.max())
    known = low >= -1 and high < classes
    _checks.require(known, "names", f"{low} to {high}", f"names in [-1, {classes - 1}]")
    members = nn.functional.one_hot(names + 1, classes + 1)[:, 1:].to(counts.dtype)
    number = members.sum(0).clamp(min=1)
    return counts @ members / number


def vote_scores(counts: Tensor, response: Tensor) -> Tensor:
    """Let every spike vote with the responses of its neuron to the classes, which sum to 1.

    Args:
        counts: spikes per sample and neuron, ``[samples, M]``.
        response: `class_responses`, ``[M, C]``.

    Returns:
        ``[samples, C]``; the scores of a sample sum to its spikes of neurons that have a response.

    >>> vote_scores(torch.tensor([[2.0, 1.0]]), torch.tensor([[3.0, 1.0], [0.0, 2.0]]))
    tensor([[1.5000, 1.5000]])
    """
    _checks.floats("counts", counts, min_rank=2)
    came = list(getattr(response, "shape", []))
    neurons = counts.shape[1]
    _checks.require(came[:1] == [neurons], "response", came, f"[{neurons}, C]")
    share = nn.functional.normalize(response, p=1, dim=1)
    return counts @ share
