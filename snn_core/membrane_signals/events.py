"""The same neurons event by event: a queue of spikes, and exact decay from one to the next."""

import heapq
import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .. import _checks
from .dynamics import fire_, refractory_gain
from .layer import MembraneLayer, layers_of

Event = tuple[float, int, int]  # when, to which layer, from which of its inputs


class Moment(NamedTuple):
    """A layer after the events of one instant, all in float64.

    Attributes:
        time: in ms.
        layer: number of the layer, 0 for the first.
        spikes: 0 or 1, ``[N]``.
        membrane: V, after all spikes of this instant, ``[N]``.
        x: activities of the inputs, ``[M]``.
        a: activities of the neurons, ``[N]``.
    """

    time: float
    layer: int
    spikes: Tensor
    membrane: Tensor
    x: Tensor
    a: Tensor


class _Neurons:
    """The state of one layer, at its last event."""

    def __init__(self, layer: MembraneLayer):
        self.layer = layer
        self.weight = layer.weight.detach().double()
        self.threshold = layer.threshold.detach().double()
        self.membrane = torch.zeros_like(self.threshold)
        self.a = torch.zeros_like(self.threshold)
        self.x = torch.zeros_like(self.weight[0])
        self.last_spike = torch.full_like(self.threshold, -math.inf)
        self.time = 0.0

    def receive(self, time: float, sources: list[int]) -> Tensor:
        """Take in the events of one instant; return the spikes that they cause."""
        self._decay_until(time)
        for source in sources:
            self.x[source] += 1
        drive = self.weight[:, sources].sum(1)
        gain = refractory_gain(time - self.last_spike, self.layer.refractory)
        self.membrane += drive * gain
        spikes = torch.empty_like(self.membrane)
        fire_(self.membrane, self.threshold, self.layer.inhibition, self.layer.clip, spikes)
        self.a += spikes
        self.last_spike.masked_fill_(spikes.bool(), time)
        return spikes

    def _decay_until(self, time: float) -> None:
        decay = math.exp((self.time - time) / self.layer.tau_mem)
        for state in (self.membrane, self.x, self.a):
            state *= decay
        self.time = time

    def after(self, spikes: Tensor, number: int) -> Moment:
        """Return a copy of the state after the events of this instant."""
        states = [state.clone() for state in (self.membrane, self.x, self.a)]
        return Moment(self.time, number, spikes, *states)


def run_events(network: nn.Sequential, times: Tensor, sources: Tensor) -> list[Moment]:
    """Run a network event by event, from rest, without steps of time.

    A spike reaches the next layer at once. Events of one instant arrive at a layer together, and
    only when some arrive do its neurons compare their membranes with their thresholds.

    Args:
        network: of `MembraneLayer`; how it learns and its `dt` do not matter here.
        times: of input events in ms, at least 0, ``[events]``, in any order.
        sources: from which input each comes, integers ``[events]`` in [0, M).

    Returns:
        One `Moment` for each instant and layer that an event reaches, in order.

    Raises:
        ValueError: for events that do not fit each other or the network.

    Reference: Lee, Delbruck, Pfeiffer 2016, section 2.1.

    >>> network = nn.Sequential(MembraneLayer(1, 1, alpha=0.1))
    >>> nn.init.ones_(network[0].weight).item()
    1.0
    >>> [moment.spikes.item() for moment in run_events(network, *spike_events(torch.ones(3, 1, 1)))]
    [1.0, 1.0, 1.0]
    """
    neurons = [_Neurons(layer) for layer in layers_of(network)]
    queue = _queue(times, sources, len(neurons[0].x))
    moments: list[Moment] = []
    while queue:
        time, number, arrived = _next(queue)
        spikes = neurons[number].receive(time, arrived)
        moments.append(neurons[number].after(spikes, number))
        if number + 1 < len(neurons):
            for source in spikes.nonzero().flatten().tolist():
                heapq.heappush(queue, (time, number + 1, source))
    return moments


def _queue(times: Tensor, sources: Tensor, inputs: int) -> list[Event]:
    """Return the input events as a heap, the earliest first."""
    _checks.floats("times", times)
    _checks.shape("sources", sources, times.shape)
    if len(times):
        _checks.within("times", times, 0, math.inf)
    sources = _checks.labels("sources", sources, len(times), inputs)
    pairs = zip(times.tolist(), sources.tolist(), strict=True)
    queue = [(time, 0, source) for time, source in pairs]
    heapq.heapify(queue)
    return queue


def _next(queue: list[Event]) -> tuple[float, int, list[int]]:
    """Take from the queue all events that reach one layer at one instant, the earliest ones."""
    time, layer, source = heapq.heappop(queue)
    sources = [source]
    while queue and queue[0][:2] == (time, layer):
        sources.append(heapq.heappop(queue)[2])
    return time, layer, sources


def spike_events(spikes: Tensor, dt: float = 1.0) -> tuple[Tensor, Tensor]:
    """Return the spikes of one sample as events: step t at ``(t + 1) dt`` ms, the end of the step.

    Args:
        spikes: 0 or 1, ``[T, 1, M]``.
        dt: step in ms.

    Returns:
        (times ``[events]`` in float64, sources ``[events]``).

    >>> spike_events(torch.tensor([0.0, 1.0]).reshape(1, 1, 2))
    (tensor([1.], dtype=torch.float64), tensor([1]))
    """
    _checks.spikes("spikes", spikes)
    _checks.number("dt", dt, 0)
    _checks.shape("spikes", spikes, (len(spikes), 1, spikes.shape[-1]))
    steps, sources = spikes[:, 0].nonzero(as_tuple=True)
    return (steps + 1).double() * dt, sources
