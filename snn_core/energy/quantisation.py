"""Networks of few bits: the ordinary opponent that a spiking network has to meet."""

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import register_parametrization

from .. import _checks
from .layers import WEIGHTED, driven_by_spikes

TINY = 1e-12  # in place of a distance of 0 between levels


class RoundedWeights(nn.Module):
    """Round weights ``[N, …]`` to levels of `bits`, as many below 0 as above, for each output.

    >>> RoundedWeights(2)(torch.tensor([[0.2, 1.0], [-3.0, 1.0]]))
    tensor([[ 0.,  1.],
            [-3.,  0.]])
    """

    def __init__(self, bits: int):
        super().__init__()
        self.top = 2 ** (bits - 1) - 1

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weights on their levels, with the gradient of weights that are not rounded."""
        largest = weight.detach().abs().flatten(1).amax(1)
        scale = (largest / self.top).clamp(min=TINY).float()
        middle = torch.zeros(len(scale), dtype=torch.int32, device=scale.device)
        return torch.fake_quantize_per_channel_affine(weight, scale, middle, 0, -self.top, self.top)


class RoundedInputs:
    """Round what comes to a layer to levels of `bits`, one of them 0, between the ends first seen.

    Called before the layer, as PyTorch calls hooks. Values beyond the ends have no gradient.
    """

    def __init__(self, bits: int):
        self.top = 2**bits - 1
        self.low = 0.0
        self.high = 0.0
        self.learning = True

    def __call__(self, layer: nn.Module, given: tuple[Any, ...]) -> Tensor | None:
        """Return the values on their levels; while the ends are learnt, only widen them."""
        (values,) = given
        if driven_by_spikes(values):
            return None
        if self.learning:
            self.low = min(self.low, values.min().item())
            self.high = max(self.high, values.max().item())
            return None
        scale = max((self.high - self.low) / self.top, TINY)
        zero = round(-self.low / scale)
        return torch.fake_quantize_per_tensor_affine(values, scale, zero, 0, self.top)


def quantise(network: nn.Module, inputs: Tensor, bits: int) -> nn.Module:
    """Return a copy of a network with weights, and inputs of layers, rounded to `bits`.

    Rounded are linear layers and convolutions: weights symmetrically, with a scale for each output
    that follows their largest; what comes to a layer, from the least to the largest value that it
    gets here, and 0 stays 0. Spikes stay as they are. Biases are not rounded: sums are wider. The
    copy computes in floats and can be trained on; gradients pass the rounding as if it were none.

    Args:
        network: an ordinary one, or a spiking one, whose weights are rounded.
        inputs: examples, in the shape that the network takes.
        bits: 2 to 8.

    Raises:
        ValueError: for a network without such layers, inputs with NaN, or another number of bits.

    Reference: Jacob et al. 2018, section 3 (training with rounded values). Rounding and gradients
    are those of `torch.fake_quantize_per_channel_affine` and its like for tensors.

    >>> network = nn.Sequential(nn.Linear(2, 1), nn.ReLU())
    >>> quantise(network, torch.eye(2), bits=2)(torch.eye(2)).shape
    torch.Size([2, 1])
    """
    _checks.module("network", network)
    _checks.floats("inputs", inputs)
    _checks.whole("bits", bits, 2)
    _checks.require(bits <= 8, "bits", bits, "2 to 8")
    trial = copy.deepcopy(network).eval()
    rounding = [RoundedInputs(bits) for _ in _weighted(trial)]
    for layer, rounded in zip(_weighted(trial), rounding, strict=True):
        layer.register_forward_pre_hook(rounded)
    with torch.no_grad():
        trial(inputs)
    network = copy.deepcopy(network)
    for layer, rounded in zip(_weighted(network), rounding, strict=True):
        rounded.learning = False
        layer.register_forward_pre_hook(rounded)
        register_parametrization(layer, "weight", RoundedWeights(bits))
    return network


def _weighted(network: nn.Module) -> list[nn.Module]:
    """Return the layers whose weights can be rounded; require some."""
    layers: list[nn.Module] = [part for part in network.modules() if isinstance(part, WEIGHTED)]
    _checks.require(bool(layers), "network", type(network).__name__, "one with weights to round")
    return layers
