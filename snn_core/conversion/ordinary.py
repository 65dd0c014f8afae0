"""The ordinary network: its layers in a row, without batch norm, and which of them are taken."""

from collections.abc import Iterator
from copy import deepcopy
from typing import NoReturn, cast

import torch
from torch import Tensor, nn

from .. import _checks
from ..neurons.constants import exact
from .staircase import ClipFloorShift

Named = tuple[str, nn.Module]  # a layer, and its position as PyTorch prints it: "2", or "2.0"

ACTIVATIONS = (nn.ReLU, ClipFloorShift)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
TAKEN = (
    nn.Linear,
    nn.Conv2d,
    *NORMS,
    *ACTIVATIONS,
    nn.AvgPool2d,
    nn.Flatten,
    nn.Dropout,
)
ADVICE: dict[type[nn.Module], str] = {
    nn.MaxPool2d: "AvgPool2d in its place: the maximum of spikes is not that of their rates"
}


def fold_batch_norm(network: nn.Sequential) -> nn.Sequential:
    """Return a copy of a network in which batch norms are part of the layers in front of them.

    In evaluation mode a batch norm is ``scale * x + shift``, so both together are one layer with
    other weights. The network that is given stays as it is; inner sequences come out flat.

    Args:
        network: layers in a row. A BatchNorm1d stands right behind a Linear with an input
            ``[B, N]``, a BatchNorm2d behind a Conv2d.

    Raises:
        ValueError: for anything but an ``nn.Sequential``, or a batch norm that stands elsewhere,
            has another size or keeps no running mean.

    Reference: Rueckauer et al. 2017 (conversion of batch normalisation).

    >>> len(fold_batch_norm(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU())))
    2
    """
    layers = _folded(_flat(network))
    return nn.Sequential(*(layer for _, layer in layers)).train(network.training)


def convertible(network: nn.Sequential) -> list[Named]:
    """Return copies of the layers that count when a network is converted, batch norms folded.

    Raises:
        ValueError: for layers that cannot be converted, by position and class.
    """
    layers = _flat(network)
    for name, layer in layers:
        if type(layer) not in TAKEN:
            taken = ", ".join(each.__name__ for each in TAKEN)
            _refuse(name, layer, ADVICE.get(type(layer), f"one of {taken}"))
    kept = _folded([each for each in layers if not isinstance(each[1], nn.Dropout)])
    some = any(isinstance(layer, ACTIVATIONS) for _, layer in kept)
    _checks.require(some, "network", "no activation", "at least one ReLU or ClipFloorShift")
    return kept


def _flat(network: nn.Sequential) -> list[Named]:
    """Return the layers of a network in their order, those of inner sequences as well."""
    came = type(network).__name__
    _checks.require(_is_row(network), "network", came, "an nn.Sequential")
    return list(_within(network, ""))


def _within(network: nn.Module, place: str) -> Iterator[Named]:
    """Yield the layers of a sequence; one that stands twice in it is met twice."""
    for name, layer in network._modules.items():
        if layer is not None and _is_row(layer):
            yield from _within(layer, f"{place}{name}.")
        elif layer is not None:
            yield f"{place}{name}", layer


def _is_row(layer: object) -> bool:
    """Say whether these are layers in a row; one with a `forward` of its own may be anything."""
    return isinstance(layer, nn.Sequential) and type(layer).forward is nn.Sequential.forward


def _folded(layers: list[Named]) -> list[Named]:
    """Return copies of layers in a row, with each batch norm in the layer in front of it."""
    kept: list[Named] = []
    for name, layer in layers:
        if isinstance(layer, NORMS):
            before = kept[-1][1] if kept else None
            _fold(_in_front(name, layer, before), layer)
        else:
            kept.append((name, deepcopy(layer)))
    return kept


def _in_front(
    name: str, norm: nn.BatchNorm1d | nn.BatchNorm2d, before: nn.Module | None
) -> nn.Linear | nn.Conv2d:
    """Require a batch norm that has kept its statistics, and the layer that it is folded into."""
    place = nn.Linear if isinstance(norm, nn.BatchNorm1d) else nn.Conv2d
    expected = f"it right behind a {place.__name__} of its size, with a running mean"
    if not isinstance(before, place) or norm.running_mean is None:
        _refuse(name, norm, expected)
    if norm.num_features != len(before.weight):
        _refuse(name, norm, expected)
    return before


def _fold(layer: nn.Linear | nn.Conv2d, norm: nn.BatchNorm1d | nn.BatchNorm2d) -> None:
    """Multiply weights and bias by the scale of a batch norm, and add its shift to the bias."""
    scale = torch.rsqrt(exact(cast(Tensor, norm.running_var)) + norm.eps)
    bias = -exact(cast(Tensor, norm.running_mean))
    if layer.bias is not None:
        bias = bias + exact(layer.bias)
    if norm.affine:
        scale = scale * exact(norm.weight)
    bias = bias * scale
    if norm.affine:
        bias = bias + exact(norm.bias)
    columns = scale.view(-1, *[1] * (layer.weight.dim() - 1))
    weight = exact(layer.weight) * columns
    layer.bias = nn.Parameter(bias.detach().to(layer.weight))
    layer.weight = nn.Parameter(weight.detach().to(layer.weight))


def _refuse(name: str, layer: nn.Module, expected: str) -> NoReturn:
    """Raise the error for a layer of the network, by position and class."""
    _checks.fail("network", f"{type(layer).__name__} at layer {name}", expected)
