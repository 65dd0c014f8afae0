"""Decays per step and time constants in ms: what a user gives, and what is read back."""

import numbers

import torch
from torch import Tensor

from .. import _checks
from .._warn import warn

LARGEST = torch.finfo(torch.float32).max


def parameter(name: str, value: Tensor | float) -> Tensor:
    """Turn a number, or a tensor of one per neuron, into float64; all must be finite in float32."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    fits = is_number or isinstance(value, Tensor)
    _checks.require(fits, name, type(value).__name__, "a number or a tensor")
    if isinstance(value, Tensor):
        counts = value.is_floating_point() or value.dtype in _checks.INTEGERS
        _checks.require(counts, name, value.dtype, "real numbers")
        expected = "a plain value; to learn it, say so by `learn_…`"
        _checks.require(
            not value.requires_grad, name, "a tensor that requires a gradient", expected
        )
    value = torch.as_tensor(value, dtype=torch.float64)
    _checks.require(value.numel() > 0, name, "0 values", "at least one")
    finite = bool((value.abs() <= LARGEST).all())  # neither is NaN
    _checks.require(finite, name, value.tolist(), "finite numbers, also in float32")
    return value.clone()


def decay(tau: Tensor | float, dt: float, name: str = "tau") -> Tensor:
    """Return the decay per step ``exp(-dt / tau)`` in float64, for a `tau` and a step in ms.

    >>> decay(10.0, 1.0)
    tensor(0.9048, dtype=torch.float64)
    """
    _checks.number("dt", dt, 0)
    tau = parameter(name, tau)
    positive = bool((tau > 0).all())
    _checks.require(positive, name, tau.tolist(), "a time constant above 0 ms")
    return torch.exp(-dt / tau)


def time_constant(decay: Tensor, dt: float) -> Tensor:
    """Return the time constant in ms, in [0, ∞], of a decay in [0, 1] per step of `dt` ms.

    >>> time_constant(torch.tensor([0.0, 0.5, 1.0]), dt=1.0)
    tensor([0.0000, 1.4427,    inf])
    """
    return (dt / torch.log(decay)).abs()


def given_decay(given: dict[str, Tensor | float | None], usual: float, dt: float) -> Tensor:
    """Return the decay that a user gave by its time constant or directly, in float64.

    Args:
        given: name and value of the time constant in ms, then of the decay; None where not given.
        usual: the time constant in ms where neither is given.
        dt: step in ms.

    Raises:
        ValueError: where both are given, or values are outside their ranges.

    Warns:
        UserWarning: for a time constant shorter than a step, which is mostly one in seconds, or a
            decay in its place.

    >>> given_decay({"tau_mem": None, "beta": 0.5}, usual=10.0, dt=1.0)
    tensor(0.5000, dtype=torch.float64)
    """
    (tau_name, tau), (name, value) = given.items()
    _checks.number("dt", dt, 0)
    if value is None:
        return _from_tau(tau_name, usual if tau is None else tau, name, dt)
    if tau is not None:
        _checks.fail(name, f"{value} together with {tau_name}={tau}", "one of the two")
    value = parameter(name, value)
    closed = bool(((value >= 0) & (value <= 1)).all())
    _checks.require(closed, name, value.tolist(), "a decay in [0, 1]")
    return value


def _from_tau(tau_name: str, tau: Tensor | float, name: str, dt: float) -> Tensor:
    """Return the decay called `name` of a time constant; warn if that is shorter than a step."""
    value = decay(tau, dt, tau_name)
    shortest = parameter(tau_name, tau).amin().item()
    if shortest < dt:
        came = f"{tau_name}: got {shortest:g} ms at a step of {dt:g} ms"
        expected = f"times in ms, and a decay per step as `{name}=…`"
        warn(f"{came}, {name} {value.amin():.2g}, expected {expected}")
    return value


def logit(name: str, value: Tensor) -> Tensor:
    """Return the logit of a decay that is learnt, which keeps it in (0, 1) whatever it becomes."""
    inside = bool(((value > 0) & (value < 1)).all())
    _checks.require(inside, name, value.tolist(), "a decay inside (0, 1) when it is learnt")
    return torch.logit(value)
