"""What parts the rates of a converted network from the activations of the ordinary one."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from .. import _checks
from ..precision import wide
from .spiking import IF
from .staircase import stairs


class ErrorParts(NamedTuple):
    """What parts the rate of neurons from the activation ``relu(I)``, I their mean current.

    The three add up to ``threshold * mean spikes - relu(I)``. Each has the shape ``[B, …]``.

    Attributes:
        clipping: ``min(relu(I), threshold) - relu(I)``, never above 0.
        quantisation: the `staircase` at I, less that minimum.
        arrival: what the spikes say, less the staircase: I came unevenly.
    """

    clipping: Tensor
    quantisation: Tensor
    arrival: Tensor


@torch.no_grad()
def error_parts(network: nn.Module, inputs: Tensor) -> list[ErrorParts]:
    """Run a converted network and part what each layer of neurons adds to the error.

    What a layer takes over from the one before it, by its mean current, is no error of its own.

    Args:
        network: with at least one layer of `IF` neurons.
        inputs: ``[B, …]``, as the network takes them.

    Returns:
        One `ErrorParts` for each layer of neurons, in the order in which they run.

    Raises:
        ValueError: for a network without such neurons.

    Reference: Bu et al. 2022, section 3.

    >>> from snn_core.conversion import convert
    >>> spiking = convert(nn.Sequential(nn.Linear(2, 3), nn.ReLU()), torch.rand(9, 2), steps=8)
    >>> error_parts(spiking, torch.rand(5, 2))[0].arrival.shape
    torch.Size([5, 3])
    """
    _checks.module("network", network)
    layers = [layer for layer in network.modules() if isinstance(layer, IF)]
    _checks.require(len(layers) > 0, "network", "no IF neurons", "one that `convert` returned")
    found: list[ErrorParts] = []

    def keep(neurons: IF, given: tuple[Tensor], spikes: Tensor) -> None:
        found.append(_parts(neurons, given[0], spikes))

    handles = [layer.register_forward_hook(keep) for layer in layers]
    try:
        network(inputs)
    finally:
        for handle in handles:
            handle.remove()
    return found


def _parts(neurons: IF, current: Tensor, spikes: Tensor) -> ErrorParts:
    """Return the parts of the error of one layer, of its current and spikes ``[T, B, …]``."""
    mean = current.mean(0, dtype=wide(current))
    threshold = neurons.constant("threshold", mean)
    activation = mean.relu()
    clipped = activation.clamp(max=neurons.threshold.item())
    even = stairs(mean, threshold, len(current), neurons.start)
    rate = threshold * spikes.mean(0, dtype=mean.dtype)
    return ErrorParts(clipped - activation, even - clipped, rate - even)
