"""Patterns to be learnt by heart, the network that learns them, and surrogates of one width: page 05."""

import math

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..encoding import rate
from ..neurons import LIF
from ..surrogate import ALL_SURROGATES, Surrogate
from ..training import seed_torch

INPUTS = 100
SPIKE_CHANCE = 0.01  # per step: 10 spikes per second at a step of 1 ms
WIDTHS = {  # of D(x) at half its height
    "fast_sigmoid": 2 * (math.sqrt(2) - 1),
    "arctan": 4 / math.pi,
    "sigmoid": 4 * math.log(1 + math.sqrt(2)),
    "triangular": 1.0,
    "boxcar": 1.0,
    "gaussian": 2 * math.sqrt(2 * math.log(2)),
}


def random_patterns(count: int, *, steps: int = 200, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
    """Return patterns of random spikes, half of them with the label 0 and half with 1, at random.

    Args:
        count: number of patterns B, at least 2.
        steps: number of steps T, of 1 ms each.
        generator: draws spikes and labels.

    Returns:
        (spikes ``[T, B, 100]``, each with chance 0.01; labels, integers ``[B]``).

    Raises:
        ValueError: for fewer than two patterns, or fewer than one step.

    Reference: the task of F. Zenke, SpyTorch, tutorial 1, 2019, with more spikes.

    >>> spikes, labels = random_patterns(4, steps=20)
    >>> list(spikes.shape), labels.sum().item()
    ([20, 4, 100], 2)
    """
    _checks.whole("count", count, 2)
    spikes = rate(torch.full((count, INPUTS), SPIKE_CHANCE), steps, generator=generator)
    return spikes, torch.randperm(count, generator=generator) % 2


def pattern_network(
    surrogate: str | Surrogate = "fast_sigmoid", *, hidden: int = 50, seed: int = 0, **options
) -> nn.Sequential:
    """Return a network for `random_patterns`: 100 inputs, a layer of LIF neurons, two LIF outputs.

    The first weights make the hidden membranes cross the threshold a few times per second.

    Args:
        surrogate: of all its neurons.
        hidden: number of hidden neurons, at least 1.
        seed: for the weights; PyTorch's own generator is left as it was.
        options: of `LIF`.

    Raises:
        ValueError: for fewer than one hidden neuron.

    >>> [type(layer).__name__ for layer in pattern_network()]
    ['Linear', 'LIF', 'Linear', 'LIF']
    """
    _checks.whole("hidden", hidden)
    with torch.random.fork_rng(devices=[]):
        seed_torch(seed)
        first = nn.Linear(INPUTS, hidden, bias=False)
        last = nn.Linear(hidden, 2, bias=False)
        nn.init.normal_(first.weight, std=0.22)
        nn.init.normal_(last.weight, std=hidden**-0.5)
    neurons = [LIF(surrogate=surrogate, **options) for _ in range(2)]
    return nn.Sequential(first, neurons[0], last, neurons[1])


def surrogate_of_width(name: str, width: float, **options) -> Surrogate:
    """Return the surrogate whose derivative is `width` wide at half its height.

    Args:
        name: one of `ALL_SURROGATES` but straight-through, which is as wide as the world.
        width: in units of the membrane, above 0.
        options: of `Surrogate`.

    Raises:
        ValueError: for another name, or a width that is not a positive number.

    >>> surrogate_of_width("triangular", 0.25)
    Surrogate('triangular', scale=4)
    """
    _checks.choice("name", name, [each for each in ALL_SURROGATES if each in WIDTHS])
    _checks.number("width", width, 0)
    return Surrogate(name, WIDTHS[name] / width, **options)


def share_met(spikes: Tensor, target: Tensor, *, within: int) -> float:
    """Return the share of target spikes that have a spike of the same neuron close by, each its own.

    Args:
        spikes, target: ``[T, B, N]`` each.
        within: how many steps away a spike may be, at least 0.

    Returns:
        A share in [0, 1]; a spike meets one target spike at most.

    Raises:
        ValueError: for trains of different shapes, or targets without a spike.

    >>> share_met(torch.eye(9)[:, None, [3, 8]], torch.eye(9)[:, None, [5, 5]], within=2)
    0.5
    """
    _checks.shape("target", target, spikes.shape)
    _checks.whole("within", within, 0)
    _checks.require(bool(target.any()), "target", "no spike", "at least one")
    trains = zip(spikes.flatten(1).T, target.flatten(1).T, strict=True)
    met = sum(_met(fired.nonzero().ravel(), wanted.nonzero().ravel(), within) for fired, wanted in trains)
    return met / int(target.count_nonzero())


def _met(fired: Tensor, wanted: Tensor, within: int) -> int:
    """Return how many wanted steps have a spike of their own close by; the earliest takes the earliest."""
    free = fired.tolist()
    met = 0
    for step in wanted.tolist():
        free = [spike for spike in free if spike >= step - within]
        if free and free[0] <= step + within:
            free.pop(0)
            met += 1
    return met
