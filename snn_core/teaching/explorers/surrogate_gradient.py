"""The explorer of page 05: how much gradient reaches each layer of a deep spiking network."""

import numpy as np
import torch
from matplotlib.artist import Artist
from torch import Tensor

from ...encoding import rate
from ...neurons import LIF
from ...surrogate import ALL_SURROGATES, Surrogate
from ..live import LiveSurrogateGradient
from ..palette import BLUE, VERMILION
from ._base import Choice, LiveExplorer, Range


class SurrogateGradient(LiveExplorer):
    """Five layers of LIF neurons on fixed random spikes: the surrogate, and the gradient that each layer receives."""

    controls = {
        "surrogate": Choice(ALL_SURROGATES, "fast_sigmoid", "surrogate"),
        "log_scale": Range(-1.0, 3.0, 0.1, 1.0, "log₁₀ of steepness k"),
        "gain": Range(0.2, 3.0, 0.1, 1.0, "weights ×"),
    }
    size = (8.6, 3.2)
    live = LiveSurrogateGradient
    layers, neurons, steps, samples = 5, 20, 50, 8
    floor = 1e-8

    def build(self) -> list[Artist]:
        generator = torch.Generator().manual_seed(0)
        self.input = rate(torch.full((self.samples, self.neurons), 0.1), self.steps, generator=generator)
        self.weights = 0.04 + 0.4 * torch.randn(self.layers, self.neurons, self.neurons, generator=generator)
        left, right = self.figure.subplots(1, 2)
        self.distance = torch.linspace(-2, 2, 401)
        self.edges = np.linspace(-2, 2, 41)
        self.histogram = left.stairs(np.zeros(40), self.edges, fill=True, color="0.85", label="membranes of layer 1")
        (self.curve,) = left.plot(self.distance, np.zeros(401), color=BLUE, label="surrogate derivative")
        left.set(xlabel="distance to threshold u − θ", ylabel="derivative", xlim=(-2, 2), ylim=(0, 1.45))
        left.legend(loc="upper left", ncols=2)
        self.bars = right.bar(range(1, self.layers + 1), 1.0, bottom=self.floor, color=VERMILION)
        right.set(xlabel="layer", ylabel="norm of the gradient", yscale="log", ylim=(self.floor, 1e10))
        self.shape, self.verdict = left.set_title(" "), right.set_title(" ")
        return [self.histogram, self.curve, *self.bars, self.shape, self.verdict]

    def update(self, *, surrogate: str, log_scale: float, gain: float) -> None:
        spike = Surrogate(surrogate, 10**log_scale)
        norms, membrane = gradient_by_layer(self.input, gain * self.weights, spike)
        self.curve.set_ydata(spike.derivative(self.distance))
        counts, _ = np.histogram((membrane - 1).flatten().numpy(), self.edges)
        self.histogram.set_data(counts / max(counts.max(), 1))
        for bar, norm in zip(self.bars, norms.tolist(), strict=True):
            bar.set_height(max(norm - self.floor, 0.0))
        self.shape.set_text(f"k = {spike.scale:.3g}: area {spike.area:.2g}")
        share = (norms[0] / norms[-1]).item() if norms[-1] > 0 else 0.0
        self.verdict.set_text(f"layer 1 : layer {self.layers} = {share:.2g}" if share else "nothing reaches layer 1")

    def live_data(self) -> dict:
        """Return input spikes and weights, flat, and the constants of the neurons and of the picture."""
        neuron, spikes = LIF(), self.input.int().flatten().tolist()
        sizes = {"width": self.samples * self.neurons, "neurons": self.neurons, "floor": self.floor}
        constants = {"beta": neuron.beta.item(), "threshold": neuron.threshold.item()}
        return {"input": spikes, "weights": self.weights.flatten(1).tolist()} | sizes | constants


def gradient_by_layer(spikes: Tensor, weights: Tensor, surrogate: Surrogate) -> tuple[Tensor, Tensor]:
    """Return the norm of the gradient of all output spikes by the current into each layer, and layer 1's membrane.

    Args:
        spikes: input ``[T, B, N]``.
        weights: one matrix per layer, ``[layers, N, N]``.
        surrogate: the spike of every neuron.

    Returns:
        (norms ``[layers]``, from the first layer to the last; membrane ``[T, B, N]``).

    >>> ones = torch.ones(2, 1, 1)
    >>> gradient_by_layer(ones, 2 * ones, Surrogate("straight_through"))[0].shape
    torch.Size([2])
    """
    currents, membranes, neuron = [], [], LIF(surrogate=surrogate)
    for weight in weights:
        currents.append((spikes @ weight).requires_grad_())
        spikes, membrane, _ = neuron(currents[-1], record=True)
        membranes.append(membrane.detach())
    gradients = torch.autograd.grad(spikes.sum(), currents)
    return torch.stack([gradient.norm() for gradient in gradients]), membranes[0]
