"""The network of page 07, taught by BPTT, by local rules, and in its last layer only (page 14)."""

import copy
from functools import partial
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from ... import LIF, Surrogate, encoding
from ...datasets import Digits
from ...losses import accuracy, count_cross_entropy, spike_count
from ...online import OnlineNetwork
from ...training import evaluate, one_cycle, seed_torch

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


class Pupil(NamedTuple):
    """A network with what teaches it; `online` is None for BPTT."""

    network: nn.Sequential
    online: OnlineNetwork | None
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler


class Lesson(NamedTuple):
    """What became of the network under every rule of `TUNED`.

    Attributes:
        course: share of right answers before every update, ``[rule, batch]``, in [0, 1].
        accuracy: on the test images after the last epoch, in [0, 1].
        networks: as they were trained.
    """

    course: Tensor
    accuracy: dict[str, float]
    networks: dict[str, nn.Sequential]


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
    online = None
    if rule != "bptt":
        options = {"horizon": STEPS, "feedback_scale": FEEDBACK_SCALE, "generator": generator}
        online = OnlineNetwork(network, rule, **options)
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=decay, fused=True)
    schedule = one_cycle(optimizer, lr, updates)
    return Pupil(network, online, optimizer, schedule)


def update(pupil: Pupil, spikes: Tensor, labels: Tensor) -> float:
    """Make one update of a pupil; return its share of right answers before it, in [0, 1].

    Args:
        spikes: input ``[T, B, N]``.
        labels: integers ``[B]``.
    """
    pupil.optimizer.zero_grad()
    if pupil.online is None:
        output = pupil.network(spikes)
        count_cross_entropy(output, labels).backward()
    else:
        output = pupil.online.sweep(spikes, labels)
    pupil.optimizer.step()
    pupil.schedule.step()
    return accuracy(spike_count(output.detach()), labels)


def lesson(seed: int, digits: Digits, *, epochs: int = EPOCHS) -> Lesson:
    """Train the same network under every rule, on the same spikes of shifted digits.

    Args:
        seed: of weights, spikes, order and random matrices.
        digits: what to learn from and to be tested on.
        epochs: how often the training images are shown.
    """
    generator = seed_torch(seed)
    hidden, output = LIF(), LIF(surrogate=Surrogate(scale=WIDE))
    first = nn.Sequential(nn.Linear(784, HIDDEN), hidden, nn.Linear(HIDDEN, 10), output)
    samples = len(digits.train_images)
    updates = epochs * -(-samples // BATCH_SIZE)
    pupils = [pupil(first, rule, updates, generator) for rule in TUNED]
    encode = partial(encoding.rate, steps=STEPS, generator=generator)
    course = []
    for _ in range(epochs):
        for chosen in torch.randperm(samples, generator=generator).split(BATCH_SIZE):
            shift = torch.randint(-1, 2, (2,), generator=generator).tolist()
            shifted = torch.roll(digits.train_images[chosen], shift, (1, 2))
            spikes, labels = encode(shifted.flatten(1)), digits.train_labels[chosen]
            course.append([update(each, spikes, labels) for each in pupils])
    networks = {rule: each.network for rule, each in zip(TUNED, pupils, strict=True)}
    test = digits.test_images.flatten(1), digits.test_labels
    accuracy = {rule: evaluate(network, *test, encode=encode) for rule, network in networks.items()}
    return Lesson(torch.tensor(course).T, accuracy, networks)
