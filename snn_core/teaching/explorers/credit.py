"""The explorer of page 06: how far back in time the credit for a membrane reaches."""

import torch
from torch import Tensor

from ...neurons import LIF
from ..live import Choice, LiveExplorer, Marks, Range


class CreditAssignment(LiveExplorer):
    """One LIF neuron: its membrane, and the credit of each step's input for the last membrane.

    A small steady drive and spikes that the reader sets come in. Reset, surrogate (a fast sigmoid) and time constant
    decide how far back the credit reaches.
    """

    model = "credit"
    about = "One neuron over 100 ms: its input, its membrane, and how much each input counts for the last membrane."
    controls = {
        "tau_mem": Range(2.0, 100.0, 1.0, 20.0, "τ_mem (ms)", "ms"),
        "scale": Range(0.5, 50.0, 0.5, 10.0, "steepness k"),
        "reset": Choice(("soft", "hard"), "soft", "reset"),
        "gradient": Choice(("detached", "attached"), "detached", "the reset is"),
        "arrivals": Marks(0.0, 99.0, 1.0, (2, 3, 12, 27, 35, 43, 44, 57, 70, 77, 80, 83), "input spike", "ms"),
    }
    duration, drive, weight, threshold = 100, 0.02, 0.45, 1.0

    def data(self) -> dict:
        """Return the length in steps of 1 ms, what each step and each spike add, and the threshold."""
        return {name: getattr(self, name) for name in ("duration", "drive", "weight", "threshold")}


def credit(neuron: LIF, current: Tensor) -> Tensor:
    """Return how much each input moves the membrane of the last step: its derivative by the input of every step.

    Args:
        neuron: the `LIF` that is run; its reset and surrogate decide what flows back.
        current: input I[t], ``[T, B, …]``.

    Returns:
        The derivative of u[T] by I[t], ``[T, B, …]``; ``beta ** (T - t)`` for a neuron that is silent.

    >>> credit(LIF(beta=0.5), torch.zeros(3, 1)).flatten().tolist()
    [0.25, 0.5, 1.0]
    """
    current = current.detach().requires_grad_()
    last = neuron(current, record=True).membrane[-1]
    (received,) = torch.autograd.grad(last.sum(), current)
    return received
