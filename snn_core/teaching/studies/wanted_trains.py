"""LIF neurons that learn when to fire: one study of page 08."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor, nn

from ... import _checks
from ...encoding import rate
from ...losses import van_rossum
from ...neurons import LIF
from ...training import seed_torch

INPUTS = 100
STEPS = 100  # of 1 ms each
SPIKES = 5  # that are wanted of each neuron
EARLIEST = 10  # step at which one is wanted


def arriving(generator: Generator) -> Tensor:
    """Return random spikes of 100 inputs, each 5 in 100 steps on average: ``[100, 1, 100]``.

    >>> arriving(seed_torch(0)).shape
    torch.Size([100, 1, 100])
    """
    return rate(torch.full((1, INPUTS), 0.05), STEPS, generator=generator)


def wanted_trains(neurons: int, generator: Generator) -> Tensor:
    """Return what is wanted of each neuron: five spikes, at random steps from 10 on.

    Args:
        neurons: their number N, at least 1.
        generator: draws the steps.

    Returns:
        Spikes ``[100, 1, N]``.

    Raises:
        ValueError: for fewer than one neuron.

    >>> wanted_trains(3, seed_torch(0)).sum(0)
    tensor([[5., 5., 5.]])
    """
    _checks.whole("neurons", neurons)
    trains = torch.zeros(STEPS, 1, neurons)
    for neuron in range(neurons):
        times = EARLIEST + torch.randperm(STEPS - EARLIEST, generator=generator)
        trains[times[:SPIKES], 0, neuron] = 1
    return trains


def costs_of_trains(taus: tuple[float, ...]) -> dict[str, Callable[[Tensor, Tensor], Tensor]]:
    """Return by name the costs of a train: step by step, and by traces of each `tau` in ms.

    >>> list(costs_of_trains((1, 10)))
    ['step by step', 'τ = 1 ms', 'τ = 10 ms']
    """
    by_trace = {f"τ = {tau:g} ms": partial(van_rossum, tau=tau) for tau in taus}
    return {"step by step": nn.functional.mse_loss} | by_trace


def teach(
    cost: Callable,
    goal: object,
    arrivals: Tensor,
    *,
    neurons: int = 1,
    updates: int = 100,
    lr: float = 5e-3,
    seed: int = 1,
) -> list[Tensor]:
    """Train the weights of LIF neurons by Adam, and return their spikes at each update.

    Args:
        cost: of their spikes ``[T, B, N]`` and the goal.
        goal: whatever `cost` takes.
        arrivals: spikes of the inputs, ``[T, B, I]``.
        neurons: their number N, at least 1.
        updates: of the weights, at least 1.
        lr: learning rate.
        seed: of the first weights.

    Raises:
        ValueError: for fewer than one neuron or update.

    >>> generator = seed_torch(0)
    >>> arrivals, goal = arriving(generator), wanted_trains(2, generator)
    >>> course = teach(van_rossum, goal, arrivals, neurons=2, updates=3)
    >>> len(course), course[-1].shape
    (3, torch.Size([100, 1, 2]))
    """
    _checks.whole("neurons", neurons)
    _checks.whole("updates", updates)
    linear = nn.Linear(arrivals.shape[2], neurons, bias=False)
    nn.init.uniform_(linear.weight, 0, 0.1, generator=seed_torch(seed))
    layer = nn.Sequential(linear, LIF(tau_mem=10.0))
    optimizer = torch.optim.Adam(linear.parameters(), lr=lr)
    course = []
    for _ in range(updates):
        spikes = layer(arrivals)
        optimizer.zero_grad()
        cost(spikes, goal).backward()
        optimizer.step()
        course.append(spikes.detach())
    return course
