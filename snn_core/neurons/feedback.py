"""What neurons hear of their own spikes, one step later."""

from torch import Tensor


def feedback(spikes: Tensor, weight: Tensor) -> Tensor:
    """Return what spikes of a state make neurons hear: weighted in the weight's dtype, then wide.

    Args:
        spikes: z[t-1], ``[B, N]``.
        weight: ``[N, N]`` from neuron (column) to neuron (row), or ``[N]`` from each to itself.

    Returns:
        The current ``[B, N]``, in the dtype of `spikes`.

    >>> import torch
    >>> feedback(torch.ones(1, 2), torch.tensor([0.5, -0.5]))
    tensor([[ 0.5000, -0.5000]])
    """
    z = spikes.to(weight.dtype)
    heard = z @ weight.T if weight.dim() == 2 else z * weight
    return heard.to(spikes)
