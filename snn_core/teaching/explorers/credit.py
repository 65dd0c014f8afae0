"""The explorer of page 06: how far back in time the credit for a membrane reaches."""

import numpy as np
import torch
from matplotlib.artist import Artist
from torch import Tensor

from ...neurons import LIF
from ...surrogate import Surrogate
from ..palette import BLUE, VERMILION
from ._base import Choice, Explorer, Range


class CreditAssignment(Explorer):
    """One LIF neuron under a fixed input: its membrane, and the credit of each step for the last membrane."""

    controls = {
        "tau_mem": Range(2.0, 100.0, 1.0, 20.0, "τ_mem (ms)"),
        "reset": Choice(("soft", "hard"), "soft", "reset"),
        "gradient": Choice(("detached", "attached"), "detached", "reset in the graph"),
        "scale": Range(0.5, 50.0, 0.5, 10.0, "surrogate scale"),
    }
    size = (8.0, 4.6)
    steps, smallest = 100, 1e-4

    def build(self) -> list[Artist]:
        upper, lower = self.figure.subplots(2, 1, sharex=True, height_ratios=(2, 3))
        time = np.arange(self.steps)
        (self.membrane,) = upper.plot(time, np.zeros(self.steps), color="0.3", linewidth=1.2)
        (self.spikes,) = upper.plot([], [], "v", color="0.3", markersize=5)
        upper.axhline(1.0, color="0.5", linestyle="--", linewidth=1)
        upper.set(ylabel="membrane u", ylim=(-0.1, 2.0), xlim=(-1, self.steps))
        (self.silent,) = lower.semilogy(time, np.ones(self.steps), color="0.7", label="silent neuron, βᵏ")
        (self.positive,) = lower.plot([], [], "o", color=BLUE, markersize=4, label="credit, positive")
        (self.negative,) = lower.plot([], [], "s", color=VERMILION, markersize=4, label="credit, negative")
        lower.axhline(0.01, color="0.5", linestyle=":", linewidth=1)
        lower.set(xlabel="time of the input (ms)", ylabel="|credit|", ylim=(self.smallest, 20))
        lower.legend(loc="upper left", ncols=3)
        self.title = upper.set_title(" ")
        generator = torch.Generator().manual_seed(0)
        pulses = torch.rand(self.steps, 1, generator=generator) < 0.15
        self.current = 0.02 + 0.45 * pulses.double()
        return [self.membrane, self.spikes, self.silent, self.positive, self.negative, self.title]

    def update(self, *, tau_mem: float, reset: str, gradient: str, scale: float) -> None:
        surrogate = Surrogate("fast_sigmoid", scale=scale)
        tau = torch.tensor(tau_mem, dtype=torch.float64)
        lif = LIF(tau, reset=reset, detach_reset=gradient == "detached", surrogate=surrogate)
        spikes, membrane, _ = lif(self.current, record=True)
        membrane, at = membrane.detach().flatten().numpy(), spikes.flatten().numpy() > 0
        received = credit(lif, self.current).flatten().numpy()
        time = np.arange(self.steps)
        self.membrane.set_ydata(membrane)
        self.spikes.set_data(time[at], membrane[at])
        self.silent.set_ydata(np.maximum(lif.beta.item() ** (self.steps - 1.0 - time), 1e-30))
        for dots, sign in ((self.positive, 1), (self.negative, -1)):
            shown = sign * received > self.smallest
            dots.set_data(time[shown], np.minimum(np.abs(received[shown]), 2))
        reach = self.steps - np.flatnonzero(np.abs(received) >= 0.01).min()
        count = "1 spike" if at.sum() == 1 else f"{at.sum()} spikes"
        self.title.set_text(f"{count}; at least 1 % of the credit reaches back over {reach} of {self.steps} ms")


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
