"""Deep networks in which every layer has its own readout, and may learn from it alone (page 14)."""

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from ... import LIF, Surrogate
from ...losses import stepwise_membrane_cross_entropy as loss_of_readout
from ...losses import summed_membrane


class LayerStack(nn.Module):
    """Layers of LIF neurons, each read out at every step through a fixed random matrix.

    Args:
        inputs: how many there are.
        hidden: neurons of each layer.
        depth: number of layers.
        classes: that a readout tells apart.
        scale: steepness of the neurons' surrogate.
        gain: size of the weights, times PyTorch's.
        readout_scale: size of the readouts, times one over the root of the layer's size.
        generator: draws the readouts; weights are drawn by PyTorch's own.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        depth: int,
        *,
        classes: int = 10,
        scale: float = 10.0,
        gain: float = 1.0,
        readout_scale: float = 3.0,
        generator: Generator | None = None,
    ):
        super().__init__()
        sizes = [inputs] + [hidden] * depth
        linears = [nn.Linear(*pair) for pair in zip(sizes, sizes[1:], strict=False)]
        neurons = [LIF(surrogate=Surrogate(scale=scale)) for _ in linears]
        pairs = zip(linears, neurons, strict=True)
        self.layers = nn.ModuleList([nn.Sequential(*pair) for pair in pairs])
        self.readouts = nn.ParameterList()
        for linear in linears:
            linear.weight.data.mul_(gain)
            drawn = torch.randn(classes, hidden, generator=generator) * readout_scale / hidden**0.5
            self.readouts.append(nn.Parameter(drawn, requires_grad=False))

    def forward(self, spikes: Tensor) -> Tensor:
        """Return what the last layer's readout says at every step, ``[T, B, C]``."""
        for layer in self.layers:
            spikes = layer(spikes)
        return spikes @ self.readouts[-1].T

    def scores(self, spikes: Tensor, *, apart: bool = True) -> list[Tensor]:
        """Return what each layer's readout says at every step, ``[T, B, C]``, from the first on.

        Args:
            spikes: input ``[T, B, N]``.
            apart: whether no gradient goes from a layer to the one below.
        """
        found = []
        for layer, readout in zip(self.layers, self.readouts, strict=True):
            spikes = layer(spikes.detach() if apart else spikes)
            found.append(spikes @ readout.T)
        return found


class OwnLosses:
    """A learner for `fit`: each layer of a stack learns from the loss of its own readout.

    Args:
        network: the stack.
        apart: whether from this loss only; else from those of all layers above, too.
    """

    def __init__(self, network: LayerStack, *, apart: bool = True):
        self.network = network
        self.apart = apart

    def run(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Add the gradients of all layers; return what the last readout says, ``[T, B, C]``."""
        scores = self.network.scores(inputs, apart=self.apart)
        sum(loss_of_readout(each, labels) for each in scores).backward()
        return scores[-1].detach()


@torch.no_grad()
def read_layers(network: LayerStack, spikes: Tensor, labels: Tensor) -> list[float]:
    """Return each layer's share of right answers, scores summed over the steps, in [0, 1]."""
    answers = [summed_membrane(each).argmax(1) for each in network.scores(spikes)]
    return [(answer == labels).float().mean().item() for answer in answers]


def shifted(images: Tensor, by: int, generator: Generator | None = None) -> Tensor:
    """Shift each digit at random, by up to so many pixels in both directions, on a black ground.

    Args:
        images: ``[B, 784]``.
        by: pixels, at least 0.
        generator: draws the shifts.

    Returns:
        ``[B, 784]``.

    >>> shifted(torch.ones(2, 784), 0).sum(1).tolist()
    [784.0, 784.0]
    """
    framed = F.pad(images.view(-1, 28, 28), (by,) * 4)
    down, right = torch.randint(2 * by + 1, (2, len(images), 1), generator=generator)
    places = torch.arange(28)
    each = torch.arange(len(images))[:, None, None]
    return framed[each, (down + places)[:, :, None], (right + places)[:, None, :]].flatten(1)
