"""Layers without a memory of their own: applied to all time steps at once, or once for all."""

from typing import NoReturn

import torch
from torch import Tensor, nn

from .. import _checks
from ..neurons import Neuron
from .delayed import Delayed
from .dropout import DropoutOverTime


class OverTime(nn.Module):
    """Apply a layer for batches ``[B, …]`` to sequences ``[T, B, …]``, without a loop over time.

    Time and batch are merged for the layer and parted again. A batch normalisation inside takes its
    statistics over time and batch together. Neurons stand outside: they need to know which samples
    are steps of time. What the layer does with NaN, or another dtype, is left to it.

    Args:
        layers: the layer, or several that follow each other, such as a convolution and its
            normalisation.

    Raises:
        ValueError: for no layer, one with a neuron or a handling of time inside, an input that is
            not a dense tensor ``[T, B, …]`` that the layer takes, or a layer that returns anything
            else than one tensor with the batch in front.

    >>> import torch
    >>> OverTime(nn.MaxPool2d(2))(torch.zeros(5, 3, 8, 28, 28)).shape
    torch.Size([5, 3, 8, 14, 14])
    """

    def __init__(self, *layers: nn.Module):
        super().__init__()
        _checks.require(len(layers) > 0, "layers", "none", "at least one layer")
        for layer in layers:
            _checks.module("layers", layer)
            for part in layer.modules():
                if isinstance(part, (*OF_TIME, nn.RNNBase)):
                    expected = "layers without time; put it outside"
                    _checks.fail("layers", type(part).__name__, expected)
        self.layer = layers[0] if len(layers) == 1 else nn.Sequential(*layers)

    def forward(self, inputs: Tensor) -> Tensor:
        """Map ``[T, B, …]`` to ``[T, B, …]``."""
        _checks.sequence("inputs", inputs, not_nan=False)
        merged = inputs.flatten(0, 1)
        outputs = self._map(merged, list(inputs.shape))
        if not isinstance(outputs, Tensor):
            self._refuse(f"type {type(outputs).__name__}", merged)
        if outputs.shape[:1] != merged.shape[:1]:
            self._refuse(f"shape {list(outputs.shape)}", merged)
        return torch.unflatten(outputs, 0, inputs.shape[:2])

    def _refuse(self, came: str, merged: Tensor) -> NoReturn:
        """Refuse what the layer returned; an export may take no size for fixed before."""
        wanted = f"one tensor with the batch of {len(merged)} in front"
        _checks.fail("layers", f"a result of {came}", wanted)

    def _map(self, merged: Tensor, came: list[int]) -> object:
        """Return what the layer makes of time and batch in one; say what `came` if it refuses."""
        try:
            return self.layer(merged)
        except RuntimeError as problem:
            if type(problem) is not RuntimeError:  # a lack of memory, a broken device
                raise
            got = f"{merged.dtype} of shape {came}"
            _checks.fail("inputs", got, f"what {type(self.layer).__name__} takes ({problem})")


class Repeat(nn.Module):
    """Present the same current at every one of `steps` steps: ``[B, …]`` → ``[T, B, …]``.

    What comes before the first neurons and has no memory is the same at every step of a constant
    input. Put in front of this layer, it is computed once.

    Args:
        steps: number of time steps T, at least 1.

    Raises:
        ValueError: for fewer than one step, or an input with NaN, or of integers, sparse or nested.

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
        _checks.floats("current", current)
        return current.expand(self.steps, *current.shape)


TAKE_TIME = (Neuron, OverTime, DropoutOverTime, Delayed)  # what needs a sequence
OF_TIME = (*TAKE_TIME, Repeat)  # what returns one
