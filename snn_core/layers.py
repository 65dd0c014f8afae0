"""Layers without a memory of their own: applied to all time steps at once, or once for all."""

from itertools import pairwise

from torch import Tensor, nn

from . import _checks, encoding
from .neurons import Neuron


class OverTime(nn.Module):
    """Apply a layer for batches ``[B, …]`` to sequences ``[T, B, …]``, without a loop over time.

    Time and batch are merged for the layer and parted again. A batch normalisation inside takes its
    statistics over time and batch together. Neurons stand outside: they need to know which samples
    are steps of time.

    Args:
        layers: the layer, or several that follow each other, such as a convolution and its
            normalisation.

    Raises:
        ValueError: for no layer, one with a neuron or a handling of time inside, an input that is
            not ``[T, B, …]``, or a layer that returns anything else than one tensor with the batch
            in front.

    >>> import torch
    >>> OverTime(nn.MaxPool2d(2))(torch.zeros(5, 3, 8, 28, 28)).shape
    torch.Size([5, 3, 8, 14, 14])
    """

    def __init__(self, *layers: nn.Module):
        super().__init__()
        _checks.require(len(layers) > 0, "layers", "none", "at least one layer")
        for layer in layers:
            is_module = isinstance(layer, nn.Module)
            _checks.require(is_module, "layers", repr(layer), "modules of PyTorch")
            for part in layer.modules():
                if isinstance(part, (*OF_TIME, nn.RNNBase)):
                    expected = "layers without time; put it outside"
                    _checks.fail("layers", type(part).__name__, expected)
        self.layer = layers[0] if len(layers) == 1 else nn.Sequential(*layers)

    def forward(self, inputs: Tensor) -> Tensor:
        """Map ``[T, B, …]`` to ``[T, B, …]``."""
        _checks.sequence("inputs", inputs, not_nan=False)
        merged = inputs.flatten(0, 1)
        outputs = self.layer(merged)
        wanted = f"one tensor with the batch of {len(merged)} in front"
        if not isinstance(outputs, Tensor):
            _checks.fail("layers", f"a result of type {type(outputs).__name__}", wanted)
        if outputs.dim() == 0 or len(outputs) != len(merged):
            _checks.fail("layers", f"a result of shape {list(outputs.shape)}", wanted)
        return outputs.unflatten(0, inputs.shape[:2])


class Repeat(nn.Module):
    """Present the same current at every one of `steps` steps: ``[B, …]`` → ``[T, B, …]``.

    What comes before the first neurons and has no memory is the same at every step of a constant
    input. Put in front of this layer, it is computed once.

    Args:
        steps: number of time steps T, at least 1.

    Raises:
        ValueError: for fewer than one step, or an input with NaN.

    Reference: Rueckauer et al. 2017 (analogue input).

    >>> import torch
    >>> Repeat(5)(torch.zeros(3, 8, 12, 12)).shape
    torch.Size([5, 3, 8, 12, 12])
    """

    def __init__(self, steps: int):
        super().__init__()
        _checks.whole("steps", steps)
        self.steps = steps

    def forward(self, current: Tensor) -> Tensor:
        """Map ``[B, …]`` to ``[T, B, …]``, without copying."""
        return encoding.repeat(current, self.steps)


OF_TIME = (Neuron, OverTime, Repeat)  # what returns a sequence


def require_order(network: nn.Module) -> None:
    """Require that no `Repeat` of `network` follows a layer that returns ``[T, B, …]`` already.

    Only direct neighbours in an ``nn.Sequential`` are looked at: what lies between others may have
    used up the time.

    Raises:
        ValueError: for a `Repeat` right after a neuron, an `OverTime` or a `Repeat`.
    """
    for part in network.modules():
        layers = list(part) if isinstance(part, nn.Sequential) else []
        for before, layer in pairwise(layers):
            last = _last(before)
            if isinstance(layer, Repeat) and isinstance(last, OF_TIME):
                expected = "Repeat in front of everything that has a time axis"
                _checks.fail("network", f"Repeat after {type(last).__name__}", expected)


def _last(layer: nn.Module) -> nn.Module:
    """Return the layer itself, or the last one of a sequence of layers."""
    while isinstance(layer, nn.Sequential) and len(layer):
        layer = layer[-1]
    return layer
