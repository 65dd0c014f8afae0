"""Layers without a memory of their own: applied to all time steps at once, or once for all of them."""

from torch import Tensor, nn

from . import _checks, encoding


class OverTime(nn.Module):
    """Apply a layer for batches ``[B, …]`` to sequences ``[T, B, …]``, without a loop over time.

    Time and batch are merged for the layer and parted again. A batch normalisation inside takes its statistics over
    time and batch together.

    Args:
        layers: the layer, or several that follow each other, such as a convolution and its normalisation.

    Raises:
        ValueError: for no layer, or an input that is not ``[T, B, …]``.

    >>> import torch
    >>> OverTime(nn.MaxPool2d(2))(torch.zeros(5, 3, 8, 28, 28)).shape
    torch.Size([5, 3, 8, 14, 14])
    """

    def __init__(self, *layers: nn.Module):
        super().__init__()
        _checks.require(len(layers) > 0, "layers", "none", "at least one layer")
        self.layer = layers[0] if len(layers) == 1 else nn.Sequential(*layers)

    def forward(self, inputs: Tensor) -> Tensor:
        """Map ``[T, B, …]`` to ``[T, B, …]``."""
        _checks.sequence("inputs", inputs, not_nan=False)
        return self.layer(inputs.flatten(0, 1)).unflatten(0, inputs.shape[:2])


class Repeat(nn.Module):
    """Present the same current at every one of `steps` steps: ``[B, …]`` → ``[T, B, …]``.

    What comes before the first neurons and has no memory is the same at every step of a constant input. Put in front of
    this layer, it is computed once.

    Args:
        steps: number of time steps T, at least 1.

    Raises:
        ValueError: for fewer than one step, or an input with NaN.

    Reference: Rueckauer et al. 2017, section 2.3 (analogue input).

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
