"""Count what a network does for some images, layer by layer, in whole numbers."""

import copy
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module
from torch.utils.flop_counter import FlopCounterMode

from .. import _checks
from ..layers.over_time import OF_TIME, Repeat
from ..neurons.feedback import Recurrent
from .layers import FREE, MEASURES, WEIGHTED, Measure, Operations, spikes_of


@dataclass(frozen=True)
class Counts:
    """What a network did for a batch.

    Attributes:
        images: how many there were.
        layers: the counts of all layers that do something, by name, for all images together.
    """

    images: int
    layers: dict[str, Operations]

    @property
    def total(self) -> Operations:
        """All layers together."""
        return sum(self.layers.values(), start=Operations())

    @property
    def per_image(self) -> dict[str, float]:
        """The mean of each count over the images, of all layers; what is kept, as it is."""
        total = self.total
        kept = {"parameters": float(total.parameters), "states": float(total.states)}
        return {name: count / self.images for name, count in asdict(total).items()} | kept


def count_operations(network: nn.Module, inputs: Tensor) -> Counts:
    """Run a copy of a network in evaluation mode, and count exactly what each layer does.

    A layer is driven by spikes if all values that it gets are 0 or 1. Each 1 then costs an addition
    for every synapse that leads on from it. Other values, such as pixels under the direct code,
    graded events, or spikes after average pooling, cost a multiply-accumulate for every synapse
    unless they are 0. At the border of an image a convolution has fewer synapses: padding has none.
    A weight of 0 is a synapse like any other. Not counted are comparisons (with a threshold or with
    0), random numbers, and whatever functions outside of modules do except for products.

    Args:
        network: of `nn.Linear`, convolutions, 2d pooling, batch norm (which adds a product and a
            sum per value; fold it to save them), ReLU, dropout, and the neurons and layers of the
            core, in any arrangement.
        inputs: ``[T, B, …]`` for a network over time, ``[B, …]`` for one that repeats its input
            (`Repeat`) or that has no time.

    Returns:
        The `Counts` of all B images.

    Raises:
        ValueError: for inputs with NaN or without a time axis that the network needs, or a network
            with a module that is not known (it is named), or with products outside of modules.

    Reference: Merolla et al. 2014 (synaptic operations); Yik et al. 2025, NeuroBench, whose dense
    and effective operations are `dense`, `macs` and `additions`.

    >>> from snn_core import LIF
    >>> counts = count_operations(nn.Sequential(nn.Linear(4, 3), LIF()), torch.ones(5, 2, 4))
    >>> counts.total.additions, counts.total.updates  # 5 steps, 2 images
    (120, 30)
    """
    _checks.module("network", network)
    _checks.floats("inputs", inputs, min_rank=2)
    network = copy.deepcopy(network).eval()
    meter = _Meter(network)
    handle = module.register_module_forward_hook(meter.note, with_kwargs=True)
    try:
        with torch.no_grad(), meter.flops:
            output = network(inputs)
    finally:
        handle.remove()  # PyTorch 2.13 leaves the second entry, of which `torch.compile` warns
        getattr(module, "_global_forward_hooks_with_kwargs", {}).pop(handle.id, None)
    if isinstance(output, Tensor):
        _checks.no_nan("network", output)
    if meter.flops.get_total_flops() > meter.known:
        _checks.fail("network", "products outside of its layers", "all weights in modules")
    return Counts(meter.images_of(inputs), meter.layers)


class _Meter:
    """What is known of a run while it goes on."""

    def __init__(self, network: nn.Module):
        self.names = {part: name or type(part).__name__ for name, part in network.named_modules()}
        self.layers: dict[str, Operations] = {}
        self.flops = FlopCounterMode(display=False)  # sees products outside of modules as well
        self.known = 0  # of them, those that stand for what is counted, or serve to count it
        self.axis = 1  # of the images in the inputs of a network over time
        self.batches: set[int] = set()  # what layers over time take for the number of images

    def note(
        self, part: nn.Module, given: tuple[Any, ...], options: dict[str, Any], output: Any
    ) -> None:
        """Add what one run of a part of the network does."""
        measure = _measure_of(part)
        if measure is None and not isinstance(part, OF_TIME):
            return
        _checks.require(options.get("lengths") is None, "network", "lengths", "whole sequences")
        values, *others = [*given, *options.values()]
        if isinstance(part, Repeat):
            self.axis = 0
        elif isinstance(part, OF_TIME):
            self.batches.add(values.shape[1])
        if measure is not None:
            before = self.flops.get_total_flops()
            states = [one for one in others if isinstance(one, (Tensor, tuple))]
            self._add(part, measure(part, values, states[0] if states else None, output))
            self.known += self.flops.get_total_flops() - before + 2 * _products_of(part, output)

    def _add(self, part: nn.Module, done: Operations) -> None:
        """Add to the counts of a layer, which keeps no more when it runs again."""
        name = self.names.setdefault(part, f"{type(part).__name__}, hidden {len(self.names)}")
        if name in self.layers:
            done = self.layers[name] + replace(done, parameters=0, states=0)
        self.layers[name] = done

    def images_of(self, inputs: Tensor) -> int:
        """Return how many images there were; require that the network saw them as such."""
        if not self.batches:
            return len(inputs)
        fits = inputs.dim() > self.axis + 1 and self.batches == {inputs.shape[self.axis]}
        expected = "[T, B, …]: this network needs a time axis" if self.axis else "[B, …]"
        _checks.require(fits, "inputs", f"shape {list(inputs.shape)}", expected)
        return inputs.shape[self.axis]


def _products_of(layer: nn.Module, output: Any) -> int:
    """Return how many products PyTorch computes for a run of a layer, with those of padding."""
    if isinstance(layer, WEIGHTED):
        return int(output.numel() * layer.weight[0].numel())
    if isinstance(layer, Recurrent) and layer.all_to_all:
        return spikes_of(output).numel() * len(layer.weight)
    return 0


def _measure_of(part: nn.Module) -> Measure | None:
    """Return what counts a part; None for one that costs nothing or whose own parts are counted."""
    for kinds, measure in MEASURES:
        if isinstance(part, kinds):
            return measure
    foreign = any(True for _ in part.parameters(recurse=False))
    simple = next(part.children(), None) is None
    unknown = simple and type(part).__module__.startswith("torch.nn")
    if not isinstance(part, FREE) and (foreign or unknown):
        _checks.fail("network", type(part).__name__, "layers whose operations are known")
    return None
