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
    """Score each class by how early it spikes: ``[T, B, C]`` → ``[B, C]`` in [-T, 0].

    The score is minus the first step, -T for silence. The step of the first spike is
    ``sum over t of (1 - z[0]) ... (1 - z[t])``, linear in every single spike. So the gradient by
    ``z[t]`` is what adding or removing that spike does to the score.

    >>> first_spike(torch.tensor([[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]).unsqueeze(1))
    tensor([[-1., -0., -2.]])
    """
    _output("spikes", spikes)
    silent_so_far = (1 - spikes).cumprod(0)
    return -silent_so_far.sum(0)


def population_count(spikes: Tensor, classes: int) -> Tensor:
    """Score each class by the spikes of its whole population.

    ``[T, B, classes * P]`` → ``[B, classes]`` in [0, T * P]. The P neurons of a class stand next to
    each other: neuron p of class c has index ``c * P + p``.

    >>> population_count(torch.ones(3, 1, 4), classes=2)
    tensor([[6., 6.]])
    """
    _output("spikes", spikes)
    _checks.whole("classes", classes)
    neurons = spikes.shape[2]
    if neurons % classes:
        _checks.fail("spikes", f"{neurons} neurons", f"a multiple of {classes} classes")
    counts = spikes.sum(0).unflatten(1, (classes, -1))
    return counts.sum(2)


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
    """Return after how many steps the answer is final: ``[T, B, C]`` → integers ``[B]`` in [1, T].

    The output is read after every step. A tie for the highest score is no answer; if the last step
    ends in one, the decision took all T steps.

    >>> decision_step(torch.eye(2).expand(3, 2, 2), spike_count)
    tensor([1, 1])
    """
    steps = len(output)
    answers = torch.stack([_answer(decode(output[: step + 1])) for step in range(steps)])
    last = answers[-1]
    settled = (answers == last) & (last >= 0)
    settled_for = settled.flip(0).cumprod(0).sum(0)
    return (steps - settled_for + 1).clamp(max=steps)


def _answer(scores: Tensor) -> Tensor:
    """Return the class with the highest score, -1 on a tie."""
    best, second = scores.topk(2, dim=1).values.unbind(1)
    return torch.where(best > second, predict(scores), -1)


def _output(argument: str, output: Tensor) -> None:
    """Require an output ``[T, B, C]``."""
    _checks.sequence(argument, output)
    if output.dim() != 3:
        _checks.fail(argument, f"shape {list(output.shape)}", "[T, B, C]")


def predict(scores: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Return the class with the highest score: ``[…, C]`` → integers ``[…]``.

    On a tie it is the first one, or with a `generator` one of them by chance.

    >>> predict(torch.tensor([[1.0, 3.0, 3.0]]))
    tensor([1])
    """
    if generator is not None:
        winners = scores == scores.amax(-1, keepdim=True)
        lots = torch.rand(scores.shape, generator=generator, device=scores.device)
        scores = winners * (1 + lots)
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
