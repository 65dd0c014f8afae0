"""What all online learners share: they are modules, and check what comes in before they use it."""

from collections.abc import Iterator
from typing import Self

import torch
from torch import Tensor, nn

from .. import _checks
from ..precision import wide
from .doors import full_precision, inputs_fit, signal_fits
from .gradients import add_gradient


class OnlineLearner(nn.Module):
    """A learner that goes through a sequence step by step, as a module.

    Its `state_dict` holds weights, constants and whatever the learner drew. The layers that it was
    given stay the caller's own: who trains one trains the other. States, traces and counts belong
    to the sequence that runs, not to a checkpoint. They begin at `start`, and begin again after a
    change of dtype or device. All sums over time are in float32, or in float64 where the weights
    are.
    """

    linear: nn.Linear | nn.Conv2d

    def __init__(self) -> None:
        super().__init__()
        self.batch: int | None = None  # samples of the sequence that runs
        self.began: tuple[torch.dtype, torch.device] | None = (
            None  # dtype and device of the weights when it began
        )
        self.rests: dict[Tensor, Tensor] = {}  # of gradients in half precision

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """Yield the parameters that learn, each once: those that ask for a gradient."""
        return (each for each in super().parameters(recurse) if each.requires_grad)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let all parameters learn, or none; also those that do not learn now."""
        for _, parameter in self.named_parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all traces, for inputs like these, ``[B, N]``.

        Raises:
            ValueError: for an input that is not ``[B, N]`` and finite, or of a higher precision
                than the weights.
        """
        self._require_inputs(inputs, 1)
        self._begin(inputs)

    @torch.no_grad()
    def _begin(self, inputs: Tensor) -> None:
        """Do what `start` does, for inputs that are known to fit."""
        self.batch = len(inputs)
        self.sample = inputs.shape[1:]
        self.began = self._kind()
        self.rests = {}
        self._start(inputs.to(wide(self._entry().weight)))

    def _start(self, inputs: Tensor) -> None:
        """Set states and traces to rest, for inputs ``[B, N]`` in the precision of both."""
        raise NotImplementedError

    def _entry(self) -> nn.Linear | nn.Conv2d:
        """Return the weights that take the inputs."""
        return self.linear

    def _axes(self) -> tuple[int | str, ...]:
        """Return the axes of a sample of the inputs, a letter for one of any size."""
        return (self._entry().weight.shape[1],)

    def _require_inputs(self, inputs: Tensor, leading: int) -> None:
        """Require finite inputs of the right samples, ``[B, …]`` or ``[T, B, …]``."""
        inputs_fit(inputs, self._entry().weight, self._axes(), leading)

    def _kind(self) -> tuple[torch.dtype, torch.device]:
        """Return what the states of a sequence depend on."""
        weight = self._entry().weight
        return weight.dtype, weight.device

    def _require_step(self, inputs: Tensor) -> None:
        """Require a start, and inputs ``[B, …]`` like those of the start."""
        self._require_inputs(inputs, 1)
        self._require_start("step", self.batch is not None)
        expected = f"{self.batch}, as at the start"
        same = len(inputs) == self.batch
        _checks.require(same, "inputs", f"{len(inputs)} samples", expected)
        came = f"samples {list(inputs.shape[1:])}"
        expected = f"samples {list(self.sample)}, as at the start"
        _checks.require(inputs.shape[1:] == self.sample, "inputs", came, expected)

    def _require_start(self, argument: str, began: bool = True) -> torch.device:
        """Require a start since the weights have had their dtype and device; return the latter."""
        kind = self._kind()
        begun = began and self.began == kind
        expected = "start(inputs) before the first step, and after a change of dtype or device"
        _checks.require(begun, argument, "no start", expected)
        return kind[1]

    def _add(self, parameter: Tensor, gradient: Tensor) -> None:
        """Add to ``parameter.grad``, as ``backward()`` would."""
        add_gradient(parameter, gradient, self.rests)


class SignalLearner(OnlineLearner):
    """An online learner that is told, at any step, how the loss changes with its output."""

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → output ``[B, M]``; all traces follow.

        Nothing is learnt before `learn` is called: that is how a trained learner serves.

        Raises:
            ValueError: for a step before `start`, or inputs unlike those of the start.
        """
        self._require_step(inputs)
        with full_precision(inputs.device):
            return self._step(inputs)

    @torch.no_grad()
    def learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradients, for a signal dL/d(output) ``[B, M]``.

        Returns:
            What can be sent on through the weights to a layer below, ``[B, …]``.

        Raises:
            ValueError: for learning before `start`, or a signal of another shape or not finite.
        """
        device = self._require_start("learn")
        signal_fits("signal", signal, device, *self._told())
        with full_precision(signal.device):
            return self._learn(signal)

    @torch.no_grad()
    def run(self, inputs: Tensor, signals: Tensor | None = None) -> Tensor:
        """Run a sequence from rest, learning at every step; return the outputs ``[T, B, M]``.

        Args:
            inputs: ``[T, B, N]``.
            signals: dL/d(output) of every step, ``[T, B, M]``; None: nothing is learnt.

        Raises:
            ValueError: for inputs or signals of another shape, or not finite.
        """
        self._require_inputs(inputs, 2)
        self._begin(inputs[0])
        if signals is not None:
            signal_fits("signals", signals, inputs.device, len(inputs), *self._told())
        with full_precision(inputs.device):
            return torch.stack([self._both(*now) for now in zip_signals(inputs, signals)])

    def _both(self, inputs: Tensor, signal: Tensor | None) -> Tensor:
        """Step, and learn if there is a signal; return the output."""
        output = self._step(inputs)
        if signal is not None:
            self._learn(signal)
        return output

    def _told(self) -> tuple[int, ...]:
        """Return the shape of a signal."""
        return () if self.batch is None else (self.batch, self.linear.weight.shape[0])

    def _step(self, inputs: Tensor) -> Tensor:
        """Do what `step` does, for inputs that are known to fit."""
        raise NotImplementedError

    def _learn(self, signal: Tensor) -> Tensor:
        """Do what `learn` does, for a signal that is known to fit."""
        raise NotImplementedError


def zip_signals(inputs: Tensor, signals: Tensor | None) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Yield the input and the signal of every step; None where there are no signals."""
    told = [None] * len(inputs) if signals is None else signals
    return zip(inputs, told, strict=True)
