"""Networks of few bits: the ordinary opponent that a spiking network has to meet."""

import copy
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import register_parametrization

from .. import _checks
from .layers import WEIGHTED, driven_by_spikes

TINY = 1e-12  # in place of a distance of 0 between levels

Ends = tuple[float, float]


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


class RoundedValues(nn.Module):
    """Round values to levels of `bits` from `low`, at most 0, to `high`; 0 is one of them.

    >>> RoundedValues(2, 0.0, 3.0)(torch.tensor([-1.0, 0.6, 5.0]))
    tensor([0., 1., 3.])
    """

    def __init__(self, bits: int, low: float, high: float):
        super().__init__()
        self.top = 2**bits - 1
        self.scale = max((high - low) / self.top, TINY)
        self.zero = round(-low / self.scale)

    def forward(self, values: Tensor) -> Tensor:
        """Return the values on their levels; those beyond the ends have no gradient."""
        return torch.fake_quantize_per_tensor_affine(values, self.scale, self.zero, 0, self.top)

    def extra_repr(self) -> str:
        return f"{self.top + 1} levels, scale={self.scale:.3g}"


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
    >>> quantise(network, torch.eye(2) / 2, bits=4)[0][0]
    RoundedValues(16 levels, scale=0.0333)
    """
    _checks.module("network", network)
    _checks.floats("inputs", inputs)
    _checks.whole("bits", bits, 2)
    _checks.require(bits <= 8, "bits", bits, "2 to 8")
    ends = _ends(network, inputs)
    holder = nn.Sequential(copy.deepcopy(network))  # so that a single layer has a place as well
    for name, layer in list(holder[0].named_modules()):
        if isinstance(layer, WEIGHTED):
            register_parametrization(layer, "weight", RoundedWeights(bits))
        if name in ends:
            where, _, own = f"0.{name}".strip(".").rpartition(".")
            values = RoundedValues(bits, *ends[name])
            setattr(holder.get_submodule(where), own, nn.Sequential(values, layer))
    return holder[0]


@torch.no_grad()
def _ends(network: nn.Module, inputs: Tensor) -> dict[str, Ends]:
    """Return the least and the largest value that comes to each layer, by name; of spikes, none."""
    trial = copy.deepcopy(network).eval()
    found: dict[str, Ends] = {}
    layers = {name: part for name, part in trial.named_modules() if isinstance(part, WEIGHTED)}
    _checks.require(bool(layers), "network", type(network).__name__, "one with weights to round")
    for name, layer in layers.items():
        layer.register_forward_pre_hook(partial(_note, found, name))
    trial(inputs)
    return found


def _note(found: dict[str, Ends], name: str, _: nn.Module, given: tuple[Tensor, ...]) -> None:
    """Widen the ends of a layer to the values that it gets."""
    if not driven_by_spikes(given[0]):
        low, high = found.get(name, (0.0, 0.0))
        least, most = torch.aminmax(given[0])
        found[name] = (min(low, least.item()), max(high, most.item()))
