"""Decoders: scores ``[B, C]`` from an output over time; the highest one is the answer."""

from collections.abc import Callable

import torch
from torch import Tensor

from .. import _checks


def spike_count(spikes: Tensor) -> Tensor:
    """Score each class by the number of its spikes: ``[T, B, C]`` → ``[B, C]`` in [0, T].

    >>> spike_count(torch.ones(3, 1, 2))
    tensor([[3., 3.]])
    """
    _output("spikes", spikes)
    return spikes.sum(0)


def first_spike(spikes: Tensor) -> Tensor:
    """Score each class by how early it spikes: minus its first step, -T if silent, ``[B, C]``.

    The step of the first spike is ``sum over t of (1 - z[0]) ... (1 - z[t])``, linear in every
    single spike. So the gradient by ``z[t]`` is what adding or removing that spike does to the
    score.

    >>> first_spike(torch.tensor([[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]).unsqueeze(1))
    tensor([[-1., -0., -2.]])
    """
    _output("spikes", spikes)
    return -(1 - spikes).cumprod(0).sum(0)


def population_count(spikes: Tensor, classes: int) -> Tensor:
    """Score each class by the spikes of its whole population: ``[B, classes]`` in [0, T * P].

    The P neurons of a class stand next to each other: neuron p of class c has index ``c * P + p``.

    >>> population_count(torch.ones(3, 1, 4), classes=2)
    tensor([[6., 6.]])
    """
    _output("spikes", spikes)
    _checks.whole("classes", classes)
    _checks.require(
        spikes.shape[2] % classes == 0,
        "spikes",
        f"{spikes.shape[2]} neurons",
        f"a multiple of {classes} classes",
    )
    return spikes.sum(0).unflatten(1, (classes, -1)).sum(2)


def max_membrane(membrane: Tensor) -> Tensor:
    """Score each class by its highest membrane: ``[T, B, C]`` → ``[B, C]``.

    >>> max_membrane(torch.tensor([[0.5, -1.0], [0.2, 0.1]]).unsqueeze(1))
    tensor([[0.5000, 0.1000]])
    """
    _output("membrane", membrane)
    return membrane.amax(0)


def summed_membrane(membrane: Tensor) -> Tensor:
    """Score each class by its membrane summed over time: ``[T, B, C]`` → ``[B, C]``.

    >>> summed_membrane(torch.tensor([[0.5, -1.0], [0.5, 0.5]]).unsqueeze(1))
    tensor([[ 1.0000, -0.5000]])
    """
    _output("membrane", membrane)
    return membrane.sum(0)


@torch.no_grad()
def decision_step(output: Tensor, decode: Callable[[Tensor], Tensor]) -> Tensor:
    """Return how many steps it takes until the answer is final: integers ``[B]`` in [1, T].

    The output is read after every step. A tie for the highest score is no answer; if the last step
    ends in one, the decision took all T steps.

    >>> decision_step(torch.eye(2).expand(3, 2, 2), spike_count)
    tensor([1, 1])
    """
    answers = torch.stack([_answer(decode(output[: step + 1])) for step in range(len(output))])
    unsettled = (answers != answers[-1]) | (answers[-1] < 0)
    settled_for = (~unsettled).flip(0).cumprod(0).sum(0)
    return (len(output) - settled_for + 1).clamp(max=len(output))


def _answer(scores: Tensor) -> Tensor:
    """Return the class with the highest score, -1 on a tie."""
    (best, second), answer = scores.topk(2, dim=1).values.unbind(1), predict(scores)
    return torch.where(best > second, answer, -1)


def _output(argument: str, output: Tensor) -> None:
    _checks.sequence(argument, output)
    _checks.require(output.dim() == 3, argument, f"shape {list(output.shape)}", "[T, B, C]")


def predict(scores: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Return the class with the highest score: ``[…, C]`` → integers ``[…]``.

    On a tie it is the first one, or with a `generator` one of them by chance.

    >>> predict(torch.tensor([[1.0, 3.0, 3.0]]))
    tensor([1])
    """
    if generator is not None:
        winners = scores == scores.amax(-1, keepdim=True)
        scores = winners * (1 + torch.rand(scores.shape, generator=generator, device=scores.device))
    return torch.argmax(scores, dim=-1)


def accuracy(scores: Tensor, labels: Tensor) -> float:
    """Return the share of samples whose highest score is that of their label, in [0, 1].

    Args:
        scores: ``[B, C]``, what a decoder returns; on a tie the first class counts, as in
            `predict`.
        labels: integers ``[B]`` in [0, C).

    Raises:
        ValueError: for scores that are not ``[B, C]`` or have NaN, or labels that do not fit.

    >>> accuracy(torch.tensor([[2.0, 1.0], [0.0, 3.0]]), torch.tensor([0, 0]))
    0.5
    """
    _checks.floats("scores", scores)
    _checks.require(scores.dim() == 2, "scores", f"shape {list(scores.shape)}", "[B, C]")
    labels = _checks.labels("labels", labels, *scores.shape)
    right = predict(scores) == labels
    return right.sum().item() / len(labels)
