"""Images of one length, so that a neuron is driven by their shape and not by their ink."""

from torch import Tensor, nn

from .. import _checks
from ..precision import wide
from . import _doors


def unit_intensity(images: Tensor, gain: float = 12.0) -> Tensor:
    """Scale every image to the Euclidean length `gain`, then cut intensities at 1.

    The cut shortens images of little ink.

    Args:
        images: ``[B, N]``, at least 0.
        gain: the length before the cut, above 0.

    Returns:
        ``[B, N]`` in [0, 1], in the dtype of the images; an empty image stays empty.

    Raises:
        ValueError: for images that are not ``[B, N]``, intensities that are negative, infinite or
            NaN, or a gain that is not positive.

    >>> import torch
    >>> unit_intensity(torch.tensor([[3.0, 4.0]]), gain=0.5)
    tensor([[0.3000, 0.4000]])
    """
    _doors.at_least_0("images", images, "[B, N]")
    _checks.number("gain", gain, 0)
    scaled = gain * nn.functional.normalize(images.to(wide(images)), dim=1)
    return scaled.clamp(max=1).to(images.dtype)
