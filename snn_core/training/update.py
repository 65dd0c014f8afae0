"""One update of a network: encode a batch, run, compare, walk back, move the weights."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from .. import _checks
from ..encoding import Encoder
from ..losses import Decoder, Objective
from ..losses.answers import highest, require_scores, right_answers
from ..neurons import watch_spikes
from ..neurons.lengths import fill_after
from .doors import objective_of
from .samples import Batch, Lengths

Penalty = Callable[[list[Tensor]], Tensor]
Judge = Callable[[Tensor, Tensor, Lengths], tuple[Tensor, int]]


@dataclass
class Update:
    """One update of a network on a batch; the arguments are those of `fit`, judged together."""

    network: nn.Module
    encode: Encoder
    judge: Judge
    penalty: Penalty | None
    optimizer: Optimizer
    after_batch: Callable[[], None] | None

    def __call__(self, batch: Batch) -> tuple[float, int]:
        """Return the loss on the batch, and how many answers were right, before the update."""
        value, right = self._forward(batch)
        if not value.requires_grad:
            expected = "one that depends on the network's parameters"
            _checks.fail("loss", "a value without a gradient", expected)
        self.optimizer.zero_grad()
        torch.autograd.backward(value)
        self.optimizer.step()
        if self.after_batch is not None:
            self.after_batch()
        return value.item(), right

    def _forward(self, batch: Batch) -> tuple[Tensor, int]:
        """Return the loss and the number of right answers of a batch."""
        values, labels, given = batch
        if self.penalty is None:
            output = run(self.network, self.encode, values)
            return self.judge(output, labels, given)
        with watch_spikes(self.network) as spikes:
            output = run(self.network, self.encode, values)
        value, right = self.judge(output, labels, given)
        if given:
            spikes = [fill_after(layer, given["lengths"]) for layer in spikes]
        penalty = self.penalty(spikes)
        require_scalar("penalty", penalty)
        return value + penalty, right


def judge_of(loss: Objective, decode: Decoder) -> Judge:
    """Return what finds the loss and the right answers; objectives of `losses` decode for both."""
    objective = objective_of(loss)
    with_scores = getattr(objective, "with_scores", None)
    options = getattr(loss, "keywords", {})

    def apart(output: Tensor, labels: Tensor, given: Lengths) -> tuple[Tensor, int]:
        right = count_right(decode, output.detach(), labels, given)
        value = loss(output, labels, **given)
        require_scalar("loss", value)
        return value, right

    if with_scores is None or decode is not getattr(objective, "decode", None):
        return apart

    def once(output: Tensor, labels: Tensor, given: Lengths) -> tuple[Tensor, int]:
        value, scores = with_scores(output, labels, **given, **options)
        right = int((highest(scores) == labels).sum())
        return value, right

    return once


def run(network: nn.Module, encode: Encoder, values: Tensor) -> Tensor:
    """Return the output ``[T, B, …]`` of a network for a batch of values ``[B, …]``.

    Raises:
        ValueError: for an encoder that returns no input ``[T, B, …]`` (or ``[B, …]``, for a network
            that encodes itself), or a network that returns no output ``[T, B, …]``.
    """
    samples = len(values)
    inputs = encode(values)
    _require_batch("encode", inputs, samples, slice(0, 2))
    output: Tensor = network(inputs)
    _require_batch("network", output, samples, slice(1, 2))
    return output


def _require_batch(argument: str, result: object, samples: int, axes: slice) -> None:
    """Require a tensor, one of whose `axes` is the batch."""
    expected = f"[T, B, …] for {samples} samples: time comes first"
    if not isinstance(result, Tensor):
        _checks.fail(argument, f"a result of type {type(result).__name__}", expected)
    if samples not in result.shape[axes]:
        _checks.fail(argument, f"a result of shape {list(result.shape)}", expected)


def count_right(decode: Decoder, output: Tensor, labels: Tensor, given: Lengths) -> int:
    """Return how many answers that are read out of an output are right.

    Raises:
        ValueError: for a decoder that returns no scores ``[B, C]``, or labels outside [0, C).
    """
    scores = decode(output, **given)
    require_scores("decode", scores, len(labels))
    return right_answers(scores, labels)


def require_scalar(argument: str, value: object) -> None:
    """Require that a function returned a scalar, which a gradient can be taken of."""
    expected = "a scalar tensor"
    if not isinstance(value, Tensor):
        _checks.fail(argument, f"a result of type {type(value).__name__}", expected)
    if value.dim() or not value.is_floating_point():
        _checks.fail(argument, f"a result of shape {list(value.shape)}, {value.dtype}", expected)
