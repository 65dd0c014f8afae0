"""What learns in place of backpropagation: what `fit` asks of it, and how it is used."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from .. import _checks
from ..encoding import Encoder
from .doors import optimizer_of, parameters_of
from .samples import Batch
from .update import Judge, Penalty, require_batch


class GradientLearner(Protocol):
    """Adds gradients to ``.grad``, for an optimizer: `OnlineNetwork` and `ChunkedBPTT` do."""

    def run(self, inputs: Tensor, labels: Tensor) -> Any:
        """Add the gradients of a batch, input ``[T, B, …]`` and labels ``[B]``.

        Returns:
            The output that it ran to, ``[T, B, C]``, which loss and accuracy are read from.
        """


class WeightLearner(Protocol):
    """Moves the weights by itself, without an optimizer of `fit`: `MembraneLearner` does."""

    def learn(self, inputs: Tensor, labels: Tensor) -> Any:
        """Learn from a batch, input ``[T, B, …]`` and labels ``[B]``.

        Returns:
            The output before the weights moved, ``[T, B, C]``.
        """


Learner = GradientLearner | WeightLearner


@dataclass
class Lesson:
    """Let a learner learn from a batch; then judge what it answered."""

    learn: Callable[[Tensor, Tensor], Any]
    encode: Encoder
    judge: Judge
    optimizer: Optimizer | None

    def __call__(self, batch: Batch) -> tuple[Tensor, int]:
        """Return the loss and the number of right answers of a batch."""
        values, labels, given = batch
        _checks.require(not given, "lengths", "some beside a learner", "none, which it cannot take")
        inputs = self.encode(values)
        require_batch("encode", inputs, len(labels), slice(0, 2))
        output = self.learn(inputs, labels)
        try:
            return self._judged(output, labels)
        except Exception as error:
            if self.optimizer is None:
                error.add_note("The learner has moved the weights for this batch.")
            raise

    def _judged(self, output: Any, labels: Tensor) -> tuple[Tensor, int]:
        """Return the loss and the number of right answers in an output, as it was learnt from."""
        require_batch("learner", output, len(labels), slice(1, 2))
        if self.optimizer is not None:
            _require_gradient(self.optimizer)
        with torch.no_grad():
            return self.judge(output, labels, {})


def lesson_of(
    learner: Learner,
    network: nn.Module,
    optimizer: Optimizer | None,
    encode: Encoder,
    judge: Judge,
    penalty: Penalty | None,
) -> tuple[Lesson, Optimizer | None]:
    """Return how a network learns by a learner: its `learn`, or its `run` and an optimizer.

    Raises:
        ValueError: for a learner of neither kind or of another network, a penalty, or an optimizer
            beside one that moves the weights itself.
    """
    expected = "None beside a learner, which knows no penalty"
    _checks.require(penalty is None, "penalty", "a function", expected)
    is_its_own = getattr(learner, "network", network) is network
    _checks.require(is_its_own, "learner", "one of another network", "one of the network's")
    learn = _method(learner, "learn")
    if learn is not None:
        expected = "None beside a learner that moves the weights itself"
        _checks.require(optimizer is None, "optimizer", type(optimizer).__name__, expected)
        return Lesson(learn, encode, judge, None), None
    run = _method(learner, "run")
    if run is None:
        expected = "one with learn(inputs, labels) or run(inputs, labels)"
        _checks.fail("learner", type(learner).__name__, expected)
    optimizer = optimizer_of(network, optimizer)
    return Lesson(run, encode, judge, optimizer), optimizer


def _method(learner: object, name: str) -> Callable[[Tensor, Tensor], Any] | None:
    """Return a method that takes labels; None if there is none of this name."""
    method: Callable[..., Any] | None = getattr(learner, name, None)
    if not callable(method) or "labels" not in parameters_of(method):
        return None
    return method


def _require_gradient(optimizer: Optimizer) -> None:
    """Require that there is something to move the parameters by."""
    moved = [one for group in optimizer.param_groups for one in group["params"]]
    has_some = any(one.grad is not None for one in moved)
    _checks.require(has_some, "learner", "no gradient", "one that adds to `.grad` of the network's")
