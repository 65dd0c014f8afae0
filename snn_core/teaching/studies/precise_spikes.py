"""A neuron that has to spike at four given times: the task of page 12, and its error in time."""

import math

import torch
from torch import Tensor

from ... import _checks
from ...training import seed_torch

INPUTS = 150
STEPS = 200  # of 1 ms
SPIKES = 4  # that are wanted
APART = 20  # steps between two of them, at least


def timing_task(seed: int) -> tuple[Tensor, Tensor]:
    """Return random input spikes, 10 per second for each input, and four wanted spikes.

    The wanted spikes are more than 20 ms apart, and none comes in the first 20 ms.

    Args:
        seed: of the task.

    Returns:
        Input spikes ``[200, 1, 150]`` and wanted spikes ``[200, 1, 1]``, in double precision.

    >>> [int(train.sum()) for train in timing_task(0)]
    [303, 4]
    """
    _checks.whole("seed", seed, 0)
    generator = seed_torch(seed)
    inputs = (torch.rand(STEPS, INPUTS, generator=generator) < 0.01).double()
    room = torch.randperm(STEPS - SPIKES * APART - 10, generator=generator)[:SPIKES]
    wanted = torch.zeros(STEPS, 1, 1, dtype=torch.float64)
    wanted[APART + torch.sort(room).values + APART * torch.arange(SPIKES)] = 1
    return inputs[:, None], wanted


def spread(error: Tensor, tau: float = 10.0) -> Tensor:
    """Return minus the derivative of the van Rossum distance by the spikes, for every step.

    Args:
        error: wanted minus actual spikes ``[T, …]``.
        tau: of the distance, in ms; the step is 1 ms.

    Returns:
        ``[T, …]``: each error, spread over the steps before and after it with this time constant.

    Raises:
        ValueError: for a `tau` that is not above 0.

    >>> spread(torch.tensor([0.0, 1.0, 0.0])).argmax()
    tensor(1)
    """
    _checks.number("tau", tau, 0)
    at = torch.arange(len(error), dtype=error.dtype)
    lags = (at[:, None] - at).abs()
    height = 2 / (tau * (1 - math.exp(-2 / tau)))  # traces are followed until they have died out
    return height * torch.einsum("ts,s...->t...", torch.exp(-lags / tau), error)
