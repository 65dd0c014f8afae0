"""Digits that pass through a few spikes and are drawn again on the other side (page 23)."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from ...encoding import Encoder
from ...layers import Repeat
from ...neurons import LIF
from ...surrogate import Surrogate
from ...training import fit, identity, one_cycle
from .code_length import pattern_bits, symbol_bits

STEPS = 8  # in which a neuron of the code spikes 0 to 8 times
HIDDEN = 256
PIXELS = 784
SCALE = 1.0  # steepness of the surrogate
SIDE = 28
CODE = 5  # so many layers of the network make the code


class Total(nn.Module):
    """Sum spikes ``[T, B, N]`` over time, as a readout without a leak does: ``[1, B, N]``."""

    def forward(self, spikes: Tensor) -> Tensor:
        """Return the counts."""
        return spikes.sum(0, keepdim=True)


def spiking_autoencoder(neurons: int, *, steps: int = STEPS, scale: float = SCALE) -> nn.Sequential:
    """Return a network that draws digits ``[B, 784]`` again, ``[1, B, 784]``, from a few spikes.

    The encoder gives each neuron of the code a constant current. It integrates without a leak and
    fires: so its count is its current × the steps, rounded down. Nothing else reaches the decoder.
    Both are ordinary networks with one hidden layer.

    Args:
        neurons: of the code.
        steps: of time, which is the largest count of a neuron.
        scale: steepness of the surrogate.

    >>> spiking_autoencoder(3)(torch.zeros(2, 784)).shape
    torch.Size([1, 2, 784])
    """
    network = nn.Sequential(
        nn.Linear(PIXELS, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, neurons),
        Repeat(steps),
        LIF(beta=1.0, surrogate=Surrogate("fast_sigmoid", scale=scale)),
        Total(),
        nn.Linear(neurons, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, PIXELS),
        nn.Sigmoid(),
    )
    nn.init.constant_(network[2].bias, 0.3)  # so that all spike at first
    return network


class Shifted:
    """Batches of digits, each moved by at most one pixel, anew in every epoch: to draw, and drawn.

    Args:
        images: ``[samples, 784]`` with an empty border.
        batch_size: samples in a batch, the last one of an epoch may have fewer.
        generator: draws the order and the shifts.
    """

    def __init__(self, images: Tensor, batch_size: int, generator: Generator):
        self.images = images.view(-1, SIDE, SIDE)
        self.batch_size = batch_size
        self.generator = generator

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(self.images), generator=self.generator)
        for chosen in order.split(self.batch_size):
            moves = torch.randint(-1, 2, (2,), generator=self.generator).tolist()
            moved = torch.roll(self.images[chosen], moves, (1, 2)).flatten(1)
            yield moved, moved


def image_error(output: Tensor, images: Tensor) -> Tensor:
    """Return the squared error of images ``[1, B, 784]``, summed over pixels, mean over images.

    >>> image_error(torch.ones(1, 2, 3), torch.zeros(2, 3))
    tensor(3.)
    """
    return (output[0] - images).square().sum(1).mean()


def teach_to_copy(
    network: nn.Sequential,
    images: Tensor,
    generator: Generator,
    *,
    charge: float = 0.0,
    encode: Encoder = identity,
    epochs: int,
    batch_size: int = 25,
    lr: float = 2e-3,
) -> list[float]:
    """Train an autoencoder by surrogate gradients; return the loss of each update.

    Args:
        network: of `spiking_autoencoder`; or a decoder, of what `encode` makes of images.
        images: ``[samples, 784]``.
        generator: draws batches and shifts.
        charge: what one spike costs, in squared error summed over the pixels of an image.
        encode: what comes before the network and does not learn.
        epochs, batch_size: of the training.
        lr: the largest learning rate, of one cycle.
    """
    batches = Shifted(images, batch_size, generator)
    optimizer = torch.optim.Adam(network.parameters())
    updates = epochs * -(-len(images) // batch_size)
    schedule = one_cycle(optimizer, lr, updates)

    def penalty(spikes: list[Tensor]) -> Tensor:
        return sum(charge * layer.sum((0, 2)).mean() for layer in spikes)

    history = fit(
        network,
        batches,
        encode=encode,
        loss=image_error,
        penalty=penalty if charge else None,
        optimizer=optimizer,
        epochs=epochs,
        accuracy=False,
        after_batch=schedule.step,
        progress=False,
    )
    return history.loss


class Copied(NamedTuple):
    """What an autoencoder does with images it has not learnt: means over them.

    Attributes:
        error: squared error per pixel.
        spikes: per image.
        most: the largest number of spikes of an image.
        bits: of the counts, neuron by neuron, with frequencies from training images.
        place_bits: of the whole trains, place by place (neuron and step), likewise.
        pattern_bits: of one of all patterns with at most as many spikes as the mean, rounded up.
    """

    error: float
    spikes: float
    most: int
    bits: float
    place_bits: float
    pattern_bits: float


@torch.no_grad()
def copy_of(network: nn.Sequential, training: Tensor, images: Tensor) -> Copied:
    """Measure an autoencoder on images ``[B, 784]``; frequencies come from training images."""
    known = network[:CODE](training)
    spikes = network[:CODE](images)
    steps, _, neurons = spikes.shape
    error = image_error(network[CODE:](spikes), images) / PIXELS
    counts = spikes.sum(0).long()
    bits = symbol_bits(known.sum(0).long(), counts, steps + 1).mean()
    places = (each.transpose(0, 1).flatten(1).long() for each in (known, spikes))
    place_bits = symbol_bits(*places, levels=2).mean()
    sent = counts.sum(1)
    mean = sent.double().mean().item()
    bound = pattern_bits(-int(-mean // 1), steps * neurons)
    return Copied(error.item(), mean, int(sent.max()), bits.item(), place_bits.item(), bound)
