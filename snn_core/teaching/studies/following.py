"""Neurons that follow a curve, alone and in populations: the study of page 23.

The read-out is the same everywhere: each spike adds its neuron's weight to an estimate that leaks
with the time constant of the neurons. Time goes in steps of 1 ms.
"""

import math

import torch
from torch import Generator, Tensor

from ... import _checks
from ...neurons import RecurrentLIF

SKIPPED = 100  # steps at the beginning that no error counts


def two_sines(steps: int = 1000, *, speed: float = 1.0) -> Tensor:
    """Return a curve of two sines between 0.2 and 1: ``[T, 1, 1]``.

    Args:
        steps: their number T, at least 1.
        speed: 1 stands for 2 and 5 Hz.

    Raises:
        ValueError: for fewer than one step.

    >>> two_sines(3).flatten()
    tensor([0.7262, 0.7318, 0.7373])
    """
    _checks.whole("steps", steps)
    phase = 2 * math.pi * speed * torch.arange(steps).view(-1, 1, 1) / 1000
    return 0.6 + 0.25 * torch.sin(2 * phase) + 0.15 * torch.sin(5 * phase + 1)


def drive(curve: Tensor, *, tau_mem: float = 20.0) -> Tensor:
    """Return the current whose leaky sum is the curve: ``x[t] - beta x[t-1]``, from rest.

    Args:
        curve: ``[T, B, K]``.
        tau_mem: time constant of the sum in ms, above 0.

    Returns:
        ``[T, B, K]``.

    Raises:
        ValueError: for a curve of another rank, or a time constant that is not above 0.

    >>> from snn_core import LeakyIntegrator
    >>> LeakyIntegrator(tau_mem=20.0)(drive(two_sines(3))).flatten()
    tensor([0.7262, 0.7318, 0.7373])
    """
    _checks.sequence("curve", curve)
    _checks.number("tau_mem", tau_mem, 0)
    before = torch.cat([torch.zeros_like(curve[:1]), curve[:-1]])
    return curve - math.exp(-1 / tau_mem) * before


def curve_error(estimate: Tensor, curve: Tensor) -> float:
    """Return the root of the mean squared error, without the first 100 steps.

    >>> curve_error(torch.zeros(200, 1, 1), torch.full((200, 1, 1), 0.5))
    0.5
    """
    return (estimate - curve)[SKIPPED:].square().mean().sqrt().item()


def independent(
    curve: Tensor, neurons: int, jump: float, *, tau_mem: float = 20.0, generator: Generator
) -> Tensor:
    """Return the spikes of neurons that toss a coin each, with the chance that the curve needs.

    Args:
        curve: ``[T, 1, 1]``.
        neurons: their number N, at least 1.
        jump: by which a spike lifts its neuron's own estimate, above 0. The mean of the N
            estimates is the curve, as long as the chance is between 0 and 1.
        tau_mem: time constant of the estimates in ms, above 0.
        generator: tosses.

    Returns:
        ``[T, 1, N]``.

    Raises:
        ValueError: for a curve of another rank, or a number out of range.

    >>> independent(two_sines(200), 3, 0.4, generator=torch.Generator().manual_seed(0)).shape
    torch.Size([200, 1, 3])
    """
    _checks.whole("neurons", neurons)
    _checks.number("jump", jump, 0)
    chance = drive(curve, tau_mem=tau_mem) / jump
    draws = torch.rand(len(curve), 1, neurons, generator=generator)
    return (draws < chance).to(curve.dtype)


def balanced(
    curve: Tensor, neurons: int, jump: float, *, tau_mem: float = 20.0, generator: Generator
) -> Tensor:
    """Return the spikes of equal neurons that share one error: see `balanced_with`.

    Each weighs ``jump / neurons``. Arguments and result are those of `independent`.

    >>> balanced(two_sines(200), 3, 0.4, generator=torch.Generator().manual_seed(0)).shape
    torch.Size([200, 1, 3])
    """
    _checks.whole("neurons", neurons)
    _checks.number("jump", jump, 0)
    weights = torch.full((1, neurons), jump / neurons, dtype=curve.dtype)
    return balanced_with(curve, weights, tau_mem=tau_mem, generator=generator)


