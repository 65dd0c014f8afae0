"""How gradients add up without autograd: into ``.grad``, as ``backward()`` would."""

from itertools import pairwise

from torch import Tensor, nn

from .. import _checks
from ..neurons import IntegrateAndFire


def require_fixed(neuron: IntegrateAndFire) -> None:
    """Require that only weights learn: decays and thresholds have no rule forward in time."""
    learning = [name for name, value in neuron.named_parameters() if value.requires_grad]
    learnt = [name for name in learning if name != "weight"]
    expected = "fixed decays and thresholds"
    _checks.require(not learnt, "neuron", f"{', '.join(learnt)} to learn", expected)


def add_gradient(parameter: nn.Parameter, gradient: Tensor) -> None:
    """Add to ``parameter.grad``, as ``backward()`` would, unless it asks for no gradient."""
    if not parameter.requires_grad:
        return
    if parameter.grad is None:
        parameter.grad = gradient.clone()
    else:
        parameter.grad.add_(gradient)


def add_product(parameter: nn.Parameter, left: Tensor, right: Tensor) -> None:
    """Add ``left @ right`` to ``parameter.grad``, without a copy where there is a gradient."""
    if parameter.requires_grad and parameter.grad is not None:
        parameter.grad.addmm_(left, right)
    else:
        add_gradient(parameter, left @ right)


def leaky_sum(values: Tensor, beta: Tensor) -> Tensor:
    """Return the trace of `values` ``[T, …]`` after every step: their sum with the decay `beta`.

    >>> import torch
    >>> leaky_sum(torch.ones(3), torch.tensor(0.5))
    tensor([1.0000, 1.5000, 1.7500])
    """
    traces = values.clone()
    for before, now in pairwise(traces):
        now.addcmul_(before, beta)
    return traces
