"""Losses on scores ``[B, C]``, and how they become objectives of the output they are read from."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Protocol, TypedDict, Unpack, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import _checks, _modes
from ..precision import wide
from .answers import Decoder
from .padding import fill_padding

Objective = Callable[..., Tensor]  # (output, labels, *, lengths=None) -> scalar; lengths if any


class DecodingObjective(Protocol):
    """An objective that knows the decoder whose answer it trains."""

    __name__: str
    decode: Decoder
    with_scores: Callable[..., tuple[Tensor, Tensor]]
    __call__: Objective


class Targets(TypedDict, total=False):
    """The options of every cross-entropy: how the labels become the probabilities it wants."""

    class_weights: Tensor | None
    label_smoothing: float


def trains(
    decode: Decoder, *, by_step: bool = False
) -> Callable[[Callable[..., Tensor]], DecodingObjective]:
    """Make an objective of a loss on scores, which a decoder reads out of the output.

    What is decorated takes (scores, labels, steps, options), where the steps are T or one number
    per sample, ``[B, 1]``. The objective takes the output under the decoder's name for it, labels,
    lengths and options, where `Targets` are shown one by one; it knows its decoder as `decode`, and
    returns also the scores as `with_scores`.

    A loss that judges the output `by_step` takes (output, labels, lengths, options) instead: the
    output in float32 or better, with 0 in the padding. The decoder then only reads the answer.
    """

    def attach(of_scores: Callable[..., Tensor]) -> DecodingObjective:
        shown = _on_output(signature(decode), signature(of_scores))
        argument = next(iter(shown.parameters))

        def with_scores(
            output: Tensor, labels: Tensor, *, lengths: Tensor | None = None, **options: object
        ) -> tuple[Tensor, Tensor]:
            scores = decode(output, lengths=lengths)
            _require_classes(argument, output, scores, labels)
            if by_step:
                value = of_scores(_without_padding(output, lengths), labels, lengths, **options)
            else:
                steps = len(output) if lengths is None else lengths.to(scores).unsqueeze(1)
                value = of_scores(scores, labels, steps, **options)
            require_finite(argument, value)
            return value, scores

        @wraps(of_scores)
        def objective(*given: object, **options: object) -> Tensor:
            named = shown.bind(*given, **options).arguments
            output = named.pop(argument)
            value, _ = with_scores(output, **named)
            return value

        known = {"decode": decode, "with_scores": with_scores, "__signature__": shown}
        vars(objective).update(known)
        return cast(DecodingObjective, objective)

    return attach


def _without_padding(output: Tensor, lengths: Tensor | None) -> Tensor:
    """Return the output in float32 or better, with 0 in the padding."""
    output = output.to(wide(output))
    return output if lengths is None else fill_padding(output, lengths, 0.0)


def _on_output(decode: Signature, of_scores: Signature) -> Signature:
    """Return the signature of an objective: what the decoder takes, in place of its scores."""
    output, *_ = decode.parameters.values()
    _, labels, _, *options = of_scores.parameters.values()
    if options and options[0].kind is Parameter.VAR_KEYWORD:  # those that are `Targets`
        _, *options = signature(checked_targets).parameters.values()
    parameters = [output, labels, decode.parameters["lengths"], *options]
    return of_scores.replace(parameters=parameters)


def _require_classes(argument: str, output: Tensor, scores: Tensor, labels: Tensor) -> None:
    """Require two classes (the softmax over one is always 1), and labels that count no steps."""
    if scores.shape[1] < 2:
        expected = (
            "one per class, at least two; for a single one, train its score by a loss of your own, "
            "such as torch.nn.functional.binary_cross_entropy_with_logits"
        )
        _checks.fail(argument, f"{scores.shape[1]} output neuron", expected)
    steps, batch, _ = output.shape
    if isinstance(labels, Tensor) and labels.shape == (steps,) and steps != batch:
        came = f"shape {list(output.shape)} for {steps} labels"
        _checks.fail(argument, came, "[T, B, C]: time comes first")


def require_finite(argument: str, value: Tensor) -> None:
    """Require a finite sum or loss; else there was something infinite in what it is made of."""
    if _modes.checking() and _modes.is_true(~torch.isfinite(value)):
        _checks.fail(argument, f"values that add up to {value.item()}", "finite ones")


def cross_entropy(scores: Tensor, labels: Tensor, **targets: Unpack[Targets]) -> Tensor:
    """Return the mean cross-entropy of the softmax of `scores` ``[B, C]``."""
    labels = _checks.labels("labels", labels, *scores.shape)
    weights, smoothing = checked_targets(scores, **targets)
    return F.cross_entropy(scores, labels, weights, label_smoothing=smoothing)


def checked_targets(
    scores: Tensor, *, class_weights: Tensor | None = None, label_smoothing: float = 0.0
) -> tuple[Tensor | None, float]:
    """Return the options of a cross-entropy of `scores` ``[…, C]``, the weights like these."""
    _checks.number("label_smoothing", label_smoothing, 0, 1, open_low=False)
    if class_weights is None:
        return None, label_smoothing
    _checks.floats("class_weights", class_weights)
    _checks.shape("class_weights", class_weights, scores.shape[-1:])
    _checks.finite("class_weights", class_weights)
    if _modes.checking() and _modes.is_true((class_weights <= 0).any()):
        _checks.fail("class_weights", class_weights.tolist(), "weights above 0")
    return class_weights.to(scores), label_smoothing


def towards_targets(values: Tensor, labels: Tensor, right: float, wrong: float) -> Tensor:
    """Return the mean squared distance of `values` from `right` at the label, else from `wrong`."""
    _checks.number("right", right, 0, 1, open_low=False)
    _checks.number("wrong", wrong, 0, 1, open_low=False)
    labels = _checks.labels("labels", labels, *values.shape)
    return F.mse_loss(values, wrong + (right - wrong) * is_right(labels, values))


def is_right(labels: Tensor, values: Tensor) -> Tensor:
    """Return ``[B, C]`` with 1 at each label and 0 elsewhere, for values ``[…, C]``."""
    return F.one_hot(labels, values.shape[-1]).to(values.dtype)
