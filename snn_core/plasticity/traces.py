"""What a synapse remembers of a spike train: an exponentially decaying trace."""

import torch
from torch import Tensor

from .. import _checks
from ..neurons import decay, leaky_step
from ..precision import wide
from . import _doors

PAIRINGS = ("all_to_all", "nearest")


def decay_per_step(tau: float, dt: float, name: str) -> float:
    """Return ``exp(-dt / tau)`` in double precision, for a `tau` called `name`, both in ms.

    >>> decay_per_step(1.0, 1.0, "tau")
    0.36787944117144233
    """
    _checks.number(name, tau, 0)
    return decay(torch.tensor(tau, dtype=torch.float64), dt, name).item()


def trace_step(
    spikes: Tensor, trace: Tensor, alpha: Tensor | float, pairing: str = "all_to_all"
) -> Tensor:
    """Decay a trace by one step and mark the spikes of this step.

    Args:
        spikes: z[t], 0 or 1, ``[B, …]``; other numbers count in proportion.
        trace: x[t-1], same shape.
        alpha: decay per step in [0, 1], a number or a tensor that broadcasts.
        pairing: "all_to_all" adds 1 at a spike, so that every past spike counts; "nearest" sets the
            trace to 1, so that only the last one does.

    Returns:
        The trace x[t], same shape.

    Raises:
        ValueError: for an unknown pairing.

    Reference: Morrison, Diesmann, Gerstner 2008, section 4.1 (they call the second one
    nearest-neighbour).

    >>> one = torch.ones(1)
    >>> trace_step(one, one, 0.5), trace_step(one, one, 0.5, "nearest")
    (tensor([1.5000]), tensor([1.]))
    """
    if pairing == "nearest":
        return torch.where(spikes > 0, spikes, alpha * trace)
    if pairing != "all_to_all":
        _checks.choice("pairing", pairing, PAIRINGS)
    return leaky_step(spikes, trace, alpha)


def spike_trace(
    spikes: Tensor,
    tau: float,
    *,
    dt: float = 1.0,
    pairing: str = "all_to_all",
    trace: Tensor | None = None,
) -> Tensor:
    """Return the trace of a spike train after every step.

    Args:
        spikes: z[t], 0 or 1, ``[T, B, …]``; other numbers count in proportion.
        tau: time constant in ms, above 0.
        dt: step in ms.
        pairing: "all_to_all" or "nearest", see `trace_step`.
        trace: the last one of an earlier call, ``[B, …]``, to go on from; without it, zeros.

    Returns:
        The trace, ``[T, B, …]``, in float32, or float64 for spikes in float64.

    Raises:
        ValueError: for an input that is not ``[T, B, …]``, a tau or dt not above 0, an unknown
            pairing, or a trace that does not fit the spikes.

    Reference: Morrison, Diesmann, Gerstner 2008, section 4.1.

    >>> spike_trace(torch.tensor([[0.0], [1.0], [0.0]]), tau=1.0).flatten().tolist()
    [0.0, 1.0, 0.3678794503211975]
    """
    _checks.sequence("spikes", spikes, not_nan=False)
    _doors.all_finite(spikes=spikes)
    alpha = decay_per_step(tau, dt, "tau")
    if trace is None:
        trace = torch.zeros_like(spikes[0])
    else:
        _checks.floats("trace", trace, not_nan=False)
        _checks.shape("trace", trace, spikes.shape[1:])
        _doors.all_finite(trace=trace)
    trace = trace.to(wide(spikes))
    traces = []
    for now in spikes:
        trace = trace_step(now, trace, alpha, pairing)
        traces.append(trace)
    return torch.stack(traces)
