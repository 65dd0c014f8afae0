"""The inputs of pages: currents ``[T, 1, 1]`` for a single neuron, and the bundled digits as rows of pixels."""

import torch
from torch import Tensor

from .. import _checks
from ..datasets import mnist_mini


def constant(value: float, steps: int) -> Tensor:
    """Return the same current at every step.

    Args:
        value: what each step adds to the membrane.
        steps: number of steps T, at least 1.

    Returns:
        ``[T, 1, 1]``.

    Raises:
        ValueError: for a number of steps below 1.

    >>> constant(0.5, 3).flatten().tolist()
    [0.5, 0.5, 0.5]
    """
    _checks.whole("steps", steps)
    return torch.full((steps, 1, 1), float(value))


def pulse(steps: int, at: int | list[int], height: float = 1.0) -> Tensor:
    """Return a current that is 0 but for one step or some steps.

    Args:
        steps: number of steps T, at least 1.
        at: the step of the pulse, or a list of steps, each in [0, T).
        height: the current there.

    Returns:
        ``[T, 1, 1]``.

    Raises:
        ValueError: for a step outside [0, T).

    >>> pulse(4, at=[1, 2], height=0.5).flatten().tolist()
    [0.0, 0.5, 0.5, 0.0]
    """
    current = constant(0.0, steps)
    for step in at if isinstance(at, list) else [at]:
        _checks.whole("at", step, 0)
        _checks.require(step < steps, "at", step, f"a step below {steps}")
        current[step] = height
    return current


def scattered(count: int, inputs: int, steps: int = 1) -> Tensor:
    """Return so many spikes, scattered evenly over inputs and steps.

    Args:
        count: of the spikes, at most one for each input and step.
        inputs, steps: how many there are, each at least 1.

    Returns:
        ``[T, 1, N]``.

    Raises:
        ValueError: for more spikes than there are places.

    >>> scattered(2, inputs=2, steps=2).flatten().tolist()
    [1.0, 0.0, 1.0, 0.0]
    """
    _checks.whole("inputs", inputs)
    _checks.whole("steps", steps)
    _checks.whole("count", count, 0)
    places = inputs * steps
    _checks.require(count <= places, "count", count, f"at most {places}")
    spikes = torch.zeros(places)
    spikes[torch.arange(count) * places // max(count, 1)] = 1
    return spikes.view(steps, 1, inputs)


def flat_digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return training and test images ``[samples, 784]``, each with its labels."""
    train, train_labels, test, test_labels = mnist_mini()
    return train.flatten(1), train_labels, test.flatten(1), test_labels
