"""Backpropagation through time with the interface of the online learners, whole or in windows."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .. import _checks
from ..neurons.states import detach
from .doors import full_precision
from .errors import count_error
from .labelled import LabelLearner


class ChunkedBPTT(LabelLearner):
    """Train by BPTT through windows of a sequence: states go on to the next, gradients do not.

    At the end of each window the error of the counts so far goes back to its beginning; then the
    window is forgotten. The last window ends with the sequence, at the horizon. A step without a
    label ends a window from which nothing is learnt. One window for the whole sequence is BPTT of
    the cross-entropy of the counts.

    Args:
        network: as `LabelLearner` takes it.
        window: steps, at least 1.
        error: turns spike counts so far ``[B, C]`` and labels ``[B]`` into the error dL/dz,
            ``[B, C]``.
        horizon: the number of steps of a sequence, to which counts so far are extrapolated before
            their error is taken, as if spikes went on at the same rate; None: as they are.

    Raises:
        ValueError: for a window or horizon below 1, or a network of another form.

    Reference: Williams and Peng 1990 (truncated backpropagation through time).
    """

    def __init__(
        self,
        network: nn.Sequential,
        window: int,
        *,
        error: Callable[[Tensor, Tensor], Tensor] = count_error,
        horizon: int | None = None,
    ):
        _checks.whole("window", window)
        super().__init__(network, error, horizon)
        self.window = window

    def extra_repr(self) -> str:
        return f"window={self.window}, {super().extra_repr()}"

    def advance(self, inputs: Tensor, labels: Tensor | None = None) -> Tensor:
        """Do some steps and end the window, all at once; return the spikes ``[T, B, C]``.

        Args:
            inputs: ``[T, B, N]``, or images ``[T, B, C, H, W]`` for a convolution.
            labels: integers ``[B]`` in [0, C), to learn from; None: nothing is learnt.

        Raises:
            ValueError: for steps before `start` or beyond the horizon, inputs unlike those of the
                start, or labels that do not fit.
        """
        self._require_inputs(inputs, 2)
        self._require_step(inputs[0])
        self._require_horizon(self.steps + len(inputs))
        labels = self._fitting(labels, inputs.shape[1])
        with full_precision(inputs.device):
            return self._whole(inputs, labels)

    def _start(self, inputs: Tensor) -> None:
        super()._start(inputs)
        self.states: list[Tensor | None] = [None] * len(self.pairs)
        for synapses, _ in self.pairs:
            _, inputs = synapses.at_rest(inputs)
        self._forget()

    def _forget(self) -> None:
        """Begin a window: gradients go back to here."""
        self.states = [None if state is None else detach(state) for state in self.states]
        self.spoken: Tensor | None = None  # spikes of the output in this window, with their graph
        self.steps_of_window = 0

    def _advance(self, inputs: Tensor, labels: Tensor | None) -> Tensor:
        spikes = self._forward(inputs[None], labels is not None)[0]
        complete = self.steps_of_window == self.window or self.steps == self.horizon
        if labels is None:
            self._forget()
        elif complete:
            self._backward(labels)
        return spikes.detach()

    def _run(self, inputs: Tensor, labels: Tensor | None) -> Tensor:
        windows = torch.split(inputs, self.window)
        return torch.cat([self._whole(window, labels) for window in windows])

    def _whole(self, inputs: Tensor, labels: Tensor | None) -> Tensor:
        """Do what `advance` does, for inputs and labels that are known to fit."""
        spikes = self._forward(inputs, labels is not None)
        if labels is None:
            self._forget()
        else:
            self._backward(labels)
        return spikes.detach()

    def _forward(self, inputs: Tensor, learns: bool) -> Tensor:
        """Run some steps of a window, ``[T, B, …]``; return the spikes ``[T, B, C]``."""
        with torch.set_grad_enabled(learns):
            spikes = inputs.to(self._entry().weight.dtype)
            for depth, (synapses, neuron) in enumerate(self.pairs):
                spikes, _, state = neuron(synapses(spikes), self.states[depth], record=True)
                self.states[depth] = state
            said = spikes.sum(0, dtype=self.counts.dtype)
            self.spoken = said if self.spoken is None else self.spoken + said
        self.counts = self.counts + said.detach()
        self.steps += len(inputs)
        self.steps_of_window += len(inputs)
        return spikes.to(inputs.dtype)

    def _backward(self, labels: Tensor) -> None:
        """Send the error of the counts so far back through the window, and forget the window."""
        if self.spoken is not None and self.spoken.requires_grad:
            error = self._error(self._so_far(self.counts), labels)
            with torch.enable_grad():
                torch.autograd.backward((error * self.spoken).sum())
        self._forget()
