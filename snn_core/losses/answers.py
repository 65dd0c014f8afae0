"""Answers: the class that scores name, how often it is right, and when it no longer changes."""

from collections.abc import Callable

import torch
from torch import Tensor

from .. import _checks
from .padding import checked_lengths, require_output

Decoder = Callable[..., Tensor]  # (output, *, lengths=None) -> scores; lengths only if there are


def predict(scores: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Return the class with the highest score: ``[…, C]`` → integers ``[…]`` in [0, C).

    On a tie it is the first one, or with a `generator` one of them by chance. The score of a single
    output neuron, ``[…, 1]``, names one of two classes: 1 if it is above 0, else 0.

    Raises:
        ValueError: for scores that are no floats, have NaN or no class.

    >>> predict(torch.tensor([[1.0, 3.0, 3.0]]))
    tensor([1])
    >>> predict(torch.tensor([[-0.5], [0.5]]))
    tensor([0, 1])
    """
    _checks.floats("scores", scores)
    has_classes = scores.shape[-1] > 0
    _checks.require(has_classes, "scores", f"shape {list(scores.shape)}", "at least one class")
    if generator is not None and scores.shape[-1] > 1:
        winners = scores == scores.amax(-1, keepdim=True)
        lots = torch.rand(scores.shape, generator=generator, device=scores.device)
        scores = winners * (1 + lots)
    return highest(scores)


def highest(scores: Tensor) -> Tensor:
    """Do what `predict` does without a generator, for scores that are known to fit."""
    if scores.shape[-1] == 1:
        return (scores > 0).squeeze(-1).long()
    return torch.argmax(scores, dim=-1)


def accuracy(scores: Tensor, labels: Tensor) -> float:
    """Return the share of samples whose answer, that of `predict`, is their label, in [0, 1].

    Args:
        scores: ``[B, C]``, what a decoder returns; on a tie the first class counts.
        labels: integers ``[B]`` in [0, C), for a single output neuron 0 or 1.

    Raises:
        ValueError: for scores that are not ``[B, C]`` or have NaN, or labels that do not fit.

    >>> accuracy(torch.tensor([[2.0, 1.0], [0.0, 3.0]]), torch.tensor([0, 0]))
    0.5
    """
    require_scores("scores", scores)
    return right_answers(scores, labels) / len(labels)


def require_scores(argument: str, scores: Tensor, samples: int | None = None) -> None:
    """Require scores ``[B, C]`` without NaN, of so many samples and at least one class."""
    _checks.floats(argument, scores)
    fits = scores.dim() == 2 and scores.shape[1] > 0 and samples in (None, len(scores))
    if not fits:
        expected = "[B, C]" if samples is None else f"[B, C] for {samples} samples"
        _checks.fail(argument, f"scores of shape {list(scores.shape)}", expected)


def right_answers(scores: Tensor, labels: Tensor) -> int:
    """Return how many of the scores ``[B, C]``, which are known to fit, name their label."""
    samples, classes = scores.shape
    labels = _checks.labels("labels", labels, samples, max(classes, 2))
    return int((highest(scores) == labels).sum())


@torch.no_grad()
def decision_step(output: Tensor, decode: Decoder, *, lengths: Tensor | None = None) -> Tensor:
    """Return after how many steps the answer is final: ``[T, B, C]`` → integers ``[B]`` in [1, T].

    The output is read after every step. A tie for the highest score is no answer; if the last step
    ends in one, the decision took all steps.

    Args:
        output: ``[T, B, C]``.
        decode: turns an output into scores ``[B, C]``, a decoder from `losses`.
        lengths: integers ``[B]`` in [1, T], the steps of each sample; T if None.

    Raises:
        ValueError: for an output of another shape, lengths that do not fit, or a decoder that
            returns no scores.

    >>> from snn_core.losses import spike_count
    >>> decision_step(torch.eye(2).expand(3, 2, 2), spike_count)
    tensor([1, 1])
    """
    require_output("output", output)
    _checks.require(callable(decode), "decode", type(decode).__name__, "a function")
    steps, batch, _ = output.shape
    if lengths is None:
        ends = torch.full((batch,), steps, device=output.device)
    else:
        ends = checked_lengths(lengths, output)
    by_step = [decode(output[: step + 1]) for step in range(steps)]
    for scores in by_step:
        require_scores("decode", scores, batch)
    answers = torch.stack([_answer(scores) for scores in by_step])
    last = answers.gather(0, ends.unsqueeze(0) - 1)
    step = torch.arange(steps, device=output.device)
    over = step.unsqueeze(1) >= ends
    settled = (answers == last) & (last >= 0) | over
    settled_for = settled.flip(0).cumprod(0).sum(0)
    return (steps - settled_for + 1).clamp(max=ends)


def _answer(scores: Tensor) -> Tensor:
    """Return the class with the highest score, -1 on a tie."""
    answer = highest(scores)
    if scores.shape[1] == 1:
        return answer
    best, second = scores.topk(2, dim=1).values.unbind(1)
    return torch.where(best > second, answer, -1)
