"""The LIF layer over a whole sequence: the equation of `lif_step`, with BPTT written by hand.

Forward, with the drop ``r = threshold`` (soft reset) or ``r = u`` (hard reset):

    u[t] = beta v[t-1] + I[t],    z[t] = H(u[t] - threshold),    v[t] = u[t] - r[t] z[t]

Backward, with the surrogate derivative s[t] at ``u[t] - threshold`` and g_x the gradient of the
loss by x:

    g_u[t] = g_z[t] s[t] + g_membrane[t] + c[t] g_v[t],    g_v[t] = beta g_u[t+1]

where ``c = dv/du`` is 1 (soft) or 1 - z (hard), less ``r s`` if the reset is attached. Everything
but the last product is computed for all steps at once, so the loop backwards is one fused
multiply-add per step.
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ..surrogate import Surrogate

if TYPE_CHECKING:
    from .lif import LIF

Gradients = tuple[Tensor, Tensor, Tensor | None, Tensor | None, None, None, None]


def lif_sequence(current: Tensor, state: Tensor, lif: "LIF") -> tuple[Tensor, Tensor, Tensor]:
    """Run the neuron `lif` over ``[T, B, …]`` from `state`; return spikes, membrane, state."""
    beta = lif.constant("beta", state).to(state).expand_as(state).contiguous()
    threshold = lif.constant("threshold", state).to(state).expand_as(state).contiguous()
    given = (current, state, beta, threshold, lif.reset == "soft", lif.detach_reset, lif.surrogate)
    outputs: tuple[Tensor, Tensor, Tensor]
    outputs = _LIFSequence.apply(*given)  # type: ignore[no-untyped-call]
    return outputs


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
    needs_input_grad: tuple[bool, ...]
    soft: bool
    detach: bool
    surrogate: Surrogate


class _LIFSequence(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: _Context,
        current: Tensor,
        state: Tensor,
        beta: Tensor,
        threshold: Tensor,
        soft: bool,
        detach: bool,
        surrogate: Surrogate,
    ) -> tuple[Tensor, Tensor, Tensor]:
        membrane = torch.empty_like(
            current, dtype=state.dtype, memory_format=torch.contiguous_format
        ).copy_(current)
        v = state.clone()
        z = torch.empty_like(state)
        for u in membrane.unbind():  # each step of the membrane still holds its input
            u.addcmul_(v, beta)
            torch.gt(u, threshold, out=z)
            drop = threshold if soft else u
            torch.addcmul(u, z, drop, value=-1, out=v)
        spikes = torch.gt(membrane, threshold, out=torch.empty_like(membrane, dtype=current.dtype))
        ctx.save_for_backward(membrane, spikes, state, beta, threshold)
        ctx.soft = soft
        ctx.detach = detach
        ctx.surrogate = surrogate
        ctx.set_materialize_grads(False)
        return spikes, membrane, v

    @staticmethod
    def backward(
        ctx: _Context,
        g_spikes: Tensor | None,
        g_membrane: Tensor | None,
        g_state: Tensor | None,
    ) -> Gradients:
        if torch.is_grad_enabled():  # only a second derivative asks for that
            raise RuntimeError(
                "LIF has no second derivative: "
                "call `SpikingNeuron.forward(lif, current)`, the step loop"
            )
        membrane, spikes, state, beta, threshold = ctx.saved_tensors
        slope = ctx.surrogate._derivative_at(membrane, threshold)
        carry = _carry(membrane, spikes, threshold, slope, ctx.soft, ctx.detach)
        learns = ctx.needs_input_grad[2] or ctx.needs_input_grad[3]
        grad = _direct(slope.clone() if learns else slope, g_spikes, g_membrane)
        _accumulate(grad, beta, carry, g_state)
        g_beta = None
        g_threshold = None
        if learns:
            drop = threshold if ctx.soft else membrane
            g_beta = _beta_gradient(grad, membrane - drop * spikes, state)
            g_v = _state_gradient(grad, beta, g_state)
            resets = None if ctx.detach else drop
            moved = _threshold_gradient(slope, g_spikes, g_v, resets)
            g_threshold = moved - (spikes * g_v).sum(0) if ctx.soft else moved
        return grad, beta * grad[0], g_beta, g_threshold, None, None, None


def _direct(slope: Tensor, g_spikes: Tensor | None, g_membrane: Tensor | None) -> Tensor:
    """Return the gradient that reaches u[t] from the outputs of step t, overwriting `slope`."""
    grad = slope.zero_() if g_spikes is None else slope.mul_(g_spikes)
    if g_membrane is not None:
        grad.add_(g_membrane)
    return grad


def _carry(
    membrane: Tensor, spikes: Tensor, threshold: Tensor, slope: Tensor, soft: bool, detach: bool
) -> Tensor | None:
    """Return c = dv/du for all steps, or None where it is 1."""
    if soft and detach:
        return None
    if soft:
        return 1 - threshold * slope
    if detach:
        return 1 - spikes
    return 1 - spikes - membrane * slope


def _accumulate(grad: Tensor, beta: Tensor, carry: Tensor | None, g_state: Tensor | None) -> None:
    """Add to each g_u[t], in place and backwards, what comes through the state from later steps."""
    if g_state is not None:
        grad[-1] += g_state if carry is None else carry[-1] * g_state
    factor = [beta] * len(grad) if carry is None else (carry * beta).unbind()
    steps = grad.unbind()
    for t in range(len(steps) - 2, -1, -1):
        steps[t].addcmul_(steps[t + 1], factor[t])


def _beta_gradient(grad: Tensor, v: Tensor, state: Tensor) -> Tensor:
    """Return the gradient by the decay, which each state v[t] is multiplied with."""
    return (grad[1:] * v[:-1]).sum(0) + grad[0] * state


def _state_gradient(grad: Tensor, beta: Tensor, g_state: Tensor | None) -> Tensor:
    """Return the gradient by the states v[t] of all steps, the last one included."""
    last = torch.zeros_like(grad[:1]) if g_state is None else g_state[None]
    return torch.cat([grad[1:] * beta, last])


def _threshold_gradient(
    slope: Tensor, g_spikes: Tensor | None, g_v: Tensor, drop: Tensor | None
) -> Tensor:
    """Return the gradient by the threshold as far as it moves spikes, which may reset by `drop`."""
    g_z = torch.zeros_like(slope) if g_spikes is None else g_spikes
    if drop is not None:
        g_z = g_z - drop * g_v
    return -(slope * g_z).sum(0)
