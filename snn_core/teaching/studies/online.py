"""Small recurrent networks, RTRL without some of its terms, and what it costs (page 13)."""

from collections.abc import Iterable

import torch
from torch import Generator, Tensor, nn

from ...memory import SavedBytes, live_bytes
from ...neurons import RecurrentLIF
from ...online import TERMS, OnlineRTRL
from ...training import seed_torch

NEURONS = 12
STEPS = 60
TOLD = 5  # of the last steps


def recurrent_pair(
    neurons: int, size: float, generator: Generator, *, inward: float = 0.5, **options
) -> tuple[nn.Linear, RecurrentLIF]:
    """Return a linear layer of as many inputs as neurons, and the neurons, which hear each other.

    Args:
        neurons: how many.
        size: standard deviation of the weights among them.
        generator: draws all weights.
        inward: weights from the inputs are even between -0.1 and 0.9 of it.
        options: further ones of `RecurrentLIF`.

    >>> [list(part.weight.shape) for part in recurrent_pair(3, 1.0, torch.Generator())]
    [[3, 3], [3, 3]]
    """
    linear = nn.Linear(neurons, neurons, bias=False)
    neuron = RecurrentLIF(neurons, **options)
    with torch.no_grad():
        linear.weight.copy_(inward * (torch.rand(neurons, neurons, generator=generator) - 0.1))
        neuron.weight.copy_(size * torch.randn(neurons, neurons, generator=generator))
    return linear, neuron


def cosine_of_terms(terms: Iterable[str], size: float, seed: int, **options) -> float:
    """Return how well the direction of the gradient is kept if RTRL keeps some terms only.

    A random network of 12 neurons runs for 60 steps; random errors come in the last five. The
    gradient by the input weights is compared with that of all terms.

    Args:
        terms: of `online.TERMS`, those that are kept.
        size: standard deviation of the weights among the neurons.
        seed: draws network, input and errors.
        options: of `RecurrentLIF`; tau_mem is 20 steps unless given.

    >>> round(cosine_of_terms(TERMS, 0.2, seed=0), 5)
    1.0
    """
    kept, whole = (_ran(each, size, seed, options) for each in (terms, TERMS))
    gradients = [learner.linear.weight.grad.flatten() for learner in (kept, whole)]
    return torch.cosine_similarity(*gradients, dim=0).item()


def cosines_of_terms(
    terms: Iterable[str], sizes: Iterable[float], networks: int = 12, **options
) -> list[float]:
    """Return for each size the mean of `cosine_of_terms` over some networks.

    Args:
        terms, sizes, options: those of `cosine_of_terms`.
        networks: how many; their seeds are 0, 1, ….
    """
    seeds = range(networks)
    tried = [[cosine_of_terms(terms, size, seed, **options) for seed in seeds] for size in sizes]
    return [sum(cosines) / networks for cosines in tried]


def growth_of_terms(terms: Iterable[str], size: float, seed: int, **options) -> float:
    """Return the size of the influence after the last step, relative to that of all terms.

    Args: those of `cosine_of_terms`.
    """
    kept, whole = (_ran(each, size, seed, options) for each in (terms, TERMS))
    return (kept.influence.norm() / whole.influence.norm()).item()


def _ran(terms: Iterable[str], size: float, seed: int, options: dict) -> OnlineRTRL:
    generator = seed_torch(seed)
    pair = recurrent_pair(NEURONS, size, generator, **{"tau_mem": 20.0} | options)
    learner = OnlineRTRL(*pair, terms)
    inputs = (torch.rand(STEPS, 4, NEURONS, generator=generator) < 0.05).float()
    errors = torch.zeros_like(inputs)
    errors[-TOLD:] = torch.randn(TOLD, 4, NEURONS, generator=generator)
    learner.run(inputs, errors)
    return learner


def influence_after(inputs: Tensor, size: float, seed: int = 1) -> Tensor:
    """Return the influence of the input weights on each neuron after a run, ``[M, M · M]``.

    Args:
        inputs: ``[T, 1, M]`` for M neurons.
        size: standard deviation of the weights among them.
        seed: draws the weights.
    """
    neurons = inputs.shape[2]
    rtrl = OnlineRTRL(*recurrent_pair(neurons, size, seed_torch(seed)))
    rtrl.run(inputs)
    return rtrl.influence[0, :, :, :neurons].flatten(1)


def memory_of(neurons: int, steps: int) -> tuple[int, int]:
    """Return the bytes that RTRL carries on after some steps, and those that BPTT saves for them.

    Args:
        neurons: and as many inputs.
        steps: how many.
    """
    before = live_bytes()
    rtrl = OnlineRTRL(*recurrent_pair(neurons, 0.2, seed_torch(0)))
    inputs = torch.zeros(steps, 1, neurons)
    rtrl.start(inputs[0])
    for now in inputs:
        rtrl.step(now)
    carried = live_bytes() - before - inputs.nbytes
    with SavedBytes() as saved:
        rtrl.neuron(rtrl.linear(inputs))
    return carried, saved.bytes
