"""Nine rules that give a gradient for one network of two layers, and its training (page 15)."""

from collections.abc import Callable, Iterable

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cosine_similarity

from ... import LIF, LeakyIntegrator, RecurrentAdaptiveLIF, Surrogate, encoding
from ...online import RULES, ChunkedBPTT, OnlineNetwork, count_error
from ...training import GradientLearner, fit, one_cycle

STEPS = 10
TAU_MEM = 10.0  # ms
WIDE = 4.0  # scale of the surrogate of the output
BATCH_SIZE = 64
WEIGHT_DECAY = 0.1
WINDOWS = {"bptt": STEPS, "truncated_5": 5, "truncated_1": 1}
RANDOM = ("feedback_alignment", "direct_feedback_alignment", "decolle")  # rules with a fixed matrix
GRADIENT_RULES = (*WINDOWS, *(rule for rule in RULES if rule != "last_layer"))

Learner = OnlineNetwork | ChunkedBPTT


def output_layer(inputs: int) -> nn.Sequential:
    """Return ten output neurons with the wider surrogate of page 14."""
    return nn.Sequential(
        nn.Linear(inputs, 10), LIF(tau_mem=TAU_MEM, surrogate=Surrogate(scale=WIDE))
    )


def two_layers(hidden: int) -> nn.Sequential:
    """Return the network of page 07 with so many hidden neurons."""
    return nn.Sequential(nn.Linear(784, hidden), LIF(tau_mem=TAU_MEM), *output_layer(hidden))


def leaky_network(hidden: int) -> nn.Sequential:
    """Return a network of two layers for `EProp`: LIF neurons that do not hear each other, and a
    leaky readout.

    >>> list(leaky_network(3)(torch.ones(4, 2, 784)).shape)
    [4, 2, 10]
    """
    neuron = RecurrentAdaptiveLIF(hidden, TAU_MEM, strength=0.0)
    nn.init.zeros_(neuron.weight)
    return nn.Sequential(
        nn.Linear(784, hidden, bias=False),
        neuron,
        nn.Linear(hidden, 10, bias=False),
        LeakyIntegrator(TAU_MEM),
    )


def learner_for(
    rule: str, network: nn.Module, seed: int = 0, error=count_error, steps=STEPS, feedback=1.0
) -> Learner:
    """Return what adds the gradients of a rule to `.grad` when its `run(inputs, labels)` is called.

    Args:
        rule: one of `GRADIENT_RULES`, or "last_layer".
        network: of linear layers and neurons, in turn.
        seed: of the fixed random matrices.
        error: of the counts ``[B, C]`` and the labels ``[B]``.
        steps: of a sequence; the counts so far are scaled to them.
        feedback: size of the random matrices.
    """
    if rule in WINDOWS:
        window = steps if rule == "bptt" else WINDOWS[rule]
        return ChunkedBPTT(network, window, error=error, horizon=steps)
    generator = torch.Generator().manual_seed(1000 + seed)
    options = {"horizon": steps, "feedback_scale": feedback, "generator": generator}
    return OnlineNetwork(network, rule, error=error, **options)


def hidden_gradient(
    learner: Learner, network: nn.Module, inputs: Tensor, labels: Tensor
) -> Tensor | None:
    """Return the gradient of the hidden weights that a learner finds; None if it has none.

    Args:
        inputs: ``[T, B, N]``, in which it is shown 50 samples at once.
        labels: integers ``[B]``.
    """
    network.zero_grad()
    for some, answers in zip(inputs.split(50, 1), labels.split(50), strict=True):
        learner.run(some, answers)
    gradient = network[0].weight.grad
    network.zero_grad()
    return gradient


def cosines(
    network: nn.Module, inputs: Tensor, labels: Tensor, rules: Iterable[str] = GRADIENT_RULES
) -> dict[str, list[float]]:
    """Return the cosine to BPTT of rules; for those with a fixed random matrix, of ten draws.

    Args:
        network: of `two_layers`.
        inputs: ``[T, B, 784]``.
        labels: integers ``[B]``.
        rules: of `GRADIENT_RULES`.
    """
    return {
        rule: [
            alignment(learner_for(rule, network, draw), network, inputs, labels)
            for draw in range(10 if rule in RANDOM else 1)
        ]
        for rule in rules
    }


def alignment(learner: Learner, network: nn.Module, inputs: Tensor, labels: Tensor) -> float:
    """Return the cosine of a learner's gradient of the hidden weights to that of BPTT.

    Returns:
        In [-1, 1]; NaN if the learner has none.
    """
    found = hidden_gradient(learner, network, inputs, labels)
    truth = hidden_gradient(ChunkedBPTT(network, len(inputs)), network, inputs, labels)
    if found is None:
        return float("nan")
    return cosine_similarity(found.flatten(), truth.flatten(), dim=0).item()


def encode_still(images: Tensor, generator: Generator, steps: int = STEPS) -> Tensor:
    """Return spikes ``[T, B, 784]`` of images; with more steps, as many spikes more slowly."""
    return encoding.rate(images, steps, gain=STEPS / steps, generator=generator)


def encode_shifted(images: Tensor, generator: Generator, steps: int = STEPS) -> Tensor:
    """Return spikes ``[T, B, 784]`` of images moved by up to one pixel, as on page 07."""
    shift = torch.randint(-1, 2, (2,), generator=generator).tolist()
    moved = torch.roll(images.view(-1, 28, 28), shift, (1, 2))
    return encode_still(moved.flatten(1), generator, steps)


def train_by(
    learner: GradientLearner,
    network: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epochs: int,
    lr: float,
    generator: Generator,
    encode: Callable[[Tensor, Generator], Tensor] = encode_shifted,
    batch_size: int = BATCH_SIZE,
    weight_decay: float = WEIGHT_DECAY,
) -> None:
    """Train a network with the gradients of a learner, as on page 07.

    Args:
        encode: turns images and the generator into input ``[T, B, N]``.
        lr: the highest rate of a schedule that rises and falls.
    """
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=weight_decay)
    updates = epochs * -(-len(images) // batch_size)
    schedule = one_cycle(optimizer, lr, updates)
    fit(
        network,
        images,
        labels,
        encode=lambda some: encode(some, generator),
        learner=learner,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=batch_size,
        after_batch=schedule.step,
        generator=generator,
        progress=False,
    )
