"""The first spike of each neuron: when it comes, in closed form, and the gradient of that time.

Between two arrivals the membrane is ``V(t) = gain (a exp(-t / tau_mem) - b exp(-t / tau_syn))``,
where a and b are sums over the spikes that have arrived (the *causal set*). Without a leak, and
for ``tau_mem = 2 tau_syn``, ``V(t) = threshold`` is an equation of first or second degree in
``exp(-t / tau_mem)`` or ``exp(-t / tau_syn)``. It is solved after each arrival; the first solution
that lies before the next arrival is the spike.

The gradient needs no closed form. At the spike ``V(t, w) = threshold`` holds whatever w is, so
``dt/dw = -(dV/dw) / (dV/dt)``.
"""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from .arrivals import Arrivals
from .neuron import Dynamics


def first_spikes(arrivals: Arrivals, neuron: Dynamics) -> Tensor:
    """Return when each neuron spikes first: ``[B, M]`` in ms, infinite if it does not.

    Args:
        arrivals: what comes in, in order.
        neuron: with ``tau_mem = 2 tau_syn``, or without a leak.

    Reference: Mostafa 2017, equations 5 to 8 (without a leak); Göltz et al. 2021, methods
    (``tau_mem = 2 tau_syn``).
    """
    times: Tensor
    times = _FirstSpikes.apply(*arrivals, neuron)  # type: ignore[no-untyped-call]
    return times


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor, Tensor, Tensor]
    needs_input_grad: tuple[bool, ...]
    neuron: Dynamics


class _FirstSpikes(torch.autograd.Function):
    @staticmethod
    def forward(ctx: _Context, time: Tensor, charge: Tensor, neuron: Dynamics) -> Tensor:
        earliest = _crossings(time, charge, neuron).amax(0)
        spikes = -_tau(neuron) * torch.log(earliest)
        ctx.save_for_backward(time, charge, spikes)
        ctx.neuron = neuron
        return spikes

    @staticmethod
    def backward(ctx: _Context, grad: Tensor) -> tuple[Tensor | None, Tensor, None]:
        time, charge, spikes = ctx.saved_tensors
        silent = spikes.isinf()
        age = spikes.masked_fill(silent, 0) - time
        rise = charge * ctx.neuron.rise(age)
        slope = rise.sum(0).masked_fill(silent, 1)
        per_slope = grad.masked_fill(silent, 0) / slope
        by_charge = -per_slope * ctx.neuron.potential(age)
        by_time = per_slope * rise if ctx.needs_input_grad[0] else None
        return None if by_time is None else by_time.sum(2, keepdim=True), by_charge, None


def _crossings(time: Tensor, charge: Tensor, neuron: Dynamics) -> Tensor:
    """Return ``exp(-t / tau)`` where V crosses after an arrival and before the next, else 0.

    ``[E, B, M]``; tau is that of the exponential that the equation is solved for.
    """
    start = torch.where(time < torch.inf, time, 0)
    a = (charge * torch.exp(start / neuron.tau_mem)).cumsum(0)
    b = (charge * torch.exp(start / neuron.tau_syn)).cumsum(0)
    solve = _without_leak if neuron.ratio == 0 else _with_leak
    x = solve(a, b, neuron.threshold)
    now = torch.exp(-time / _tau(neuron))
    following = torch.cat([now[1:], torch.zeros_like(now[:1])])
    return torch.where((x <= now) & (x >= following), x, 0)


def _tau(neuron: Dynamics) -> float:
    """Return the time constant of the exponential that the equation is solved for."""
    return neuron.tau_syn if neuron.ratio == 0 else neuron.tau_mem


def _without_leak(a: Tensor, b: Tensor, threshold: float) -> Tensor:
    """Solve ``a - b x = threshold`` for ``x = exp(-t / tau_syn)``."""
    return (a - threshold) / b


def _with_leak(a: Tensor, b: Tensor, threshold: float) -> Tensor:
    """Solve ``2 (a x - b x²) = threshold`` for the larger ``x = exp(-t / tau_mem)``: the rise."""
    root = torch.sqrt(a * a - 2 * b * threshold)
    return (a + root) / (2 * b)
