"""How gradients add up without autograd: into ``.grad``, as ``backward()`` would."""

from itertools import pairwise

from torch import Tensor


def add_gradient(parameter: Tensor, gradient: Tensor, rests: dict[Tensor, Tensor]) -> None:
    """Add to ``parameter.grad``, as ``backward()`` would, unless it asks for no gradient.

    Args:
        parameter: its ``.grad`` has its dtype.
        gradient: in that dtype, or in a higher precision.
        rests: what was lost in rounding to a lower precision, for each parameter. It is added the
            next time, so that many small gradients do not vanish beside their sum.
    """
    if not parameter.requires_grad:
        return
    before = parameter.grad
    if gradient.dtype != parameter.dtype:
        if before is not None:
            gradient = gradient + before + rests.get(parameter, 0)
        parameter.grad = gradient.to(parameter.dtype)
        rests[parameter] = gradient - parameter.grad
    elif before is None:
        parameter.grad = gradient.clone()
    else:
        before.add_(gradient)


def add_product(
    parameter: Tensor, left: Tensor, right: Tensor, rests: dict[Tensor, Tensor]
) -> None:
    """Add ``left @ right`` to ``parameter.grad``, without a copy where there is a gradient."""
    before = parameter.grad
    if parameter.requires_grad and before is not None and before.dtype == left.dtype:
        before.addmm_(left, right)
    else:
        add_gradient(parameter, left @ right, rests)


def leaky_sum(values: Tensor, beta: Tensor) -> Tensor:
    """Return the trace of `values` ``[T, …]`` after every step: their sum with the decay `beta`.

    >>> import torch
    >>> leaky_sum(torch.ones(3), torch.tensor(0.5))
    tensor([1.0000, 1.5000, 1.7500])
    """
    beta = beta.to(values)
    traces = values.clone()
    for before, now in pairwise(traces):
        now.addcmul_(before, beta)
    return traces
