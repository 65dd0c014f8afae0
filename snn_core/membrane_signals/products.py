"""Products of spikes with weights that cost as much as there are spikes."""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx
from torch.nn.functional import embedding_bag

# Below this many columns of the weights, a dense product is sooner done than spikes are found.
FEW = 32


def event_product(spikes: Tensor, weight: Tensor) -> Tensor:
    """Return ``spikes @ weight.T``: for each spike, one column of the weights is added.

    Args:
        spikes: ``[..., M]``, mostly 0; other numbers than 1 count in proportion.
        weight: ``[N, M]``.

    Returns:
        ``[..., N]``, with gradients by both.

    >>> event_product(torch.tensor([[0.0, 1.0]]), torch.tensor([[2.0, 3.0], [4.0, 5.0]]))
    tensor([[3., 5.]])
    """
    if len(weight) < FEW:
        return torch.nn.functional.linear(spikes, weight)
    product: Tensor = _EventProduct.apply(spikes, weight)  # type: ignore[no-untyped-call]
    return product


def _gather(spikes: Tensor, table: Tensor) -> Tensor:
    """Return ``spikes @ table`` for `spikes` ``[R, M]`` and `table` ``[M, N]``."""
    rows, columns = spikes.nonzero(as_tuple=True)
    if len(rows) == 0:
        return spikes.new_zeros(len(spikes), table.shape[1])
    ends = torch.bincount(rows, minlength=len(spikes)).cumsum(0)
    starts = torch.cat([ends.new_zeros(1), ends])
    values = spikes[rows, columns]
    return embedding_bag(
        columns, table, starts, mode="sum", per_sample_weights=values, include_last_offset=True
    )


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor, Tensor]
    needs_input_grad: tuple[bool, bool]


class _EventProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: _Context, spikes: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(spikes, weight)
        flat = spikes.reshape(-1, spikes.shape[-1])
        product = _gather(flat, weight.t().contiguous())
        return product.reshape(*spikes.shape[:-1], len(weight))

    @staticmethod
    def backward(ctx: _Context, grad: Tensor) -> tuple[Tensor | None, Tensor | None]:
        spikes, weight = ctx.saved_tensors
        g_spikes = grad @ weight if ctx.needs_input_grad[0] else None
        if not ctx.needs_input_grad[1]:
            return g_spikes, None
        flat = spikes.reshape(-1, spikes.shape[-1])
        g_weight = _gather(flat.t().contiguous(), grad.reshape(len(flat), -1))
        return g_spikes, g_weight.t()
