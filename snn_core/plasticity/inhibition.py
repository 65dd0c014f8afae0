"""Neurons that compete for the input: at every step the one furthest above threshold spikes."""

import torch
from torch import Tensor

from .. import _checks
from ..neurons import leaky_step


def competition_step(
    current: Tensor,
    state: Tensor,
    *,
    beta: Tensor | float,
    threshold: Tensor,
    inhibition: float = 1.0,
) -> tuple[Tensor, Tensor, Tensor]:
    """Advance competing neurons by one step: integrate, compare, one spike, reset, inhibit.

    The neuron that is furthest above its own threshold spikes and is reset to 0; the others lose a
    share of their membranes, as if by lateral inhibition without delay. If no neuron is above its
    threshold, nothing of this happens.

    Args:
        current: input I[t], ``[B, M]``.
        state: membrane after the last reset, v[t-1], same shape.
        beta: decay per step in [0, 1].
        threshold: ``[M]``.
        inhibition: the share that the others lose, in [0, 1]; 1 resets them too.

    Returns:
        (spikes z[t] in {0, 1}, at most one per row; membrane u[t]; state v[t]), each ``[B, M]``.

    Raises:
        ValueError: for an inhibition outside [0, 1].

    Reference: after Diehl, Cook 2015, whose inhibitory population the maximum replaces.

    >>> drive, rest = torch.tensor([[2.0, 3.0]]), torch.zeros(1, 2)
    >>> z, u, v = competition_step(drive, rest, beta=0.9, threshold=torch.ones(2))
    >>> z.tolist(), v.tolist()
    ([[0.0, 1.0]], [[0.0, 0.0]])
    """
    _checks.number("inhibition", inhibition, 0, 1, open_low=False)
    return compete(current, state, beta, threshold, inhibition)


def compete(
    current: Tensor,
    state: Tensor,
    beta: Tensor | float,
    threshold: Tensor,
    inhibition: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Do what `competition_step` does, for an inhibition that is known to lie in [0, 1]."""
    membrane = leaky_step(current, state, beta)
    excess, winner = (membrane - threshold).max(dim=1, keepdim=True)
    fires = (excess > 0).to(membrane.dtype)
    spikes = torch.zeros_like(membrane).scatter_(1, winner, fires)
    inhibited = membrane * (1 - inhibition * fires)
    return spikes, membrane, inhibited * (1 - spikes)
