"""Objectives that know nothing of classes: limits to activity, a distance of spike trains."""

import torch
from torch import Tensor

from .. import _checks
from ..neurons import LeakyIntegrator


def l1_activity(spikes: Tensor) -> Tensor:
    """Charge for every spike alike: the mean number of spikes per neuron and sample.

    Args:
        spikes: ``[T, B, …]`` of one layer.

    Returns:
        A scalar in [0, T].

    Raises:
        ValueError: for spikes that are not ``[T, B, …]``.

    Reference: Eshraghian et al. 2023, activity regularisation.

    >>> l1_activity(torch.ones(5, 2, 3))
    tensor(5.)
    """
    return _counts(spikes).mean()


def upper_activity(spikes: Tensor, limit: float) -> Tensor:
    """Charge a layer that spikes too much: the squared excess of its mean count over `limit`.

    Args:
        spikes: ``[T, B, …]`` of one layer.
        limit: spikes per neuron and sample that cost nothing, at least 0. The mean is over the
            layer, so that single neurons may spike more.

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for spikes that are not ``[T, B, …]`` or a negative limit.

    Reference: Zenke & Vogels 2021, methods (upper bound); Eshraghian et al. 2023, activity
    regularisation.

    >>> upper_activity(torch.ones(5, 2, 3), limit=2.0)
    tensor(9.)
    """
    _checks.number("limit", limit, 0, open_low=False)
    excess = _counts(spikes).mean(1) - limit
    return torch.relu(excess).square().mean()


def lower_activity(spikes: Tensor, limit: float) -> Tensor:
    """Charge neurons that are (nearly) dead: each one's squared lack of spikes below `limit`.

    Args:
        spikes: ``[T, B, …]`` of one layer.
        limit: spikes per sample that every neuron should reach on average over the batch, at least
            0.

    Returns:
        A scalar, the mean over the neurons, at least 0.

    Raises:
        ValueError: for spikes that are not ``[T, B, …]`` or a negative limit.

    Reference: Zenke & Vogels 2021, methods (lower bound); Eshraghian et al. 2023, activity
    regularisation.

    >>> lower_activity(torch.zeros(5, 2, 3), limit=2.0)
    tensor(4.)
    """
    _checks.number("limit", limit, 0, open_low=False)
    lack = limit - _counts(spikes).mean(0)
    return torch.relu(lack).square().mean()


def _counts(spikes: Tensor) -> Tensor:
    """Return spikes per sample and neuron, ``[T, B, …]`` → ``[B, N]``."""
    _checks.sequence("spikes", spikes)
    return spikes.sum(0).flatten(1)


def van_rossum(spikes: Tensor, target: Tensor, *, tau: float = 10.0, dt: float = 1.0) -> Tensor:
    """Return the squared van Rossum distance of spike trains: that of their traces, over all time.

    Each spike becomes an exponential that decays with `tau`; the distance is the integral of the
    squared difference, divided by `tau`, of which also the part after the last step is counted. One
    spike against none is 1/2, up to terms of the order dt / tau; so are two spikes that lie far
    apart, each. Close spikes nearly cancel, so that the gradient tells a spike in which direction
    its partner lies.

    Args:
        spikes, target: ``[T, B, …]`` each, of the same shape.
        tau: time constant of the trace in ms, above 0: how far apart two spikes can still feel each
            other.
        dt: step in ms.

    Returns:
        A scalar, the mean over batch and neurons, at least 0.

    Raises:
        ValueError: for inputs of another rank or of different shapes, or a time that is not above
            0.

    Reference: van Rossum 2001.

    >>> one_spike = torch.eye(1000)[0].view(1000, 1, 1)
    >>> van_rossum(one_spike, torch.zeros(1000, 1, 1), tau=100.0).round(decimals=2)
    tensor(0.5100)
    """
    _checks.sequence("spikes", spikes)
    _checks.sequence("target", target)
    _checks.shape("target", target, spikes.shape)
    _checks.number("tau", tau, 0)
    trace = LeakyIntegrator(tau, dt=dt)
    difference = trace(spikes - target)
    squares = difference.square().sum(0)
    left = trace.beta**2 / (1 - trace.beta**2)  # the sum of beta^2k over all steps k after the last
    after = left * difference[-1].square()
    return (squares + after).mean() * dt / tau
