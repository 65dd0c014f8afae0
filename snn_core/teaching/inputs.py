"""The inputs that pages give to a single neuron, as currents ``[T, 1, 1]``: a pulse, pulses, a constant."""

import torch
from torch import Tensor

from .. import _checks


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
