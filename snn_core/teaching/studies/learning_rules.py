"""One task for every learning rule of the course, and for five controls (page 15).

The rules that give a gradient are those of `gradient_rules`; the others stand here.
"""

import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ... import StochasticLIF, encoding, plasticity
from ...losses import predict
from ...training import seed_torch
from .gradient_rules import (
    BATCH_SIZE,
    GRADIENT_RULES,
    STEPS,
    TAU_MEM,
    alignment,
    encode_shifted,
    encode_still,
    learner_for,
    output_layer,
    train_by,
    two_layers,
)

CONTROLS = ("last_layer", "random_readout", "no_hidden", "no_hidden_scaled", "untrained")
TRIALS = (*GRADIENT_RULES, "reward_stdp", "stdp_readout", *CONTROLS)

NAMES = {  # as page 15 writes them
    "bptt": "BPTT",
    "truncated_5": "window of 5",
    "truncated_1": "window of 1",
    "rtrl": "RTRL traces",
    "eprop": "RTRL, no output slope",
    "ottt": "OTTT",
    "feedback_alignment": "feedback alignment",
    "direct_feedback_alignment": "direct feedback al.",
    "decolle": "DECOLLE",
    "reward_stdp": "reward STDP",
    "stdp_readout": "STDP + readout",
    "last_layer": "last layer only",
    "random_readout": "competitive, random",
    "no_hidden": "no hidden layer",
    "no_hidden_scaled": "no hidden, scaled",
    "untrained": "untrained",
}

Answer = Callable[[Tensor], Tensor]  # of input spikes [T, B, 784], as output spikes [T, B, 10]
Data = tuple[Tensor, Tensor]  # images [samples, 784] and labels [samples]


def noisy_readout(weight: Tensor, spikes: Tensor, neuron: StochasticLIF) -> Tensor:
    """Return the spikes of noisy neurons that inhibit each other.

    Args:
        weight: ``[C, N]``.
        spikes: input ``[T, B, N]``.
        neuron: steps all of them; a spike takes 3 from the currents of the others, a step later.

    Returns:
        ``[T, B, C]``.
    """
    state = fired = torch.zeros(spikes.shape[1], len(weight))
    answers = []
    for current in spikes @ weight.T:
        others = fired.sum(1, keepdim=True) - fired
        fired, _, state = neuron.step(current - 3.0 * others, state)
        answers.append(fired)
    return torch.stack(answers)


def learn_by_reward(
    images: Tensor, labels: Tensor, *, epochs: int, lr: float, seed: int, batch_size: int = 16
) -> Answer:
    """Teach ten noisy neurons on the pixels by `RewardSTDP`, told only right or wrong."""
    generator = seed_torch(seed)
    length, expected = 0.28, torch.tensor(0.1)  # of each neuron's weights; of the rewards so far
    neuron = StochasticLIF(tau_mem=TAU_MEM, width=0.1, generator=generator)
    weight = (1 + 0.2 * torch.randn(10, 784, generator=generator)).clamp(min=0)
    window = plasticity.PairSTDP(a_plus=1.0, a_minus=0.3)
    learner = plasticity.RewardSTDP(window, 1000.0, lr=lr / batch_size)
    for _ in range(epochs):
        for chosen in torch.randperm(len(images), generator=generator).split(batch_size):
            weight = length * normalize(weight, dim=1)
            spikes = encoding.rate(images[chosen], STEPS, generator=generator)
            answer = noisy_readout(weight, spikes, neuron)
            right = (predict(answer.sum(0), generator=generator) == labels[chosen]).float()
            state = learner.initial_state(spikes[0], answer[0])
            state = learner.run(spikes, answer, weight, state)
            weight = learner.reward(weight, state, right - expected)
            expected = plasticity.running_mean_step(expected, right.mean(), 0.05)
    weight = length * normalize(weight, dim=1)
    return lambda spikes: noisy_readout(weight, spikes, neuron)


