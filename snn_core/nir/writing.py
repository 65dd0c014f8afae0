"""From a network to a graph."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, cast

import torch
from torch import Tensor, nn

from .. import _checks
from .._warn import warn
from ..layers import DropoutOverTime, OverTime, require_order
from ..neurons import LIF, CuBaLIF, IntegrateAndFire, LeakyIntegrator, RecurrentLIF
from ..precision import wide
from .constants import full, leak, leaky, synaptic, without_leak
from .convention import CONVOLUTION, READERS, Convention, chosen

POOLS = {(False, True, None): "AvgPool2d", (False, True, 1): "SumPool2d"}
KNOWN = "Linear, Conv2d, AvgPool2d, Flatten, LIF, CuBaLIF, LeakyIntegrator, RecurrentLIF"
LOOP = [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")]
Place = tuple[str, nn.Module, bool]  # of a layer: its name, itself, and whether in an `OverTime`


@torch.no_grad()
def to_nir(
    network: nn.Module,
    input_shape: Iterable[int] | None = None,
    *,
    reader: str | Convention = "snn_core",
) -> Any:
    """Return a network of layers in a row as a graph of NIR, for one who is to read it.

    Nodes keep in their metadata how they reset and their `dt` in ms; surrogates, and what is learnt
    of a neuron, are not kept. What a reader does not do to an input goes into the threshold.

    Args:
        network: an ``nn.Sequential`` of Linear, Conv2d, AvgPool2d, Flatten and dropout, alone or in
            `OverTime`, and of `LIF`, `CuBaLIF`, `LeakyIntegrator` and `RecurrentLIF`. Pools with
            ``divisor_override=1`` are SumPool2d nodes; neurons that do not leak are IF nodes.
        input_shape: of one sample at one step, such as ``[C, H, W]``; taken from the first layer
            where that is linear.
        reader: a name from `READERS`, or a `Convention`.

    Returns:
        An ``nir.NIRGraph``; ``nir.write(path, graph)`` writes it to a file.

    Raises:
        ValueError: for what a graph cannot hold or the reader leaves out, by layer.
        ModuleNotFoundError: without the package `nir`.

    Warns:
        UserWarning: for a reset that the reader takes for another.

    Reference: Pedersen et al. 2024.
    """
    rule = chosen("reader", reader, READERS)
    require_order(network)
    places = list(_places(network))
    _checks.require(len(places) > 0, "network", "no layer", "at least one")
    values = _sample(network, places[0][1], input_shape)
    nir: Any = import_module("nir")
    nodes = []
    for name, layer, inside in places:
        before = values.shape[1:]
        try:
            node = _node(nir, layer, rule, before, inside)
            values = layer(values) if inside else layer(values[None])[0]
        except (RuntimeError, ValueError) as problem:
            came = f"{type(layer).__name__} at layer {name}"
            _checks.fail("network", came, f"what a graph holds ({problem})")
        node.input_type = {"input": _size(before)}
        node.output_type = {"output": _size(values.shape[1:])}
        nodes.append(node)
    return nir.NIRGraph.from_list(nodes, type_check=False)


def _size(shape: torch.Size) -> Any:
    return torch.tensor(shape).numpy()


def _places(part: nn.Module, name: str = "", inside: bool = False) -> Iterator[Place]:
    """Yield the layers in a row, without those that do nothing when a network is in use."""
    if type(part).forward in (nn.Sequential.forward, OverTime.forward):
        inside = inside or isinstance(part, OverTime)
        for inner, layer in part._modules.items():  # one that stands twice is met twice
            place = f"{name}.{inner}".strip(".")
            yield from _places(cast(nn.Module, layer), place, inside)
    elif not isinstance(part, (nn.Dropout, nn.Dropout2d, DropoutOverTime)):
        yield name, part, inside


def _sample(network: nn.Module, first: nn.Module, input_shape: Iterable[int] | None) -> Tensor:
    """Return zeros for one step of one sample, ``[1, …]``."""
    if input_shape is None and isinstance(first, nn.Linear):
        input_shape = [first.in_features]
    if input_shape is None:
        _checks.fail("input_shape", f"None, before {type(first).__name__}", "that of a sample")
    shape = tuple(input_shape)
    for size in shape:
        _checks.whole("input_shape", size)
    like = next(network.parameters(), torch.zeros(()))
    return like.new_zeros(1, *shape)


def _node(nir: Any, layer: nn.Module, rule: Convention, shape: torch.Size, inside: bool) -> Any:
    """Return the node of a layer that takes samples of this `shape`."""
    if type(layer) is nn.Linear:
        node = _linear(nir, layer.weight, layer.bias, rule)
    elif type(layer) is nn.Conv2d:
        node = _convolution(nir, layer, shape)
    elif type(layer) is nn.AvgPool2d:
        node = _pooling(nir, layer)
    elif type(layer) is nn.Flatten:
        axes = (1 if inside else 2) - rule.batch  # in front of those that a node counts
        ends = (layer.start_dim, layer.end_dim)
        start, end = (axis - axes if axis >= 0 else axis for axis in ends)
        node = nir.Flatten(None, start, end)
    elif type(layer) is LeakyIntegrator:
        own, _ = leak(layer.beta, rule, rule.integrator)
        node = nir.LI(**full(own, shape), metadata={"dt": layer.dt})
    elif type(layer) in (LIF, CuBaLIF, RecurrentLIF):
        node = _spiking(nir, cast(IntegrateAndFire[Any], layer), rule, shape)
    else:
        _checks.fail("layer", type(layer).__name__, f"one of {KNOWN}")
    kind = type(node).__name__
    _checks.require(kind not in rule.left_out, "node", kind, "one that the reader does not ignore")
    _checks.require(kind not in rule.untried, "node", kind, "one compared with its reader")
    return node


def _linear(nir: Any, weight: Tensor, bias: Tensor | None, rule: Convention) -> Any:
    """Return an affine node, or a linear one where there is no bias and the reader knows it."""
    if bias is None and "Linear" not in rule.left_out:
        return nir.Linear(_array(weight))
    return nir.Affine(_array(weight), _array(_bias(weight, bias)))


def _bias(weight: Tensor, bias: Tensor | None) -> Tensor:
    return weight.new_zeros(len(weight)) if bias is None else bias


def _array(value: Tensor) -> Any:
    """Return weights in float32 or float64: NumPy has no bfloat16."""
    return value.detach().to("cpu", wide(value)).numpy()


def _convolution(nir: Any, layer: nn.Conv2d, shape: torch.Size) -> Any:
    _checks.choice("padding_mode", layer.padding_mode, ("zeros",))
    options = {name: getattr(layer, name) for name in CONVOLUTION}
    options["bias"] = _array(_bias(layer.weight, layer.bias))
    options["input_shape"] = tuple(shape[1:])
    return nir.Conv2d(weight=_array(layer.weight), **options)


def _pooling(nir: Any, layer: nn.AvgPool2d) -> Any:
    options = (layer.ceil_mode, layer.count_include_pad, layer.divisor_override)
    expected = "its options as they are by default, but maybe divisor_override=1"
    _checks.require(options in POOLS, "AvgPool2d", layer, expected)
    sizes = (layer.kernel_size, layer.stride, layer.padding)
    pairs = [torch.tensor(size).expand(2).numpy() for size in sizes]
    return getattr(nir, POOLS[options])(*pairs)


def _spiking(nir: Any, layer: IntegrateAndFire[Any], rule: Convention, shape: torch.Size) -> Any:
    """Return the node of spiking neurons, a graph of its own where they hear each other."""
    if rule.reset not in (None, layer.reset):
        warn(f"reset: got {layer.reset!r}, expected {rule.reset!r}, as the reader takes it")
    metadata = {"reset": layer.reset, "dt": layer.dt}
    if isinstance(layer, CuBaLIF):
        own = synaptic(layer, rule)
        return nir.CubaLIF(**full(own, shape), metadata=metadata)
    tight = (layer.beta == 1).all()
    if bool(tight):
        own = without_leak(layer, rule)
        node = nir.IF(**full(own, shape), metadata=metadata)
    else:
        own = leaky(layer, rule)
        node = nir.LIF(**full(own, shape), metadata=metadata)
    if not isinstance(layer, RecurrentLIF):
        return node
    way = type(layer.recurrence).__name__
    _checks.require(layer.recurrence is None, "recurrence", way, "weights")
    among = layer.weight if layer.all_to_all else torch.diag(layer.weight)
    back = _linear(nir, among, None, rule)
    ends = {"input": nir.Input(_size(shape)), "output": nir.Output(_size(shape))}
    return nir.NIRGraph({**ends, "lif": node, "w_rec": back}, LOOP, type_check=False)
