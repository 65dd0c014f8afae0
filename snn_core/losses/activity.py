"""Objectives that know nothing of classes: limits to activity, a distance of spike trains.

All take `lengths`: integers ``[B]`` in [1, T], the steps of each sample, for sequences that are
padded at the end; what comes after them counts nothing.
"""

import torch
from torch import Tensor

from .. import _checks, _modes
from ..neurons import LeakyIntegrator
from ..precision import wide
from .padding import fill_padding
from .scores import require_finite


def l1_activity(spikes: Tensor, *, lengths: Tensor | None = None) -> Tensor:
    """Charge for every spike alike: the mean number of spikes per neuron and sample.

    Args:
        spikes: ``[T, B, …]`` of one layer.
        lengths: integers ``[B]``, the steps of each sample; T if None.

    Returns:
        A scalar in [0, T].

    Raises:
        ValueError: for spikes that are not ``[T, B, …]`` with a sample and a neuron, or lengths
            that do not fit.

    Reference: Eshraghian et al. 2023, activity regularisation.

    >>> l1_activity(torch.ones(5, 2, 3))
    tensor(5.)
    """
    return _mean(_counts(spikes, lengths))


def upper_activity(spikes: Tensor, limit: float, *, lengths: Tensor | None = None) -> Tensor:
    """Charge a layer that spikes too much: the squared excess of its mean count over `limit`.

    Args:
        spikes: ``[T, B, …]`` of one layer.
        limit: spikes per neuron and sample that cost nothing, at least 0. The mean is over the
            layer, so that single neurons may spike more.
        lengths: integers ``[B]``, the steps of each sample; T if None.

    Returns:
        A scalar, the mean over the batch, at least 0.

    Raises:
        ValueError: for spikes that are not ``[T, B, …]`` with a sample and a neuron, lengths that
            do not fit, or a negative limit.

    Reference: Zenke & Vogels 2021, methods (upper bound); Eshraghian et al. 2023, activity
    regularisation.

    >>> upper_activity(torch.ones(5, 2, 3), limit=2.0)
    tensor(9.)
    """
    _checks.number("limit", limit, 0, open_low=False)
    excess = _counts(spikes, lengths).mean(1) - limit
    return _mean(torch.relu(excess).square())


def lower_activity(spikes: Tensor, limit: float, *, lengths: Tensor | None = None) -> Tensor:
    """Charge neurons that are (nearly) dead: each one's squared lack of spikes below `limit`.

    Args:
        spikes: ``[T, B, …]`` of one layer.
        limit: spikes per sample that every neuron should reach on average over the batch, at least
            0.
        lengths: integers ``[B]``, the steps of each sample; T if None.

    Returns:
        A scalar, the mean over the neurons, at least 0.

    Raises:
        ValueError: for spikes that are not ``[T, B, …]`` with a sample and a neuron, lengths that
            do not fit, or a negative limit.

    Reference: Zenke & Vogels 2021, methods (lower bound); Eshraghian et al. 2023, activity
    regularisation.

    >>> lower_activity(torch.zeros(5, 2, 3), limit=2.0)
    tensor(4.)
    """
    _checks.number("limit", limit, 0, open_low=False)
    lack = limit - _counts(spikes, lengths).mean(0)
    return _mean(torch.relu(lack).square())


def _counts(spikes: Tensor, lengths: Tensor | None) -> Tensor:
    """Return spikes per sample and neuron, ``[T, B, …]`` → ``[B, N]``."""
    _require_some("spikes", spikes)
    if lengths is not None:
        spikes = fill_padding(spikes, lengths, 0.0)
    return spikes.sum(0, dtype=wide(spikes)).flatten(1)


def _require_some(argument: str, spikes: Tensor) -> None:
    """Require ``[T, B, …]`` with something in it: the mean of nothing is no number."""
    _checks.sequence(argument, spikes)
    if spikes.numel() == 0 or spikes.layout is not torch.strided:
        came = f"shape {list(spikes.shape)}, {spikes.layout}"
        _checks.fail(argument, came, "a dense [T, B, …] with a sample and a neuron")


def _mean(costs: Tensor) -> Tensor:
    """Return the mean of what spikes cost."""
    mean = costs.mean()
    require_finite("spikes", mean)
    return mean


def van_rossum(
    spikes: Tensor,
    target: Tensor,
    *,
    tau: float = 10.0,
    dt: float = 1.0,
    lengths: Tensor | None = None,
) -> Tensor:
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
        dt: step in ms, at most 100 `tau`.
        lengths: integers ``[B]``, the steps of each sample; T if None.

    Returns:
        A scalar, the mean over batch and neurons, at least 0.

    Raises:
        ValueError: for inputs of another rank, of different shapes or without a sample or a neuron,
            lengths that do not fit, or a time that is out of range.

    Reference: van Rossum 2001.

    >>> one_spike = torch.eye(1000)[0].view(1000, 1, 1)
    >>> van_rossum(one_spike, torch.zeros(1000, 1, 1), tau=100.0).round(decimals=2)
    tensor(0.5100)
    """
    _require_some("spikes", spikes)
    _require_some("target", target)
    _checks.shape("target", target, spikes.shape)
    _checks.number("tau", tau, 0)
    _checks.number("dt", dt, 0, 100 * tau)
    ratio = torch.tensor(dt / tau, dtype=torch.float64)
    dtype = wide(torch.promote_types(spikes.dtype, target.dtype))
    difference = spikes.to(dtype) - target.to(dtype)
    if lengths is not None:
        difference = fill_padding(difference, lengths, 0.0)
    with _modes.unchecked():  # what is infinite is named below, by where it came in
        trace = LeakyIntegrator(beta=torch.exp(-ratio))(difference)
    squares = trace.square().sum(0)
    after = ratio / torch.expm1(2 * ratio)  # the sum of beta^2k over all steps k after the last
    distance = ratio * squares + after * trace[-1].square()
    mean = distance.mean()
    if _modes.checking() and _modes.is_true(~torch.isfinite(mean)):
        require_finite("spikes", spikes.sum())
        require_finite("target", mean)
    return mean
