"""The same neurons with backpropagation through time and a surrogate of the spike, by hand.

With ``y[t] = V[t] / V_th - 1`` before a spike is compared, the surrogate derivative s(y), and g_x
the gradient of the loss by x,

    ``g_V[t] = g_z[t] s(y[t]) / V_th + decay c[t] g_V[t + 1]``

where c is 0 where V was clipped after step t, else 1. What spikes do to the membranes of their own
layer, the reset and the inhibition, is detached from the gradient.
"""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ..surrogate import Surrogate
from .dynamics import run_steps


def surrogate_steps(
    drive: Tensor,
    threshold: Tensor,
    decay: float,
    inhibition: float,
    clip: bool,
    surrogate: Surrogate,
) -> tuple[Tensor, Tensor]:
    """Run neurons that are not refractory as `run_steps` does, with gradients of the spikes."""
    given = (drive, threshold, decay, inhibition, clip, surrogate)
    outputs: tuple[Tensor, Tensor] = _Steps.apply(*given)  # type: ignore[no-untyped-call]
    return outputs


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor, Tensor, Tensor]
    decay: float
    inhibition: float
    clip: bool
    surrogate: Surrogate


class _Steps(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: _Context,
        drive: Tensor,
        threshold: Tensor,
        decay: float,
        inhibition: float,
        clip: bool,
        surrogate: Surrogate,
    ) -> tuple[Tensor, Tensor]:
        before = torch.empty_like(drive)
        spikes, membrane = run_steps(drive, threshold, decay, inhibition, clip=clip, before=before)
        ctx.save_for_backward(before, spikes, threshold)
        ctx.decay = decay
        ctx.inhibition = inhibition
        ctx.clip = clip
        ctx.surrogate = surrogate
        ctx.mark_non_differentiable(membrane)
        return spikes, membrane

    @staticmethod
    def backward(
        ctx: _Context, g_spikes: Tensor, _: Tensor
    ) -> tuple[Tensor, Tensor, None, None, None, None]:
        before, spikes, threshold = ctx.saved_tensors
        relative = before / threshold
        g_relative = ctx.surrogate.derivative(relative - 1).mul_(g_spikes)
        g_threshold = -(g_relative * relative).sum((0, 1)) / threshold
        grad = g_relative.div_(threshold)
        if ctx.clip:
            kept = _kept(before, spikes, threshold, ctx.inhibition)
        else:
            kept = torch.ones_like(before)
        steps = grad.unbind()
        for t in range(len(steps) - 2, -1, -1):
            steps[t].addcmul_(steps[t + 1], kept[t], value=ctx.decay)
        return grad, g_threshold, None, None, None, None


def _kept(before: Tensor, spikes: Tensor, threshold: Tensor, inhibition: float) -> Tensor:
    """Return 1 where V was not clipped after a step, else 0."""
    together = spikes.sum(-1, keepdim=True)
    lost = (1 + inhibition) * spikes - inhibition * together - 1
    return (before > lost * threshold).to(before)
