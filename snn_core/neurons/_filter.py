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
    """Return a constant in the dtype of the `state`: one number as it is, else for every entry."""
    constant = constant.to(state)
    return constant.expand_as(state).contiguous() if constant.dim() else constant


def from_the_end(sequence: Tensor, beta: Tensor) -> Tensor:
    """Return ``y[t] = x[t] + beta y[t+1]`` for x ``[T, B, …]`` and a `beta` as of `per_entry`.

    A new tensor; where the gradient of a gradient is asked for, one that can be differentiated.
    """
    after = torch.zeros_like(sequence[0])
    if torch.is_grad_enabled():
        return leaky_sequence(sequence.flip(0), after, beta).flip(0)
    filtered = dense_copy(sequence)
    _filter_(filtered.unbind()[::-1], after, beta)
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
        g_beta = g_gain = None
        if filtered is not None:
            by_step = (grad[1:] * filtered[:-1]).sum(0) + grad[0] * state
            g_beta = by_step.sum_to_size(beta.shape)
        if current is not None and gain is not None:
            g_gain = (grad * current).sum_to_size(gain.shape)
        if gain is not None:
            grad = grad * gain if torch.is_grad_enabled() else grad.mul_(gain)
        return grad, g_state, g_beta, g_gain
