"""Small convolutional networks of page 16: pooling on either side of the neurons, and shortcuts.

All take images ``[B, 1, 14, 14]`` as a constant current over four steps, and give ``[T, B, 10]``.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from ... import LIF, LeakyIntegrator, Surrogate
from ...layers import OverTime, Repeat
from ...losses import max_membrane_cross_entropy
from ...training import watch_spikes

STEPS = 4
TAU_MEM = 5.0  # ms
WIDE = 2.0  # scale of the wider surrogate
BETA_OUT = 0.8


def narrow(**options) -> LIF:
    """Return neurons with the core's surrogate, unless the options of `LIF` say otherwise."""
    return LIF(TAU_MEM, **options)


def wide_neuron() -> LIF:
    """Return neurons with the wider surrogate."""
    return narrow(surrogate=Surrogate(scale=WIDE))


class RandomTies(nn.MaxPool2d):
    """Max-pooling of spikes whose gradient goes to one of the tied spikes at random.

    PyTorch's own takes the first of them, scanning from the top left.
    """

    def forward(self, spikes: Tensor) -> Tensor:
        """Map ``[B, C, H, W]`` to the largest of each window."""
        noisy = spikes.detach() + 0.5 * torch.rand_like(spikes)
        _, place = functional.max_pool2d(noisy, self.kernel_size, return_indices=True)
        return spikes.flatten(2).gather(2, place.flatten(2)).view(place.shape)


POOLING = {  # order of the parts behind a convolution, and what pools
    "LIF, then max": ("norm LIF pool", nn.MaxPool2d),
    "LIF, then max, random ties": ("norm LIF pool", RandomTies),
    "LIF, then average": ("norm LIF pool", nn.AvgPool2d),
    "max, then LIF": ("pool norm LIF", nn.MaxPool2d),
    "norm, max, then LIF": ("norm pool LIF", nn.MaxPool2d),
    "average, then LIF": ("pool norm LIF", nn.AvgPool2d),
}


def pooled_block(channels: int, maps: int, order: str, pool: type[nn.Module]) -> list[nn.Module]:
    """Return a convolution, and behind it the parts "norm", "LIF" and "pool" in some order."""
    parts = {
        "norm": OverTime(nn.BatchNorm2d(maps)),
        "LIF": wide_neuron(),
        "pool": OverTime(pool(2)),
    }
    return [OverTime(nn.Conv2d(channels, maps, 3)), *(parts[name] for name in order.split())]


def pooled_network(order: str, pool: type[nn.Module]) -> nn.Sequential:
    """Return two convolutions of 8 and 16 maps, with the parts of `pooled_block`."""
    first, second = pooled_block(1, 8, order, pool), pooled_block(8, 16, order, pool)
    readout = [OverTime(nn.Flatten()), nn.Linear(64, 10), LeakyIntegrator(beta=BETA_OUT)]
    return nn.Sequential(Repeat(STEPS), *first, *second, *readout)


def by_corner(values: Tensor) -> Tensor:
    """Return ``[…, H, W]`` as ``[4, windows]``: the pixels of each window, the top left first."""
    return torch.stack([values[..., i::2, j::2].flatten() for i in (0, 1) for j in (0, 1)])


def corner_shares(network: nn.Sequential, images: Tensor, labels: Tensor) -> tuple[Tensor, float]:
    """Return how the gradient that reaches the first pooling of a network lies in its windows.

    Args:
        network: from `pooled_network`.
        images: ``[B, 1, 14, 14]``.
        labels: ``[B]``.

    Returns:
        the share of each corner, ``[2, 2]``, in percent, and the share of windows in which several
        pixels are the largest.
    """
    kinds = nn.MaxPool2d, nn.AvgPool2d
    place = next(
        i
        for i, part in enumerate(network)
        if isinstance(part, OverTime) and isinstance(part.layer, kinds)
    )
    arriving = network[:place](images)
    arriving.retain_grad()
    max_membrane_cross_entropy(network[place:](arriving), labels).backward()
    sums = by_corner(arriving.grad.abs()).sum(1)
    top = by_corner(arriving.detach()).topk(2, dim=0).values
    return 100 * (sums / sums.sum()).view(2, 2), (top[0] == top[1]).float().mean().item()


class AddSpikes(nn.Sequential):
    """Synapses and neurons, with a shortcut around both: x + LIF(I(x))."""

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[T, B, C, H, W]`` to the same shape."""
        return x + self[1](self[0](x))


class AddCurrents(nn.Sequential):
    """Synapses and neurons, with a shortcut around the synapses: LIF(x + I(x))."""

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[T, B, C, H, W]`` to the same shape."""
        return self[1](x + self[0](x))