def learn_without_labels(
    images: Tensor,
    labels: Tensor,
    *,
    hidden: int,
    epochs: int,
    seed: int,
    stdp: tuple[float, float] | None = None,
    **settings,
) -> Answer:
    """Sort images by STDP without labels (page 10), then train a readout online.

    Args:
        stdp: first and last learning rate of the layer; without it, its weights stay random.
        settings: of `train_by`, for the readout.
    """
    generator = seed_torch(seed)
    layer = plasticity.CompetitiveLayer(784, hidden, generator=generator)
    readout = output_layer(hidden)
    options = {"epochs": epochs, "batch_size": BATCH_SIZE, "generator": generator}
    if stdp:
        encode = partial(encode_still, generator=generator)
        plasticity.learn_unlabelled(layer, images, encode, lr=stdp, progress=False, **options)

    def sorted_spikes(images, generator):
        return layer(encode_still(images, generator), inhibition=0.5)

    learner = learner_for("ottt", readout)
    train_by(learner, readout, images, labels, encode=sorted_spikes, **options, **settings)
    return lambda spikes: readout(layer(spikes, inhibition=0.5))


def learn_from_pixels(images: Tensor, labels: Tensor, *, seed: int, **settings) -> nn.Module:
    """Train ten neurons directly on the pixels by BPTT, without a hidden layer."""
    generator = seed_torch(seed)
    network = output_layer(784)
    learner = learner_for("bptt", network)
    train_by(learner, network, images, labels, generator=generator, **settings)
    return network


LEARN = {
    "reward_stdp": learn_by_reward,
    "stdp_readout": learn_without_labels,
    "random_readout": learn_without_labels,
    "no_hidden": learn_from_pixels,
    "no_hidden_scaled": partial(learn_from_pixels, encode=encode_still),
}
SCALED = ("stdp_readout", "random_readout", "no_hidden_scaled")  # see images of equal intensity


@torch.no_grad()
def accuracy_of(answer: Answer, test: Data, seed: int = 0, steps: int = STEPS) -> float:
    """Return the share of right answers to rate-coded images, in [0, 1]."""
    generator = torch.Generator().manual_seed(2000 + seed)
    right = 0
    for images, labels in zip(*(part.split(500) for part in test), strict=True):
        counts = answer(encode_still(images, generator, steps)).sum(0)
        right += (predict(counts) == labels).sum().item()
    return right / len(test[1])


def judged(rule: str, train: Data, test: Data, *, seed: int, **options) -> dict[str, float]:
    """Train by a rule of `LEARN`; return its accuracy and processor seconds."""
    if rule in SCALED:
        train, test = ((plasticity.unit_intensity(data[0]), data[1]) for data in (train, test))
    started = time.process_time()
    answer = LEARN[rule](*train, seed=seed, **options)
    seconds = time.process_time() - started
    return {"seconds": seconds, "accuracy": accuracy_of(answer, test, seed)}


def rule_trial(
    rule: str,
    train: Data,
    test: Data,
    *,
    hidden: int,
    seed: int,
    probe: tuple[Tensor, Tensor] | None = None,
    steps: int = STEPS,
    start: tuple[float, float, float] = (1, 1, 1),
    make_learner: Callable = learner_for,
    **settings,
) -> dict[str, float]:
    """Train the task's network by one rule from scratch, and test it once.

    Args:
        rule: one of `TRIALS`.
        hidden: number of hidden neurons.
        probe: spikes ``[T, B, 784]`` and labels on which the gradient is compared with BPTT's.
        start: sizes of the hidden weights, of the output weights, and of the feedback.
        make_learner: makes what gives the gradients.
        settings: of `train_by`, or of the rule's function in `LEARN`.

    Returns:
        "accuracy" in [0, 1] and "seconds"; with a probe also the cosines "before" and "after".
    """
    if rule in LEARN:
        size = {"hidden": hidden} if "readout" in rule else {}
        return judged(rule, train, test, seed=seed, **settings, **size)
    generator = seed_torch(seed)
    network = two_layers(hidden)
    for linear, size in zip(network[::2], start[:2], strict=True):
        linear.weight.data.mul_(size)
    if rule == "untrained":
        return {"seconds": 0.0, "accuracy": accuracy_of(network, test, seed)}
    found = {}
    learner = make_learner(rule, network, seed, steps=steps, feedback=start[2])
    if probe:
        found["before"] = alignment(learner, network, *probe)
    started = time.process_time()
    encode = partial(encode_shifted, steps=steps)
    train_by(learner, network, *train, generator=generator, encode=encode, **settings)
    found["seconds"] = time.process_time() - started
    if probe:
        found["after"] = alignment(learner, network, *probe)
    return found | {"accuracy": accuracy_of(network, test, seed, steps)}
