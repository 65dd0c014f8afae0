"""What every online learner asks of its inputs, signals and layers, once, before it uses them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from .. import _checks
from ..layers import OverTime
from ..neurons import LIF, IntegrateAndFire
from ..neurons.states import S
from .synapses import EXPECTED, Synapses, is_plain

LEADING = {1: "B", 2: "T, B"}


def inputs_fit(inputs: Tensor, weight: Tensor, sample: Sequence[int | str], leading: int) -> None:
    """Require finite inputs, ``[B, …]`` or ``[T, B, …]``, with the axes of a sample.

    Their precision is at most that of the weights, so that nothing of them is rounded away.

    Args:
        inputs: what is checked.
        weight: of the layer that takes them.
        sample: the axes of a sample, a letter for one of any size, "…" for one or more.
        leading: how many axes are in front of these, 1 or 2.
    """
    _checks.floats("inputs", inputs, not_nan=False)
    expected = f"shape [{', '.join([LEADING[leading], *map(str, sample)])}]"
    fits = _has_axes(list(inputs.shape[leading:]), list(sample))
    _checks.require(fits, "inputs", f"shape {list(inputs.shape)}", expected)
    if leading == 2:
        _checks.require(len(inputs) > 0, "inputs", "no step", "at least one time step")
    exact = torch.promote_types(inputs.dtype, weight.dtype) == weight.dtype
    _checks.require(exact, "inputs", inputs.dtype, f"{weight.dtype}, as the weights")
    _same_device("inputs", inputs, weight.device)
    _checks.finite("inputs", inputs)


def _has_axes(came: list[int], sample: list[int | str]) -> bool:
    """Say whether the axes of a sample are those expected."""
    if sample == ["…"]:
        return len(came) > 0
    if len(came) != len(sample):
        return False
    return all(isinstance(due, str) or due == size for due, size in zip(sample, came, strict=True))


def signal_fits(argument: str, signal: Tensor, device: torch.device, *shape: int) -> None:
    """Require a finite signal of one shape, on a device."""
    _checks.floats(argument, signal, not_nan=False)
    _checks.shape(argument, signal, shape)
    _same_device(argument, signal, device)
    _checks.finite(argument, signal)


def _same_device(argument: str, got: Tensor, device: torch.device) -> None:
    """Require a tensor where the weights are."""
    same = got.device == device
    _checks.require(same, argument, f"a tensor on {got.device}", f"one on {device}, as the weights")


def layer_fits(linear: nn.Linear, neuron: IntegrateAndFire[S]) -> None:
    """Require a plain linear layer, and neurons that fit it in number.

    Raises:
        ValueError: for another layer, a constant of the neurons that has another number of entries
            than the layer has outputs, or a decay or threshold to learn.
    """
    plain = type(linear) is nn.Linear and isinstance(linear.weight, nn.Parameter)
    _checks.require(plain, "linear", type(linear).__name__, "a plain nn.Linear")
    require_fixed(neuron)
    with torch.no_grad():
        neuron(linear.weight.new_zeros(1, 1, linear.out_features))


def require_fixed(neuron: nn.Module, argument: str = "neuron") -> None:
    """Require that only weights learn: decays and thresholds have no rule forward in time."""
    learning = [name for name, value in neuron.named_parameters() if value.requires_grad]
    learnt = [name for name in learning if name != "weight"]
    expected = "fixed decays and thresholds"
    _checks.require(not learnt, argument, f"{', '.join(learnt)} to learn", expected)


def require_layers(network: nn.Module, kinds: Sequence[type[nn.Module]], expected: str) -> None:
    """Require an ``nn.Sequential`` of exactly these kinds of layers, not of subclasses of them."""
    if not isinstance(network, nn.Sequential):
        _checks.fail("network", type(network).__name__, f"nn.Sequential: {expected}")
    came = [type(layer) for layer in network]
    if came != list(kinds):
        names = ", ".join(kind.__name__ for kind in came) or "no layers"
        _checks.fail("network", names, expected)


def require_chain(first: nn.Linear, second: nn.Linear) -> None:
    """Require that a linear layer takes as many inputs as the one below has outputs."""
    chained = first.out_features == second.in_features
    came = f"{first.out_features} outputs before {second.in_features} inputs"
    _checks.require(chained, "network", came, "as many inputs as outputs of the layer below")


def synapse_lif_pairs(network: nn.Sequential) -> list[tuple[Synapses, LIF]]:
    """Return the layers of a network as pairs of synapses and neurons.

    Raises:
        ValueError: for a network that is not alternating synapses and `LIF`, at least one of each,
            or whose layers do not fit each other.
    """
    expected = f"alternating synapses and LIF, where synapses are {EXPECTED}"
    if not isinstance(network, nn.Sequential):
        _checks.fail("network", type(network).__name__, f"nn.Sequential: {expected}")
    layers = [part for layer in network for part in _parts(layer)]
    _require_known(layers, expected)
    pairs: list[tuple[Synapses, LIF]] = []
    between: list[nn.Module] = []
    for layer in layers:
        if isinstance(layer, LIF):
            pairs.append((Synapses("network", between), layer))
            between = []
        else:
            between.append(layer)
    for (below, _), (above, _) in pairwise(pairs):
        if below.plain and above.plain:
            require_chain(cast(nn.Linear, below.weights), cast(nn.Linear, above.weights))
    return pairs


def _parts(layer: nn.Module) -> list[nn.Module]:
    """Return a layer, or those that `OverTime` applies to batches one after the other."""
    if type(layer) is OverTime:
        layer = layer.layer
        return list(layer) if type(layer) is nn.Sequential else [layer]
    name = type(layer).__name__
    alone = type(layer) is nn.Linear or not is_plain(layer)
    _checks.require(alone, "network", f"{name} outside of OverTime", f"OverTime({name}(…))")
    return [layer]


def _require_known(layers: list[nn.Module], expected: str) -> None:
    """Require layers of the kinds that learn online, of which the last are neurons."""
    names = ", ".join(type(layer).__name__ for layer in layers) or "no layers"
    for layer in layers:
        if type(layer) is not LIF and not is_plain(layer):
            _checks.fail("network", f"{type(layer).__name__} in {names}", expected)
    ends = len(layers) > 0 and type(layers[-1]) is LIF
    _checks.require(ends, "network", names, expected)


def full_precision(device: torch.device) -> AbstractContextManager[object]:
    """Return a block without autocast: it would round what adds up over time."""
    if torch.is_autocast_enabled(device.type):
        return torch.autocast(device.type, enabled=False)
    return nullcontext()
