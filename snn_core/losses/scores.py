"""Losses on scores ``[B, C]``, and how they become objectives of the output they are read from."""

from collections.abc import Callable
from functools import wraps
from inspect import Signature, signature

from torch import Tensor
from torch.nn import functional as F

from .. import _checks

Objective = Callable[[Tensor, Tensor], Tensor]


def trains(decode: Callable[[Tensor], Tensor]) -> Callable:
    """Make an objective of a loss on scores, which a decoder reads out of the output.

    What is decorated takes (scores, labels, steps, options). The objective takes (output, labels,
    options); it knows its decoder as `decode` and the loss on scores as `of_scores`.
    """

    def attach(of_scores: Callable) -> Callable:
        @wraps(of_scores)
        def objective(output: Tensor, labels: Tensor, **options) -> Tensor:
            scores = decode(output)
            return of_scores(scores, labels, len(output), **options)

        objective.decode = decode
        objective.of_scores = of_scores
        objective.__signature__ = _on_output(signature(decode), signature(of_scores))
        return objective

    return attach


def _on_output(decode: Signature, of_scores: Signature) -> Signature:
    """Return the signature of an objective: what the decoder takes, in place of its scores."""
    output, *_ = decode.parameters.values()
    _, labels, _, *options = of_scores.parameters.values()
    return of_scores.replace(parameters=[output, labels, *options])


def cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross-entropy of the softmax of `scores` ``[B, C]``."""
    labels = _checks.labels("labels", labels, *scores.shape)
    return F.cross_entropy(scores, labels)


def towards_targets(values: Tensor, labels: Tensor, right: float, wrong: float) -> Tensor:
    """Return the mean squared distance of `values` from `right` at the label, else from `wrong`."""
    _checks.number("right", right, 0, 1, open_low=False)
    _checks.number("wrong", wrong, 0, 1, open_low=False)
    labels = _checks.labels("labels", labels, *values.shape)
    is_right = F.one_hot(labels, values.shape[1]).to(values.dtype)
    return F.mse_loss(values, wrong + (right - wrong) * is_right)
