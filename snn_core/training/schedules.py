"""How the learning rate changes during a training."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import OneCycleLR

from .. import _checks
from .doors import require_optimizer


def one_cycle(optimizer: Optimizer, lr: float, updates: int) -> OneCycleLR:
    """Return a schedule of one cycle: the learning rate rises to `lr` and falls to nearly 0.

    It starts at ``lr / 25``, is at its highest after three tenths of the updates, and ends at
    ``lr / 250000``, along half-waves of a cosine. The momentum, or the first beta of Adam, goes the
    other way, from 0.95 to 0.85 and back.

    Args:
        optimizer: with a momentum or betas; call the schedule's `step` after each of its updates.
        lr: the highest learning rate, above 0; it takes the place of the one that the optimizer was
            made with.
        updates: how many there will be, at least 1; a further `step` is an error.

    Raises:
        ValueError: for values outside these ranges, or an optimizer without a momentum.

    Reference: Smith, Topin 2019 (super-convergence).

    >>> import torch
    >>> adam = torch.optim.Adam([torch.zeros(1, requires_grad=True)])
    >>> schedule = one_cycle(adam, lr=0.05, updates=100)
    >>> round(adam.param_groups[0]["lr"], 6)  # at first
    0.002
    """
    require_optimizer(optimizer)
    _checks.number("lr", lr, 0)
    _checks.whole("updates", updates)
    has_momentum = "momentum" in optimizer.defaults or "betas" in optimizer.defaults
    _checks.require(
        has_momentum, "optimizer", type(optimizer).__name__, "one with a momentum or betas"
    )
    return OneCycleLR(optimizer, lr, total_steps=updates)
