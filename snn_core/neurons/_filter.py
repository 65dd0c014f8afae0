"""The leaky filter over a whole sequence, with its backward written by hand.

Forward ``u[t] = beta u[t-1] + gain I[t]``. Backward the gradient is filtered the same way from the
end, ``g[t] = g_u[t] + beta g[t+1]``, and then ``g_I = gain g``, ``g_beta = Σ g[t] u[t-1]``,
``g_gain = Σ g[t] I[t]``. Both passes are one fused multiply-add per step.
"""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from .. import _modes


def leaky_sequence(
    current: Tensor, state: Tensor, beta: Tensor, gain: Tensor | None = None
) -> Tensor:
    """Run ``u[t] = beta * u[t-1] + gain * I[t]`` over all steps.

    Args:
        current: input I ``[T, B, …]``.
        state: u[-1], ``[B, …]``, wide.
        beta, gain: one number each, or what broadcasts with the state; without a gain it is 1.

    Returns:
        All u[t], ``[T, B, …]``, in the dtype of the state.

    >>> leaky_sequence(torch.ones(3, 1), torch.zeros(1), torch.tensor(0.5)).flatten()
    tensor([1.0000, 1.5000, 1.7500])
    """
    current = current.to(state)
    if _modes.plain_only():
        return _plain(current if gain is None else gain * current, state, beta)
    gain = None if gain is None else per_entry(gain, state)
    given = (current, state, per_entry(beta, state), gain)
    filtered: Tensor = _LeakySequence.apply(*given)  # type: ignore[no-untyped-call]
    return filtered


def per_entry(constant: Tensor, state: Tensor) -> Tensor:
    """Return a constant for every entry of the `state`, in its dtype."""
    return constant.to(state).expand_as(state).contiguous()


def from_the_end(sequence: Tensor, beta: Tensor) -> Tensor:
    """Return ``y[t] = x[t] + beta y[t+1]`` for a sequence x ``[T, B, …]`` and a `beta` ``[B, …]``.

    A new tensor; where the gradient of a gradient is asked for, one that can be differentiated.
    """
    if torch.is_grad_enabled():
        return leaky_sequence(sequence.flip(0), torch.zeros_like(beta), beta).flip(0)
    filtered = dense_copy(sequence)
    _filter_(filtered.unbind()[::-1], torch.zeros_like(beta), beta)
    return filtered


def dense_copy(sequence: Tensor) -> Tensor:
    """Return a contiguous copy, which may be overwritten."""
    return torch.empty_like(sequence, memory_format=torch.contiguous_format).copy_(sequence)


def _plain(current: Tensor, state: Tensor, beta: Tensor) -> Tensor:
    filtered = []
    for now in current.unbind():
        state = beta * state + now
        filtered.append(state)
    return torch.stack(filtered)


def _filter_(steps: tuple[Tensor, ...], state: Tensor, beta: Tensor) -> None:
    """Add to each step, in place, the decayed one before."""
    for step in steps:
        state = step.addcmul_(state, beta)


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor | None, Tensor, Tensor, Tensor | None, Tensor | None]
    needs_input_grad: tuple[bool, ...]


class _LeakySequence(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: _Context, current: Tensor, state: Tensor, beta: Tensor, gain: Tensor | None
    ) -> Tensor:
        filtered = dense_copy(current) if gain is None else (current * gain).contiguous()
        _filter_(filtered.unbind(), state, beta)
        _, _, learns_beta, learns_gain = ctx.needs_input_grad
        kept = (current if learns_gain else None, state, beta, gain)
        ctx.save_for_backward(*kept, filtered if learns_beta else None)  # type: ignore[arg-type]
        return filtered

    @staticmethod
    def backward(
        ctx: _Context, g_filtered: Tensor
    ) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
        current, state, beta, gain, filtered = ctx.saved_tensors
        grad = from_the_end(g_filtered, beta)
        g_state = beta * grad[0]
        g_beta = None
        if filtered is not None:
            g_beta = (grad[1:] * filtered[:-1]).sum(0) + grad[0] * state
        g_gain = None if current is None else (grad * current).sum(0)
        if gain is not None:
            grad = grad * gain if torch.is_grad_enabled() else grad.mul_(gain)
        return grad, g_state, g_beta, g_gain