def balanced_with(
    curve: Tensor,
    weights: Tensor,
    *,
    tau_mem: float = 20.0,
    noise: float = 0.1,
    generator: Generator,
) -> Tensor:
    """Return the spikes of a population in which each spike has to make the common error smaller.

    A neuron's membrane is its weights times the error; a spike lowers all membranes at once, by
    ``weights.T @ weights``. Those above threshold spike one after the other, the highest first,
    each at most once in a step.

    Args:
        curve: ``[T, 1, K]``.
        weights: of the read-out, ``[K, N]``, no neuron's all 0.
        tau_mem: time constant of the read-out in ms, above 0.
        noise: of each membrane at each step, in thresholds; at least 0.
        generator: draws it.

    Returns:
        ``[T, 1, N]``.

    Raises:
        ValueError: for weights that do not fit the curve or are 0, or a number out of range.

    Reference: Boerlin, Machens & Denève 2013, without costs of spikes (their equations 8 and 10).

    >>> weights = torch.full((1, 4), 0.1)
    >>> balanced_with(two_sines(200), weights, generator=torch.Generator().manual_seed(0)).shape
    torch.Size([200, 1, 4])
    """
    _checks.number("tau_mem", tau_mem, 0)
    _checks.number("noise", noise, 0, open_low=False)
    _checks.require(curve.dim() == 3, "curve", f"shape {list(curve.shape)}", "[T, 1, K]")
    fits = weights.dim() == 2 and len(weights) == curve.shape[2] and (weights != 0).any(0).all()
    _checks.require(bool(fits), "weights", weights, f"[{curve.shape[2]}, N], no neuron's all 0")
    beta = math.exp(-1 / tau_mem)
    estimate = torch.zeros(len(weights), dtype=curve.dtype)
    spikes = []
    for wanted in curve[:, 0]:
        estimate = beta * estimate
        shift = noise * torch.randn(weights.shape[1], generator=generator).to(curve)
        spikes.append(_spikes_of(wanted - estimate, weights, shift))
        estimate = estimate + weights @ spikes[-1]
    return torch.stack(spikes)[:, None]


def _spikes_of(error: Tensor, weights: Tensor, shift: Tensor) -> Tensor:
    """Return who spikes in one step, ``[N]``: one by one, as long as it makes the error smaller."""
    squares = weights.square().sum(0)
    falls = weights.T @ weights / squares[:, None]
    membrane = error @ weights / squares + 0.5 + shift  # the threshold is 1
    spikes = torch.zeros_like(shift)
    while membrane.max() > 1:
        first = membrane.argmax()
        spikes[first] = 1
        membrane = membrane - falls[:, first]
        membrane[first] = -math.inf
    return spikes


def late(
    curve: Tensor,
    neurons: int,
    jump: float,
    *,
    tau_mem: float = 20.0,
    noise: float = 0.1,
    generator: Generator,
) -> Tensor:
    """Return the spikes of a balanced population whose inhibition arrives one step too late.

    The neurons are those of `balanced`, with weights of ``jump / neurons``. Arguments and result
    are those of `independent`; `noise` is that of each current at each step, in thresholds.

    >>> late(two_sines(200), 3, 0.4, generator=torch.Generator().manual_seed(0)).shape
    torch.Size([200, 1, 3])
    """
    _checks.whole("neurons", neurons)
    _checks.number("jump", jump, 0)
    share = jump / neurons
    _checks.number("noise", noise, 0, open_low=False)
    layer = RecurrentLIF(neurons, tau_mem=tau_mem, generator=generator)
    with torch.no_grad():
        layer.weight.copy_(layer.beta * (torch.eye(neurons) - 1))
    current = drive(curve + share / 2, tau_mem=tau_mem) / share
    spread = noise * torch.randn(len(curve), 1, neurons, generator=generator)
    return layer(current + spread).detach()