class AddToStream(nn.Sequential):
    """Synapses behind neurons, with a shortcut around both: x + I(LIF(x))."""

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[T, B, C, H, W]`` to the same shape."""
        return x + self[0](self[1](x))


KINDS = {  # of deep networks: options of `deep_network`
    "plain, narrow": {},
    "plain, wide": {"neuron": wide_neuron},
    "to currents, narrow": {"kind": AddCurrents},
    "to currents, wide": {"kind": AddCurrents, "neuron": wide_neuron},
    "to spikes, narrow": {"kind": AddSpikes},
    "to spikes, wide": {"kind": AddSpikes, "neuron": wide_neuron},
    "to stream, narrow": {"kind": AddToStream, "stream": True},
    "to stream, wide": {"kind": AddToStream, "stream": True, "neuron": wide_neuron},
}


def synapses(channels: int, gain: float, norm: Callable[[int], nn.Module]) -> OverTime:
    """Return a convolution to 8 maps and its normalisation; from one channel it has stride 3."""
    convolution = nn.Conv2d(channels, 8, 3, padding=1, stride=3 if channels == 1 else 1)
    convolution.weight.data *= gain
    return OverTime(convolution, norm(8))


def deep_network(
    kind: type[nn.Sequential] = nn.Sequential,
    norm: Callable[[int], nn.Module] = nn.BatchNorm2d,
    depth: int = 6,
    gain: float = 1.0,
    neuron: Callable[[], nn.Module] = narrow,
    stream: bool = False,
) -> nn.Sequential:
    """Return a network of `depth` layers of 8 maps of 5 x 5 neurons.

    Args:
        kind: joins synapses and neurons to a layer.
        norm: normalises the currents of so many maps.
        gain: of all first weights.
        neuron: makes the neurons of a layer.
        stream: put the neurons in front of the synapses of each layer, for `AddToStream`.
    """
    first = synapses(1, gain, norm)
    rest = [kind(synapses(8, gain, norm), neuron()) for _ in range(depth - 1)]
    layers = [first, *rest, neuron()] if stream else [first, neuron(), *rest]
    readout = [OverTime(nn.Flatten()), nn.Linear(200, 10), LeakyIntegrator(beta=BETA_OUT)]
    return nn.Sequential(Repeat(STEPS), *layers, *readout)


@torch.no_grad()
def read_from_layers(
    network: nn.Module, images: Tensor, labels: Tensor, held_out: int = 500, ridge: float = 10.0
) -> list[float]:
    """Return how well a linear readout tells the digit from the spikes of each layer.

    The readout is a ridge regression from the spikes of a layer, at all steps, to the classes. The
    network itself is not trained.

    Args:
        network: whose layers are read, with its statistics of this batch in training mode.
        images: ``[B, 1, 14, 14]``.
        labels: ``[B]``.
        held_out: the last images, on which the readout is tested and not fitted.
        ridge: penalty of the squared weights.

    Returns:
        the share of the held-out images that is read, layer by layer.
    """
    with watch_spikes(network) as layers:
        network(images)
    targets = functional.one_hot(labels[:-held_out], 10).double() - 0.1
    shares = []
    for spikes in layers:
        seen = spikes.transpose(0, 1).flatten(1).double()
        seen = seen - seen[:-held_out].mean(0)
        known = seen[:-held_out]
        penalty = ridge * torch.eye(known.shape[1], dtype=torch.float64)
        weights = torch.linalg.solve(known.T @ known + penalty, known.T @ targets)
        right = (seen[-held_out:] @ weights).argmax(1) == labels[-held_out:]
        shares.append(round(right.double().mean().item(), 4))
    return shares


def weight_gradients(network: nn.Module, images: Tensor, labels: Tensor) -> list[Tensor]:
    """Return the gradient of the loss by the weights of each convolution, flat, input first."""
    max_membrane_cross_entropy(network(images), labels).backward()
    layers = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    return [layer.weight.grad.flatten() for layer in layers]


SQUARE = 7  # pixels
PLACES = [(y, x) for y in range(0, 22, 3) for x in range(0, 22, 3)]  # of a cover's first pixel


def covered(image: Tensor) -> Tensor:
    """Return an image ``[1, 28, 28]`` 64 times, each with a square of 7 x 7 pixels set to 0.

    The squares lie on a grid of 8 x 8 places, 3 pixels apart, row by row.
    """
    copies = image.repeat(len(PLACES), 1, 1, 1)
    for copy, (y, x) in zip(copies, PLACES, strict=True):
        copy[:, y : y + SQUARE, x : x + SQUARE] = 0
    return copies
