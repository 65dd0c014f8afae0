"""Backpropagation through time with the interface of the online learners, whole or in windows."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .. import _checks
from ..neurons.states import State, detach
from .errors import count_error
from .layers import linear_lif_pairs


class ChunkedBPTT:
    """Train by BPTT through windows of a sequence: states go on to the next, gradients do not.

    At the end of each window the error of the counts so far, scaled to the whole sequence, goes
    back to its beginning; then the window is forgotten. One window for the whole sequence is BPTT
    of the cross-entropy of the counts.

    Args:
        network: alternating ``nn.Linear`` and `LIF`.
        window: steps, at least 1.
        error: turns spike counts ``[B, C]`` and labels ``[B]`` into the error dL/dz, ``[B, C]``.

    Raises:
        ValueError: for a window below 1, or a network of another form.

    Reference: Williams and Peng 1990 (truncated backpropagation through time).
    """

    def __init__(
        self,
        network: nn.Sequential,
        window: int,
        error: Callable[[Tensor, Tensor], Tensor] = count_error,
    ):
        _checks.whole("window", window)
        self.layers = linear_lif_pairs(network)
        self.window = window
        self.error = error
        self.start()

    def start(self) -> None:
        """Rest all neurons and forget all counts."""
        self.states: list[State | None] = [None] * len(self.layers)
        self.counts = torch.zeros(())
        self.steps = 0

    def advance(self, inputs: Tensor, labels: Tensor, horizon: int) -> Tensor:
        """Run one window of a sequence of `horizon` steps, adding to ``.grad``; return the spikes.

        Raises:
            ValueError: for an input that is not ``[T, B, N]`` or goes beyond the horizon.
        """
        _checks.sequence("inputs", inputs)
        steps = self.steps + len(inputs)
        fits = steps <= horizon
        _checks.require(fits, "inputs", f"{steps} steps", f"at most {horizon}, the horizon")
        return self._advance(inputs, labels, horizon)

    def _advance(self, inputs: Tensor, labels: Tensor, horizon: int) -> Tensor:
        """Do what `advance` does, for an input that is known to fit."""
        self.steps += len(inputs)
        spikes = inputs
        for depth, (linear, neuron) in enumerate(self.layers):
            spikes, _, state = neuron(linear(spikes), self.states[depth], record=True)
            self.states[depth] = detach(state)
        self.counts = self.counts.to(spikes) + spikes.detach().sum(0)
        share = self.steps / horizon
        error = self.error(self.counts / share, labels)
        (error * spikes.sum(0)).sum().backward()
        return spikes.detach()

    def run(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Run a sequence ``[T, B, N]``, adding to ``.grad``; return the spikes ``[T, B, C]``.

        Raises:
            ValueError: for an input that is not ``[T, B, N]``.
        """
        _checks.sequence("inputs", inputs)
        self.start()
        windows = inputs.split(self.window)
        return torch.cat([self._advance(window, labels, len(inputs)) for window in windows])
