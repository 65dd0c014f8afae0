"""What a gradient of spike times cannot do: wake a neuron that does not spike."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .. import _checks
from .layers import TimedLayer


def weight_sum_cost(layer: TimedLayer, *, least: float = 1.0) -> Tensor:
    """Return what a layer lacks in weights: the mean of ``max(0, least - sum of weights)``.

    Without a leak, a neuron whose weights add up to more than the threshold spikes when all inputs
    have come. The sum of weights has a gradient also where there is no spike.

    Args:
        layer: of M neurons.
        least: the sum of weights from which on a neuron costs nothing, in thresholds.

    Returns:
        A scalar, at least 0.

    Raises:
        ValueError: for something else than a layer of this package, or a number that is none.

    Reference: Mostafa 2017, equation 12.

    >>> from snn_core.spike_times import FirstSpikeLayer
    >>> weight_sum_cost(FirstSpikeLayer(4, 3, drive=0.5, spread=0.0)).detach()
    tensor(0.5000)
    """
    _require_layer(layer)
    _checks.number("least", least, 0, open_low=False)
    return (least * layer.neuron.threshold - layer.weight.sum(1)).clamp(min=0).mean()


@torch.no_grad()
def wake(layer: TimedLayer, times: Tensor, *, by: float, share: float = 0.7) -> Tensor:
    """Raise the weights of neurons that are silent for too many samples; no gradient is used.

    Args:
        layer: of M neurons; its weights change.
        times: what it returned for a batch, ``[B, M]`` or ``[K, B, M]``.
        by: what is added to the sum of a neuron's weights, alike to each, at least 0.
        share: a neuron is woken if it is silent for more than this share of the samples, in [0, 1].

    Returns:
        Which neurons were woken, ``[M]`` bool.

    Raises:
        ValueError: for values outside these ranges, or times that are not of this layer.

    Reference: Göltz et al. 2021, methods; the amount is constant here.

    >>> from snn_core.spike_times import FirstSpikeLayer
    >>> layer = FirstSpikeLayer(4, 2, drive=0.0, spread=0.0)
    >>> wake(layer, torch.tensor([[torch.inf, 2.0]]), by=1.0), layer.weight.sum(1).tolist()
    (tensor([ True, False]), [1.0, 0.0])
    """
    _require_layer(layer)
    _checks.number("by", by, 0, open_low=False)
    _checks.number("share", share, 0, 1, open_low=False)
    outputs, inputs = layer.weight.shape
    _checks.floats("times", times, min_rank=2)
    fits = times.dim() <= 3 and times.shape[-1] == outputs
    _checks.require(fits, "times", f"shape {list(times.shape)}", f"[B, {outputs}], of this layer")
    first = times if times.dim() == 2 else times.amin(0)
    asleep = first.isinf().to(layer.weight.dtype).mean(0) > share
    layer.weight.add_(by / inputs * asleep.unsqueeze(1))
    return asleep


class WakeUp:
    """Wakes the silent neurons of a whole network after each update: an `after_batch` for `fit`.

    It watches what each layer returns; a call applies `wake` to all layers, for the last batch.

    Args:
        network: with layers of this package.
        by: what is added to the sum of a neuron's weights, at least 0.
        shares: for each layer, input to output, in [0, 1]: a neuron is woken if it is silent for
            more than this share of the samples.

    Raises:
        ValueError: for values outside these ranges, or not one share per layer.

    >>> from snn_core.spike_times import FirstSpikeLayer
    >>> network = nn.Sequential(FirstSpikeLayer(2, 1, drive=0.0, spread=0.0))
    >>> wake_up = WakeUp(network, by=3.0, shares=[0.7])
    >>> [(network(torch.zeros(1, 2)).isinf().item(), wake_up())[0] for update in range(2)]
    [True, False]
    """

    def __init__(self, network: nn.Module, *, by: float, shares: Sequence[float]):
        _checks.module("network", network)
        _checks.number("by", by, 0, open_low=False)
        self.by = by
        self.layers = [layer for layer in network.modules() if isinstance(layer, TimedLayer)]
        fits = len(shares) == len(self.layers)
        expected = f"one for each of {len(self.layers)} layers"
        _checks.require(fits, "shares", f"{len(shares)} shares", expected)
        for share in shares:
            _checks.number("shares", share, 0, 1, open_low=False)
        self.shares = list(shares)
        self.times: dict[nn.Module, Tensor] = {}
        for layer in self.layers:
            layer.register_forward_hook(self._watch)

    def __call__(self) -> None:
        """Wake who was silent in the last batch."""
        for layer, share in zip(self.layers, self.shares, strict=True):
            if layer in self.times:
                wake(layer, self.times[layer], by=self.by, share=share)

    def _watch(self, layer: nn.Module, _: object, times: Tensor) -> None:
        self.times[layer] = times.detach()


def _require_layer(layer: object) -> None:
    """Require a layer whose weights and neurons are one."""
    expected = "a FirstSpikeLayer or EventPropLayer"
    _checks.require(isinstance(layer, TimedLayer), "layer", type(layer).__name__, expected)
