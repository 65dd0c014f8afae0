"""The course of a neuron between arrivals, exactly: when it spikes next, and what is left then.

From a membrane V and a current I, ``V(s) = a x^ratio - b x`` with ``x = exp(-s / tau_syn)``,
``b = gain tau_syn I`` and ``a = V + b``. As a function of x it is concave where it can cross, so
Newton's method, started at ``x = 1``, runs to the first crossing and never beyond it.
"""

import torch
from torch import Tensor

from .arrivals import Arrivals
from .neuron import Dynamics

ROUNDS = 100  # of Newton's method, which needs about five, and more where V barely crosses
ULPS = 4  # of x, which falls in every round until it only trembles


class Course:
    """All neurons of a layer on their way through time, ``[B, M]``.

    Args:
        like: a tensor ``[B, M]``.
        neuron: its constants.

    Attributes:
        clock: where each neuron stands, in ms.
        membrane, current: V and I there.
        spikes, currents: one tensor ``[B, M]`` each for the first spikes, the second ones and so
            on: when they came, infinite for none, and I at that moment.
    """

    def __init__(self, like: Tensor, neuron: Dynamics):
        self.neuron = neuron
        self.clock = torch.zeros_like(like)
        self.membrane = torch.zeros_like(like)
        self.current = torch.zeros_like(like)
        self.count = torch.zeros_like(like, dtype=torch.long)
        self.spikes: list[Tensor] = []
        self.currents: list[Tensor] = []

    def run(self, arrivals: Arrivals) -> tuple[Tensor, Tensor]:
        """Let all arrivals come; return times and currents of all spikes, ``[K, B, M]``, K ≥ 1."""
        never = torch.full_like(arrivals.time[:1], torch.inf)
        ends = torch.cat([arrivals.time[1:], never])
        for now, charge, end in zip(*arrivals, ends, strict=True):
            self.clock = now.expand_as(self.clock)
            self.current = self.current + charge / self.neuron.tau_syn
            self._until(end)
        if not self.spikes:
            self._new_row()
        return torch.stack(self.spikes), torch.stack(self.currents)

    def _until(self, end: Tensor) -> None:
        """Go on to `end`, spike by spike."""
        while True:
            wait = self._wait(end)
            crosses = wait < torch.inf
            if not crosses.any():
                break
            self._advance(torch.where(crosses, wait, 0))
            self._note(crosses)
            self.membrane = self.membrane.masked_fill(crosses, 0)
        self._advance(_difference(end, self.clock))

    def _wait(self, end: Tensor) -> Tensor:
        """Return how long each neuron takes to its next spike; infinite if `end` comes first."""
        tau = self.neuron.tau_syn
        ratio = self.neuron.ratio
        b = self.neuron.gain * tau * self.current
        a = self.membrane + b
        last = torch.exp(-_difference(end, self.clock) / tau)
        peak = (ratio * a / b).clamp(min=0) ** self.neuron.gain
        peak = torch.maximum(peak, last)
        rises = (a > 0) & (b > 0) & (peak < 1)
        crosses = rises & (a * peak**ratio - b * peak >= self.neuron.threshold)
        wait = torch.full_like(a, torch.inf)
        if crosses.any():
            x = self._newton(*(each[crosses] for each in (a, b, peak)))
            wait[crosses] = -tau * torch.log(x)
        return wait

    def _newton(self, a: Tensor, b: Tensor, peak: Tensor) -> Tensor:
        """Return the x of the crossing, between 1 and that of the peak."""
        ratio = self.neuron.ratio
        x = torch.ones_like(a)
        enough = ULPS * torch.finfo(x.dtype).eps
        for _ in range(ROUNDS):
            height = a * x**ratio - b * x - self.neuron.threshold
            slope = ratio * a * x ** (ratio - 1) - b
            before = x
            x = (x - height / slope).clamp(max=1)
            x = torch.maximum(x, peak)
            if float((before - x).max()) <= enough:
                break
        return x

    def _advance(self, wait: Tensor) -> None:
        """Let membrane and current decay for `wait` ms."""
        charge = self.neuron.tau_syn * self.current
        left = self.membrane * torch.exp(-wait / self.neuron.tau_mem)
        self.membrane = left + charge * self.neuron.potential(wait)
        self.current = self.current * torch.exp(-wait / self.neuron.tau_syn)
        self.clock = self.clock + wait

    def _note(self, crosses: Tensor) -> None:
        """Write down a spike now of the neurons that cross."""
        if int(self.count[crosses].max()) == len(self.spikes):
            self._new_row()
        for number, (spikes, currents) in enumerate(zip(self.spikes, self.currents, strict=True)):
            here = crosses & (self.count == number)
            spikes[here] = self.clock[here]
            currents[here] = self.current[here]
        self.count = self.count + crosses

    def _new_row(self) -> None:
        """Make room for one more spike of each neuron."""
        self.spikes.append(torch.full_like(self.membrane, torch.inf))
        self.currents.append(torch.zeros_like(self.membrane))


def _difference(end: Tensor, start: Tensor) -> Tensor:
    """Return ``end - start``, and 0 where both are infinite."""
    return torch.where(start < torch.inf, end - start, 0)
