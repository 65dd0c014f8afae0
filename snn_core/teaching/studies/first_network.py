"""The digit reader of page 07: 266 spiking neurons, trained on shifted digits."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ... import LIF, encoding
from ...training import History, fit, one_cycle, seed_torch
from ..inputs import flat_digits
from ..records import recorded

STEPS = 10
BATCH_SIZE = 64


def train_digits(
    seed: int, *, epochs: int = 8, lr: float = 5e-3, weight_decay: float = 0.5
) -> tuple[nn.Sequential, Callable[[Tensor], Tensor], History]:
    """Train a network as section 3 of page 07 does; return it, its encoder and its history."""
    images, labels, *test = flat_digits()
    generator = seed_torch(seed)
    network = nn.Sequential(nn.Linear(784, 256), LIF(), nn.Linear(256, 10), LIF())

    def encode(images: Tensor) -> Tensor:
        return encoding.rate(images, STEPS, generator=generator)

    def shifted(images: Tensor) -> Tensor:
        if network.training:
            shift = torch.randint(-1, 2, (2,), generator=generator).tolist()
            images = images.view(-1, 28, 28).roll(shift, (1, 2)).flatten(1)
        return encode(images)

    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=weight_decay)
    schedule = one_cycle(optimizer, lr, epochs * -(-len(images) // BATCH_SIZE))
    history = fit(
        network,
        images,
        labels,
        encode=shifted,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        test=tuple(test),
        after_batch=schedule.step,
        generator=generator,
        progress=False,
    )
    return network, encode, history


def as_masks(spikes: Tensor) -> list[list[int]]:
    """Return a number for each sample and step of spikes ``[T, B, C]``, whose bit c is class c.

    >>> as_masks(torch.tensor([[[1.0, 0.0, 1.0]], [[0.0, 1.0, 0.0]]]))
    [[5, 2]]
    """
    powers = 2 ** torch.arange(spikes.shape[2])
    return (spikes.long() * powers).sum(2).T.tolist()


def stopped_outputs() -> Tensor:
    """Return the output spikes ``[T, B, 10]`` that the explorer of page 07 holds."""
    masks = torch.tensor(recorded("first_network").results["stopped"]["masks"]).T
    return torch.stack([masks >> label & 1 for label in range(10)], 2).float()
