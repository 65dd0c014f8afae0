"""See what neurons give out while a network that they are part of runs."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from torch import Tensor, nn

from .. import _checks
from .base import Neuron, Recording, SpikingNeuron
from .states import S


def given_out(neuron: Neuron[S], result: Tensor | Recording[S]) -> Tensor:
    """Return what a neuron hands on, recorded or not: the membrane if it never spikes."""
    if isinstance(result, Tensor):
        return result
    return result.spikes if isinstance(neuron, SpikingNeuron) else result.membrane


@contextmanager
def watch_outputs(neurons: Iterable[Neuron[S]]) -> Iterator[list[Tensor]]:
    """Collect what these neurons give out inside the block, in the order in which they run."""
    outputs: list[Tensor] = []

    def keep(neuron: Neuron[S], _: tuple[object, ...], output: Tensor | Recording[S]) -> None:
        outputs.append(given_out(neuron, output))

    handles = [neuron.register_forward_hook(keep) for neuron in neurons]
    try:
        yield outputs
    finally:
        for handle in handles:
            handle.remove()


def watch_spikes(network: nn.Module) -> AbstractContextManager[list[Tensor]]:
    """Collect the spikes of every spiking layer that runs inside the block, in that order.

    Raises:
        ValueError: for a network that is no module.

    >>> import torch
    >>> from snn_core import LIF
    >>> with watch_spikes(layer := LIF()) as spikes:
    ...     _ = layer(torch.ones(4, 2, 3))
    >>> [list(layer.shape) for layer in spikes]
    [[4, 2, 3]]
    """
    _checks.module("network", network)
    layers = [layer for layer in network.modules() if isinstance(layer, SpikingNeuron)]
    return watch_outputs(layers)
