"""What may stand next to what in a network, so that no layer takes time for another axis."""

from collections.abc import Iterator
from itertools import pairwise

from torch import nn

from .. import _checks
from .over_time import OF_TIME, TAKE_TIME, Repeat

# What takes the second axis of its input for channels: in a sequence that is the samples.
CHANNELS_SECOND = (
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
    nn.LazyBatchNorm1d,
    nn.LazyBatchNorm2d,
    nn.LazyBatchNorm3d,
    nn.SyncBatchNorm,
    nn.GroupNorm,
    nn.Conv1d,
    nn.Conv2d,
    nn.Conv3d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
    nn.ConvTranspose3d,
    nn.Dropout1d,
    nn.Dropout2d,
    nn.Dropout3d,
)


def require_order(network: nn.Module) -> None:
    """Require that no layer of `network` takes the axes of ``[T, B, …]`` for others, for certain.

    Only direct neighbours in an ``nn.Sequential`` are looked at: what lies between others may have
    used up the time. `diagnostics.diagnose` measures what cannot be read off a network.

    Raises:
        ValueError: for a `Repeat` after what returns a sequence; next to neurons or other layers
            over time, an ``nn.Flatten`` that merges samples, or a layer that takes the second axis
            for channels (batch norm, group norm, convolutions, dropout of channels) outside of
            `OverTime`; an ``nn.DataParallel`` around neurons that divides axis 0.

    >>> from snn_core import LIF
    >>> order_faults(nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), LIF()))[0][0]
    'BatchNorm1d before LIF'
    """
    _checks.module("network", network)
    for got, expected in order_faults(network):
        _checks.fail("network", got, expected)


def order_faults(network: nn.Module) -> list[tuple[str, str]]:
    """Return what `require_order` complains of: what there is, and what it expects."""
    found: list[tuple[str, str]] = []
    for part in network.modules():
        found += _split(part)
        for before, layer in pairwise(_chain(part)):
            found += _between(before, layer)
    return list(dict.fromkeys(found))  # an inner sequence of layers is met twice


def _chain(part: nn.Module) -> list[nn.Module]:
    """Return the layers of a sequence of layers one after the other, those of inner ones as well.

    A class with a `forward` of its own may do anything between them, and counts as one layer.
    """
    if not isinstance(part, nn.Sequential) or type(part).forward is not nn.Sequential.forward:
        return [part]
    return [layer for inner in part for layer in _chain(inner)]


def _between(before: nn.Module, layer: nn.Module) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one layer right after another."""
    first = type(before).__name__
    second = type(layer).__name__
    if isinstance(before, OF_TIME):
        if isinstance(layer, Repeat):
            yield f"Repeat after {first}", "Repeat in front of everything that has a time axis"
        for expected in _misread(layer):
            yield f"{second} after {first}", expected
    if isinstance(layer, TAKE_TIME):
        for expected in _misread(before):
            yield f"{first} before {second}", expected


def _misread(layer: nn.Module) -> Iterator[str]:
    """Yield what to write in place of a layer that misreads ``[T, B, …]``."""
    name = type(layer).__name__
    if isinstance(layer, CHANNELS_SECOND):
        yield f"OverTime({name}(…)); without it, the samples of [T, B, …] count as channels"
    if isinstance(layer, nn.Flatten) and _merges_samples(layer):
        yield f"OverTime({name}()); without it, the samples of [T, B, …] are merged"


def _merges_samples(flatten: nn.Flatten) -> bool:
    """Say whether samples are merged with what follows; time and batch alone may be."""
    start = flatten.start_dim
    return start in (0, 1) and flatten.end_dim not in (start, 1)


def _split(part: nn.Module) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with how a part divides its input among devices; without any, nothing."""
    if isinstance(part, nn.DataParallel) and getattr(part, "dim", None) == 0:
        inside = [type(layer).__name__ for layer in part.modules() if isinstance(layer, TAKE_TIME)]
        if inside:
            got = f"DataParallel with dim=0 around {inside[0]}"
            yield got, "dim=1: axis 0 is time, and axis 1 the samples"
