"""The LIF layer over a whole sequence: the equation of `lif_step`, with BPTT written by hand.

Forward, with the drop ``r = threshold`` (soft reset) or ``r = u`` (hard reset):

    u[t] = beta v[t-1] + I[t],    z[t] = H(u[t] - threshold),    v[t] = u[t] - r[t] z[t]

Backward, with the surrogate derivative s[t] at ``u[t] - threshold`` and g_x the gradient of the
loss by x:

    g_u[t] = g_z[t] s[t] + g_membrane[t] + c[t] g_v[t],    g_v[t] = beta g_u[t+1]

where ``c = dv/du`` is 1 (soft) or 1 - z (hard), less ``r s`` if the reset is attached. Everything
but the last product is computed for all steps at once, so the loop backwards is one fused
multiply-add per step. Only the membrane is kept: it says where there were spikes.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ..surrogate import Surrogate
from ._filter import dense_copy, per_entry

Gradients = tuple[Tensor, Tensor, Tensor | None, Tensor | None, None]


class Rules(NamedTuple):
    """How neurons are reset, and the derivative that stands in for that of their spikes."""

    soft: bool
    detach: bool
    surrogate: Surrogate


def lif_sequence(
    current: Tensor, state: Tensor, beta: Tensor, threshold: Tensor, rules: Rules
) -> tuple[Tensor, Tensor]:
    """Run LIF neurons over ``[T, B, …]`` from `state`; return spikes and membrane, both wide."""
    given = (current.to(state), state, per_entry(beta, state), per_entry(threshold, state), rules)
    outputs: tuple[Tensor, Tensor] = _LIFSequence.apply(*given)  # type: ignore[no-untyped-call]
    return outputs


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor, Tensor, Tensor, Tensor]
    needs_input_grad: tuple[bool, ...]
    rules: Rules


class _LIFSequence(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: _Context,
        current: Tensor,
        state: Tensor,
        beta: Tensor,
        threshold: Tensor,
        rules: Rules,
    ) -> tuple[Tensor, Tensor]:
        membrane = dense_copy(current)
        spikes = torch.empty_like(membrane)
        v = state.clone()
        for u, z in zip(membrane.unbind(), spikes.unbind(), strict=True):
            u.addcmul_(v, beta)  # each step of the membrane still holds its input
            torch.gt(u, threshold, out=z)
            torch.addcmul(u, z, threshold if rules.soft else u, value=-1, out=v)
        ctx.save_for_backward(membrane, state, beta, threshold)
        ctx.rules = rules
        ctx.set_materialize_grads(False)
        return spikes, membrane

    @staticmethod
    def backward(ctx: _Context, g_spikes: Tensor | None, g_membrane: Tensor | None) -> Gradients:
        refuse_second_derivative()
        membrane, state, beta, threshold = ctx.saved_tensors
        slope = ctx.rules.surrogate._derivative_at(membrane, threshold)
        decay = _decay(membrane, slope, beta, threshold, ctx.rules)
        grad = _direct(slope, g_spikes, g_membrane)
        _accumulate(grad, decay)
        g_beta = None
        if ctx.needs_input_grad[2]:
            by_step = _beta_gradient(grad, membrane, state, threshold, ctx.rules.soft)
            g_beta = by_step.sum_to_size(beta.shape)
        g_threshold = None
        if ctx.needs_input_grad[3]:
            g_v = torch.cat([grad[1:] * beta, torch.zeros_like(grad[:1])])
            by_step = _threshold_gradient(membrane, threshold, g_spikes, g_v, ctx.rules)
            g_threshold = by_step.sum_to_size(threshold.shape)
        return grad, beta * grad[0], g_beta, g_threshold, None


def refuse_second_derivative() -> None:
    """Raise where a backward pass is to be differentiated itself."""
    if torch.is_grad_enabled():
        raise RuntimeError(
            "this neuron has no second derivative: "
            "call `SpikingNeuron.forward(neuron, current)`, the step loop"
        )


def fired_above(membrane: Tensor, threshold: Tensor) -> Tensor:
    """Return 0/1 for membranes ``[T, B, …]``, which were compared in just the same way."""
    return torch.gt(membrane, threshold, out=torch.empty_like(membrane))


def _direct(slope: Tensor, g_spikes: Tensor | None, g_membrane: Tensor | None) -> Tensor:
    """Return the gradient that reaches u[t] from the outputs of step t, overwriting `slope`."""
    grad = slope.zero_() if g_spikes is None else slope.mul_(g_spikes)
    return grad if g_membrane is None else grad.add_(g_membrane)


def _decay(
    membrane: Tensor, slope: Tensor, beta: Tensor, threshold: Tensor, rules: Rules
) -> tuple[Tensor, ...]:
    """Return ``du[t+1]/du[t] = c[t] beta`` for all steps."""
    if rules.soft and rules.detach:
        return (beta,) * len(membrane)
    if rules.soft:
        return (beta - beta * threshold * slope).unbind()
    carry = 1 - fired_above(membrane, threshold)
    if not rules.detach:
        carry.addcmul_(membrane, slope, value=-1)
    return carry.mul_(beta).unbind()


def _accumulate(grad: Tensor, decay: tuple[Tensor, ...]) -> None:
    """Add to each g_u[t], in place and backwards, what comes through the state from later steps."""
    steps = grad.unbind()
    for t in range(len(steps) - 2, -1, -1):
        steps[t].addcmul_(steps[t + 1], decay[t])


def _beta_gradient(
    grad: Tensor, membrane: Tensor, state: Tensor, threshold: Tensor, soft: bool
) -> Tensor:
    """Return the gradient by the decay, which each state v[t] is multiplied with."""
    u = membrane[:-1]
    spikes = fired_above(u, threshold)
    v = torch.addcmul(u, spikes, threshold if soft else u, value=-1)
    return (grad[1:] * v).sum(0) + grad[0] * state


def _threshold_gradient(
    membrane: Tensor, threshold: Tensor, g_spikes: Tensor | None, g_v: Tensor, rules: Rules
) -> Tensor:
    """Return the gradient by the threshold, which moves the spikes and is what a soft one drops."""
    slope = rules.surrogate._derivative_at(membrane, threshold)
    g_z = torch.zeros_like(slope) if g_spikes is None else g_spikes
    if not rules.detach:
        g_z = g_z - (threshold if rules.soft else membrane) * g_v
    moved = -(slope * g_z).sum(0)
    return moved - (fired_above(membrane, threshold) * g_v).sum(0) if rules.soft else moved
