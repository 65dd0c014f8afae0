"""Layers without a memory of their own, applied to all time steps at once."""

from torch import Tensor, nn

from . import _checks


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
