"""The network of page 07, taught by BPTT, by local rules, and in its last layer only (page 14)."""

import copy
from functools import partial
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from ... import LIF, Surrogate, encoding
from ...datasets import Digits
from ...online import OnlineNetwork
from ...training import evaluate, fit, one_cycle, seed_torch

STEPS = 10
HIDDEN = 256
WIDE = 4.0  # scale of the surrogate of the output
FEEDBACK_SCALE = 2.0
EPOCHS = 5
BATCH_SIZE = 64
TUNED = {  # learning rate, weight decay, size of the first hidden and of the first output weights
    "bptt": (3e-3, 0.5, 1.0, 1.0),
    "ottt": (3e-3, 0.1, 1.0, 1.0),
    "decolle": (3e-3, 0.1, 1.0, 0.1),
    "feedback_alignment": (3e-3, 0.1, 1.0, 0.1),
    "direct_feedback_alignment": (5e-3, 0.5, 2.0, 0.1),
    "last_layer": (2e-2, 0.1, 2.0, 1.0),
}


class Sweep:
    """A learner for `fit` whose `run` is the `sweep` of an online network, which is faster."""

    def __init__(self, online: OnlineNetwork):
        self.network = online.network
        self.run = online.sweep


class Pupil(NamedTuple):
    """A network with what teaches it; `learner` is None for BPTT."""

    network: nn.Sequential
    learner: Sweep | None
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler


def pupil(first: nn.Sequential, rule: str, updates: int, generator: Generator) -> Pupil:
    """Return a copy of a network with its rule, its optimizer and its schedule, as tuned.

    Args:
        first: two linear layers, each followed by neurons.
        rule: one of `TUNED`.
        updates: how many there will be.
        generator: draws the fixed random matrices of the rule.
    """
    lr, decay, *sizes = TUNED[rule]
    network = copy.deepcopy(first)
    for linear, size in zip(network[::2], sizes, strict=True):
        linear.weight.data.mul_(size)
    learner = None
    if rule != "bptt":
        options = {"horizon": STEPS, "feedback_scale": FEEDBACK_SCALE, "generator": generator}
        learner = Sweep(OnlineNetwork(network, rule, **options))
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=decay, fused=True)
    schedule = one_cycle(optimizer, lr, updates)
    return Pupil(network, learner, optimizer, schedule)


def shifted_spikes(images: Tensor, generator: Generator) -> Tensor:
    """Shift digits ``[B, 28, 28]`` by up to a pixel, all alike; return spikes ``[T, B, 784]``."""
    shift = torch.randint(-1, 2, (2,), generator=generator).tolist()
    moved = torch.roll(images, shift, (1, 2))
    return encoding.rate(moved.flatten(1), STEPS, generator=generator)


def lesson(seed: int, digits: Digits, *, epochs: int = EPOCHS) -> dict[str, float]:
    """Train the same network under every rule of `TUNED`, on the same spikes of shifted digits.

    Args:
        seed: of weights, spikes, order and random matrices.
        digits: what to learn from and to be tested on.
        epochs: how often the training images are shown.

    Returns:
        The accuracy of each rule on the test images after the last epoch, in [0, 1].
    """
    generator = seed_torch(seed)
    hidden, output = LIF(), LIF(surrogate=Surrogate(scale=WIDE))
    first = nn.Sequential(nn.Linear(784, HIDDEN), hidden, nn.Linear(HIDDEN, 10), output)
    updates = epochs * -(-len(digits.train_images) // BATCH_SIZE)
    pupils = {rule: pupil(first, rule, updates, generator) for rule in TUNED}
    begin = generator.get_state()
    for each in pupils.values():
        generator.set_state(begin)
        fit(
            each.network,
            digits.train_images,
            digits.train_labels,
            encode=partial(shifted_spikes, generator=generator),
            learner=each.learner,
            optimizer=each.optimizer,
            epochs=epochs,
            batch_size=BATCH_SIZE,
            after_batch=each.schedule.step,
            generator=generator,
            progress=False,
        )
    test = digits.test_images.flatten(1), digits.test_labels
    encode = partial(encoding.rate, steps=STEPS, generator=generator)
    return {rule: evaluate(each.network, *test, encode=encode) for rule, each in pupils.items()}
