"""Sequences of unequal length: each sample ends at its own step, and what follows is padding."""

import torch
from torch import Tensor

from .. import _checks
from .states import S, like, variables


def without_padding(current: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Return the input with zeros after each sample's end, and the lengths as int64.

    Whatever stands in the padding, even NaN, reaches no neuron and no gradient.

    Args:
        current: ``[T, B, …]``, padded at the end.
        lengths: integers ``[B]`` in [1, T]; None for samples that all have T steps.

    Raises:
        ValueError: for an input that is not ``[T, B, …]``, or lengths that do not fit it.
    """
    if lengths is None:
        return current, None
    _checks.sequence("current", current, not_nan=False)
    steps, batch = current.shape[:2]
    lengths = _checks.lengths("lengths", lengths, batch, steps).to(current.device)
    return fill_after(current, lengths), lengths


def fill_after(output: Tensor, lengths: Tensor | None, value: float = 0.0) -> Tensor:
    """Return an output ``[T, B, …]`` with `value` after each sample's end, or as it is.

    >>> fill_after(torch.ones(3, 2, 1), torch.tensor([1, 3])).squeeze(2).T
    tensor([[1., 0., 0.],
            [1., 1., 1.]])
    """
    if lengths is None:
        return output
    steps = torch.arange(len(output), device=output.device)
    past = steps[:, None] >= lengths.to(output.device)
    features = (1,) * (output.dim() - 2)
    return output.masked_fill(past.view(*past.shape, *features), value)


def at_end(output: Tensor, lengths: Tensor | None) -> Tensor:
    """Return what each sample gave in its last step, ``[T, B, …]`` → ``[B, …]``."""
    if lengths is None:
        return output[-1]
    samples = torch.arange(len(lengths), device=lengths.device)
    return output[lengths - 1, samples]


def last_state(states: tuple[S, ...], lengths: Tensor | None) -> S:
    """Return the state in which each sample ends, of the states ``[B, …]`` after every step."""
    last = states[-1]
    if lengths is None:
        return last
    over_time = zip(*map(variables, states), strict=True)
    return like(last, (at_end(torch.stack(own), lengths) for own in over_time))
