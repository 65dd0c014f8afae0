"""One update of a network: encode a batch, run, compare, walk back, move the weights."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from .. import _checks, _modes
from ..encoding import Encoder
from ..losses import Decoder, Objective
from ..losses.answers import highest, require_scores, right_answers
from ..neurons import watch_spikes
from ..neurons.lengths import fill_after
from .doors import objective_of, require_lengths_taken
from .samples import Batch, Lengths

Penalty = Callable[[list[Tensor]], Tensor]
Judge = Callable[[Tensor, Tensor, Lengths], tuple[Tensor, int]]
Rule = Callable[[Batch], tuple[Tensor, int]]


@dataclass
class Update:
    """One update of a network on a batch; the arguments are those of `fit`, judged together.

    Args:
        rule: leaves gradients in ``.grad``; or moves the weights itself, where there is no
            optimizer.
    """

    network: nn.Module
    rule: Rule
    optimizer: Optimizer | None
    before_step: Callable[[], object] | None
    after_batch: Callable[[], None] | None

    def __call__(self, batch: Batch) -> tuple[float, int]:
        """Return the loss on the batch, and how many answers were right, before the update."""
        if self.optimizer is not None:
            self.optimizer.zero_grad()
        value, right = self.rule(batch)
        loss = value.item()
        if not isfinite(loss) and _modes.checking():
            _checks.fail("loss", f"a result of {loss}", "a finite number")
        if self.before_step is not None:
            self.before_step()
        if self.optimizer is not None:
            self.optimizer.step()
        if self.after_batch is not None:
            self.after_batch()
        return loss, right


@dataclass
class Backpropagation:
    """Walk back from the loss on a batch, and the penalty, to gradients."""

    network: nn.Module
    encode: Encoder
    judge: Judge
    penalty: Penalty | None

    def __call__(self, batch: Batch) -> tuple[Tensor, int]:
        """Return the loss and the number of right answers of a batch; add the gradients."""
        values, labels, given = batch
        if self.penalty is None:
            output = run(self.network, self.encode, values, len(labels))
            value, right = self.judge(output, labels, given)
        else:
            value, right = self._penalised(batch, self.penalty)
        if not value.requires_grad:
            expected = "one that depends on the network's parameters"
            _checks.fail("loss", "a value without a gradient", expected)
        torch.autograd.backward(value)
        return value.detach(), right

    def _penalised(self, batch: Batch, penalty: Penalty) -> tuple[Tensor, int]:
        """Return the loss with the penalty, and the number of right answers."""
        values, labels, given = batch
        with watch_spikes(self.network) as spikes:
            output = run(self.network, self.encode, values, len(labels))
        value, right = self.judge(output, labels, given)
        if given:
            spikes = [fill_after(layer, given["lengths"]) for layer in spikes]
        added = penalty(spikes)
        require_scalar("penalty", added)
        _checks.finite("penalty", added)
        return value + added, right


def judge_of(loss: Objective, decode: Decoder | None) -> Judge:
    """Return what finds the loss and the right answers; objectives of `losses` decode for both.

    Without a decoder, no answer counts as right.
    """
    objective = objective_of(loss)
    with_scores = getattr(objective, "with_scores", None)
    options = getattr(loss, "keywords", {})

    def apart(output: Tensor, labels: Tensor, given: Lengths) -> tuple[Tensor, int]:
        with torch.no_grad():
            right = 0 if decode is None else count_right(decode, output, labels, given)
        if given:
            require_lengths_taken(loss=loss)
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


def run(network: nn.Module, encode: Encoder, values: Tensor, samples: int) -> Tensor:
    """Return the output ``[T, B, …]`` of a network for a batch of values of so many samples.

    Raises:
        ValueError: for an encoder that returns no input ``[T, B, …]`` (or ``[B, …]``, for a network
            that encodes itself), or a network that returns no output ``[T, B, …]``.
    """
    inputs = encode(values)
    require_batch("encode", inputs, samples, slice(0, 2))
    try:
        output: Tensor = network(inputs)
    except RuntimeError as error:
        error.add_note(f"encode: gave the network {list(inputs.shape)}, {inputs.dtype}.")
        raise
    require_batch("network", output, samples, slice(1, 2))
    return output


def require_batch(argument: str, result: object, samples: int, axes: slice) -> None:
    """Require a tensor, one of whose `axes` is the batch; or, of a network, named tensors.

    What of these is the answer, as of `Signals`, loss and decoder know.
    """
    expected = f"[T, B, …] for {samples} samples: time comes first"
    if argument != "encode" and hasattr(result, "_fields"):
        return
    if not isinstance(result, Tensor) or result.is_nested:
        _checks.fail(argument, f"a result of type {_kind(result)}", expected)
    if samples not in result.shape[axes]:
        _checks.fail(argument, f"a result of shape {list(result.shape)}", expected)


def count_right(decode: Decoder, output: Tensor, labels: Tensor, given: Lengths) -> int:
    """Return how many answers that are read out of an output are right.

    Raises:
        ValueError: for a decoder that returns no scores ``[B, C]``, or labels outside [0, C).
    """
    if given:
        require_lengths_taken(decode=decode)
    scores = decode(output, **given)
    require_scores("decode", scores, len(labels))
    return right_answers(scores, labels)


def require_scalar(argument: str, value: object) -> None:
    """Require that a function returned a scalar, which a gradient can be taken of."""
    expected = "a scalar tensor"
    if not isinstance(value, Tensor) or value.is_nested:
        _checks.fail(argument, f"a result of type {_kind(value)}", expected)
    if value.dim() or not value.is_floating_point():
        _checks.fail(argument, f"a result of shape {list(value.shape)}, {value.dtype}", expected)


def _kind(result: object) -> str:
    """Describe what is no ordinary tensor."""
    return "nested Tensor" if isinstance(result, Tensor) else type(result).__name__
