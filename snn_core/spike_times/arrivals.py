"""In which order spikes arrive at a layer, and what each of them brings to every neuron."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from .. import _checks
from ..precision import wide

LONGEST = 80  # tau_syn between arrivals: exp(80) is the largest that float32 takes, and some more
FEW = 32  # different times that are worth a matrix product each


class Arrivals(NamedTuple):
    """Arrivals in the order of time.

    Attributes:
        time: when, in ms, ``[E, B, 1]``, or ``[E, 1, 1]`` if alike for all samples; infinite for
            spikes that do not come.
        charge: the weights that they bring, ``[E, B, M]``; 0 for spikes that do not come.
    """

    time: Tensor
    charge: Tensor


def require_times(argument: str, times: Tensor, tau_syn: float, inputs: int) -> Tensor:
    """Require spike times ``[B, N]`` or ``[K, B, N]``; return them in float32 or better.

    Raises:
        ValueError: for another shape, NaN, or finite times that are 80 `tau_syn` apart.
    """
    _checks.floats(argument, times, min_rank=2)
    fits = times.dim() <= 3 and times.shape[-1] == inputs
    expected = f"[B, {inputs}], or [K, B, {inputs}] for K spikes of each neuron"
    _checks.require(fits, argument, f"shape {list(times.shape)}", expected)
    finite = times.detach()[times.detach() < torch.inf]
    if finite.numel():
        first, last = torch.aminmax(finite)
        span = float(last - first)
        expected = f"at most {LONGEST} times tau_syn, with infinity for no spike"
        _checks.require(span <= LONGEST * tau_syn, argument, f"spikes {span:g} ms apart", expected)
    return times.to(wide(times))


def arrive(times: Tensor, weight: Tensor) -> Arrivals:
    """Return how spikes arrive: sorted, or grouped where many come together.

    Args:
        times: in ms, ``[B, N]``, or ``[K, B, N]`` for K spikes of each neuron; infinite for none.
        weight: ``[M, N]``.

    Returns:
        `Arrivals`. Both ways are exact and have gradients; grouped times are constants, so times
        that need a gradient are sorted.

    >>> arrivals = arrive(torch.tensor([[2.0, 1.0]]), torch.tensor([[0.5, 0.25]]))
    >>> arrivals.time.flatten(), arrivals.charge.flatten()
    (tensor([1., 2.]), tensor([0.2500, 0.5000]))
    """
    if times.dim() == 2:
        times = times.unsqueeze(0)
    if not times.requires_grad:
        levels = times.unique()  # type: ignore[no-untyped-call]
        if len(levels) < min(FEW, times.shape[0] * times.shape[2]):
            return _grouped(times, weight, levels)
    return _sorted(times, weight)


def _grouped(times: Tensor, weight: Tensor, levels: Tensor) -> Arrivals:
    """Return one arrival for each of a few times: what comes together counts together."""
    levels = levels[levels < torch.inf]
    come = [(times == level).sum(0).to(weight.dtype) for level in levels]
    if not come:
        levels = times.new_zeros(1)
        come = [torch.zeros_like(times[0], dtype=weight.dtype)]
    return Arrivals(levels.view(-1, 1, 1), F.linear(torch.stack(come), weight))


def _sorted(times: Tensor, weight: Tensor) -> Arrivals:
    """Return one arrival for each spike, in the order of each sample."""
    count, batch, inputs = times.shape
    every = times.movedim(1, 0).reshape(batch, count * inputs)
    time, order = every.sort(1)
    time = time.t().unsqueeze(2)
    charge = F.embedding(order.t() % inputs, weight.t())
    return Arrivals(time, charge * (time < torch.inf))
