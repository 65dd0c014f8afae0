"""What keeps weights and thresholds within bounds while a network learns."""

import torch
from torch import Tensor

from .. import _checks

HALVINGS = 40  # to the precision of float32 and beyond


def exponential_penalty(weight: Tensor, beta: float = 10.0) -> Tensor:
    """Penalise neurons whose weights have a sum of squares above 1, steeply.

    Args:
        weight: ``[N, M]``.
        beta: steepness, above 0.

    Returns:
        The scalar ``1/2 sum_i exp(beta (sum_j w_ij^2 - 1))``.

    Raises:
        ValueError: for weights of another rank, or a steepness that is not above 0.

    Reference: Lee et al. 2016, section 2.3.3 (there times lambda).

    >>> exponential_penalty(torch.ones(2, 1))
    tensor(1.)
    """
    _checks.floats("weight", weight, min_rank=2)
    _checks.number("beta", beta, 0)
    size = weight.square().sum(-1)
    return (beta * (size - 1)).exp().sum() / 2


@torch.no_grad()
def shrink_rows(weight: Tensor, strength: float, beta: float = 10.0) -> None:
    """Take one implicit step down `exponential_penalty`; in place, and never too far.

    A plain step of gradient descent overshoots where the penalty is steep. Here each row's length r
    becomes the r' for which ``r' + strength beta exp(beta (r'^2 - 1)) r' = r``, by bisection: the
    slope is taken after the step. For a small strength both steps are the same (our reading).

    Args:
        weight: ``[N, M]``.
        strength: learning rate times lambda, at least 0.
        beta: steepness, above 0.

    Raises:
        ValueError: for what `exponential_penalty` refuses, or a negative strength.

    >>> weight = torch.tensor([[3.0, 4.0], [0.3, 0.4]])
    >>> shrink_rows(weight, 0.001)
    >>> weight.norm(dim=1)
    tensor([1.2530, 0.5000])
    """
    _checks.floats("weight", weight, min_rank=2)
    _checks.number("strength", strength, 0, open_low=False)
    _checks.number("beta", beta, 0)
    length = weight.norm(dim=-1)
    low = torch.zeros_like(length)
    high = length
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        pull = strength * beta * (beta * (middle.square() - 1)).exp()
        beyond = middle * (1 + pull) > length
        low = torch.where(beyond, low, middle)
        high = torch.where(beyond, middle, high)
    weight *= (high / length.clamp(min=torch.finfo(length.dtype).tiny))[:, None]


@torch.no_grad()
def balance_thresholds(
    threshold: Tensor, counts: Tensor, rho: float, floor: Tensor | float = 0.0
) -> None:
    """Raise the thresholds of neurons that fired, lower all; in place.

    For each sample the N_w winners go up by ``rho N`` and all N neurons down by ``rho N_w``, so
    that the sum of the thresholds stays. Samples count by their mean. Where the floor holds some
    thresholds up, the others come down towards it in proportion, so that the sum still stays (our
    reading): otherwise it would grow without end, until nobody fires.

    Args:
        threshold: V_th ``[N]``.
        counts: spikes of each neuron, ``[B, N]``; a winner has at least one.
        rho: at least 0.
        floor: no threshold is lowered below it (our reading).

    Raises:
        ValueError: for counts that do not fit the thresholds, or a negative rate.

    Reference: Lee et al. 2016, section 2.3.4.

    >>> threshold = torch.ones(2)
    >>> balance_thresholds(threshold, torch.tensor([[3.0, 0.0]]), 0.1)
    >>> threshold
    tensor([1.1000, 0.9000])
    """
    _checks.floats("threshold", threshold)
    _checks.shape("counts", counts, (len(counts), len(threshold)))
    _checks.number("rho", rho, 0, open_low=False)
    winners = (counts > 0).to(threshold).mean(0)
    spare = (threshold - floor).clamp(min=0)
    moved = (spare + rho * (len(threshold) * winners - winners.sum())).clamp(min=0)
    share = spare.sum() / moved.sum().clamp(min=torch.finfo(moved.dtype).tiny)
    threshold.copy_(floor + moved * share)
