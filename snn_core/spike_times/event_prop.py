"""EventProp: the exact gradient of all spike times, computed backwards from spike to spike.

Forward, a neuron runs through `Course`, and only its spikes are kept. Backward, two adjoint
variables run against time: v, how the loss changes with V, and q, how it changes with a charge
that arrives now. Going back by s,

    v ← v exp(-s / tau_mem),    q ← q exp(-s / tau_syn) + v potential(s).

They jump only at the neuron's own spikes. If V is higher just before, the spike is earlier by the
inverse of its slope, ``dV/dt = I - threshold / tau_mem``, and so is all that follows:

    v ← (I v - g) / (I - threshold / tau_mem),

where g is the gradient of the loss by the time of this spike. At an arrival, q is the gradient by
its weight.

Reference: Wunderlich, Pehle 2021, table 1; their lambda_V is our v, their lambda_I is tau_syn q,
and tau_mem stands in their lambda_V as they scale the current otherwise.
"""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from .arrivals import Arrivals, arrive
from .course import Course
from .neuron import Dynamics


def all_spikes(times: Tensor, weight: Tensor, neuron: Dynamics) -> Tensor:
    """Return all spikes of a layer, with the gradients of EventProp.

    Args:
        times: of the input spikes in ms, ``[B, N]`` or ``[K, B, N]``; infinite for none.
        weight: ``[M, N]``.
        neuron: of the layer.

    Returns:
        Times ``[K, B, M]``, where K is the largest number of spikes of a neuron, but at least 1; in
        order, then infinite.
    """
    spikes: Tensor = _EventProp.apply(times, weight, neuron)  # type: ignore[no-untyped-call]
    return spikes


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor, Tensor, Tensor, Tensor]
    needs_input_grad: tuple[bool, ...]
    neuron: Dynamics


class _EventProp(torch.autograd.Function):
    @staticmethod
    def forward(ctx: _Context, times: Tensor, weight: Tensor, neuron: Dynamics) -> Tensor:
        arrivals = arrive(times, weight)
        spikes, currents = Course(arrivals.charge[0], neuron).run(arrivals)
        ctx.save_for_backward(times, weight, spikes, currents)
        ctx.neuron = neuron
        return spikes

    @staticmethod
    def backward(ctx: _Context, grad: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        times, weight, spikes, currents = ctx.saved_tensors
        needs = ctx.needs_input_grad[:2]
        pairs = zip((times, weight), needs, strict=True)
        given = [tensor.detach().requires_grad_(need) for tensor, need in pairs]
        with torch.enable_grad():
            arrivals = arrive(*given)
        adjoint = _Adjoint(grad, spikes, currents, ctx.neuron)
        found = zip(arrivals, adjoint.run(arrivals), strict=True)
        outputs, grads = zip(*[pair for pair in found if pair[0].requires_grad], strict=True)
        wanted = [tensor for tensor in given if tensor.requires_grad]
        by = iter(torch.autograd.grad(outputs, wanted, grads))
        by_times, by_weight = (next(by) if need else None for need in needs)
        return by_times, by_weight, None


class _Adjoint:
    """The two adjoint variables of all neurons, ``[B, M]``, on their way back."""

    def __init__(self, grad: Tensor, spikes: Tensor, currents: Tensor, neuron: Dynamics):
        self.neuron = neuron
        self.grad = grad
        self.spikes = spikes
        self.currents = currents
        came = spikes < torch.inf
        self.left = came.sum(0)
        self.clock = torch.where(came, spikes, -torch.inf).amax(0)
        self.v = torch.zeros_like(self.clock)
        self.q = torch.zeros_like(self.clock)

    def run(self, arrivals: Arrivals) -> tuple[Tensor, Tensor]:
        """Return the gradients by the times and by the charges of arrivals, in their shapes."""
        by_time = torch.zeros_like(arrivals.time)
        by_charge = torch.zeros_like(arrivals.charge)
        for number in range(len(by_time) - 1, -1, -1):
            now = arrivals.time[number]
            self._back_through_spikes(now)
            self._back_to(torch.minimum(now, self.clock))
            by_charge[number] = self.q
            moved = arrivals.charge[number] * (self.q - self.v) / self.neuron.tau_syn
            by_time[number] = moved.sum_to_size(by_time[number].shape)
        return by_time, by_charge

    def _back_through_spikes(self, now: Tensor) -> None:
        """Go back through all own spikes from `now` on, the latest first."""
        while True:
            number = (self.left - 1).clamp(min=0).unsqueeze(0)
            spike = self.spikes.gather(0, number)[0]
            due = (self.left > 0) & (spike >= now)
            if not due.any():
                break
            self._back_to(torch.where(due, spike, self.clock))
            current = self.currents.gather(0, number)[0]
            grad = self.grad.gather(0, number)[0]
            slope = current - self.neuron.threshold / self.neuron.tau_mem
            jumped = (current * self.v - grad) / slope
            self.v = torch.where(due, jumped, self.v)
            self.left = self.left - due.long()

    def _back_to(self, time: Tensor) -> None:
        """Let the adjoint variables decay back to `time` ``[B, M]``, where the clock is not."""
        ago = torch.where(self.clock > time, self.clock - time, 0)
        faded = self.q * torch.exp(-ago / self.neuron.tau_syn)
        self.q = faded + self.v * self.neuron.potential(ago)
        self.v = self.v * torch.exp(-ago / self.neuron.tau_mem)
        self.clock = time
