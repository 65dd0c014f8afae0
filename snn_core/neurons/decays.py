"""Constants of a neuron: one number for all or one per neuron, and decays from time constants."""

import numbers

import torch
from torch import Tensor, nn

from .. import _checks


def parameter(name: str, value: Tensor | float) -> Tensor:
    """Turn a number or a per-neuron tensor into a floating-point tensor with finite entries."""
    is_tensor = isinstance(value, Tensor)
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    _checks.require(is_tensor or is_number, name, type(value).__name__, "a number or a tensor")
    if is_tensor and value.requires_grad:
        expected = "a plain value; to learn it, say so by `learn_…`"
        _checks.fail(name, "a tensor that requires a gradient", expected)
    if not is_tensor or not value.is_floating_point():
        value = torch.as_tensor(value, dtype=torch.get_default_dtype())
    finite = bool(torch.isfinite(value).all())
    _checks.require(finite, name, value.tolist(), "finite numbers")
    return value.detach().clone()


def decay(tau: Tensor | float, dt: float, name: str = "tau_mem") -> Tensor:
    """Return the decay per step ``exp(-dt / tau)`` for a time constant and a step in ms."""
    _checks.number("dt", dt, 0)
    tau = parameter(name, tau)
    positive = bool((tau > 0).all())
    _checks.require(positive, name, tau.tolist(), "a time constant above 0 ms")
    return torch.exp(-dt / tau)


def own_decay(module: nn.Module, name: str, value: Tensor, learn: bool) -> None:
    """Give `module` a decay in [0, 1]: a buffer, or a parameter if it is learnt.

    A learnt one is stored as its logit, so that it stays in (0, 1) whatever the optimiser does.
    """
    closed = bool(((value >= 0) & (value <= 1)).all())
    _checks.require(closed, name, value.tolist(), "a decay in [0, 1]")
    if not learn:
        module.register_buffer(f"_{name}", value)
        return
    inside = bool(((value > 0) & (value < 1)).all())
    _checks.require(inside, name, value.tolist(), "a decay inside (0, 1) when it is learnt")
    setattr(module, f"{name}_logit", nn.Parameter(torch.logit(value)))


def owned_decay(module: nn.Module, name: str) -> Tensor:
    """Return the decay that `own_decay` gave to `module`."""
    logit = getattr(module, f"{name}_logit", None)
    if logit is None:
        return getattr(module, f"_{name}")
    return torch.sigmoid(logit)
