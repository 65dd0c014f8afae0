"""The explorer of page 04: the rates of five layers with random weights."""

import numpy as np
import torch
from matplotlib.artist import Artist

from ...neurons import LIF
from ..palette import BLUE, VERMILION
from ._base import Explorer, Range


class LayerRates(Explorer):
    """Random spikes run through five layers of LIF neurons with random weights: the rates, and two rasters."""

    controls = {
        "gain": Range(0.1, 8.0, 0.1, 1.8, "weight gain g"),
        "input_rate": Range(0.01, 0.5, 0.01, 0.1, "input spikes per step"),
        "tau_mem": Range(1.0, 50.0, 1.0, 10.0, "τ_mem (ms)"),
    }
    size = (10.0, 3.0)
    layers, neurons, steps = 5, 100, 100

    def build(self) -> list[Artist]:
        left, *rasters = self.figure.subplots(1, 3)
        self.bars = left.bar(range(self.layers + 1), np.zeros(self.layers + 1), color=[VERMILION] + [BLUE] * 5)
        left.set(
            xlabel="layer (0: input)", ylabel="spikes per neuron and step", ylim=(0, 0.7), xticks=range(self.layers + 1)
        )
        self.dots, self.titles = [], [left.set_title(" ")]
        for axes in rasters:
            self.dots += axes.plot([], [], ".", markersize=2, color=BLUE)
            self.titles.append(axes.set_title(" "))
            axes.set(xlabel="time (ms)", ylabel="neuron", xlim=(-1, self.steps), ylim=(-1, self.neurons))
        generator = torch.Generator().manual_seed(0)
        shape = (self.layers, self.neurons, self.neurons)
        self.weights = torch.randn(shape, generator=generator) / self.neurons**0.5
        self.draws = torch.rand((self.steps, 1, self.neurons), generator=generator)
        return [*self.bars, *self.dots, *self.titles]

    def update(self, *, gain: float, input_rate: float, tau_mem: float) -> None:
        spikes = self._run(gain, input_rate, tau_mem)
        rates = [layer.mean().item() for layer in spikes]
        for bar, height in zip(self.bars, rates, strict=True):
            bar.set_height(height)
        for dots, title, layer in zip(self.dots, self.titles[1:], (1, self.layers), strict=True):
            dots.set_data(*spikes[layer][:, 0].nonzero().numpy().T)
            silent = (spikes[layer].sum(0) == 0).float().mean().item()
            title.set_text(f"layer {layer}: {silent:.0%} of the neurons silent")
        self.titles[0].set_text(f"input {rates[0]:.2f}, layer {self.layers} {rates[-1]:.3f}")

    def _run(self, gain: float, input_rate: float, tau_mem: float) -> list[torch.Tensor]:
        """Return the spikes ``[T, 1, N]`` of the input and of each layer."""
        spikes, lif = [(self.draws < input_rate).float()], LIF(tau_mem)
        for weight in self.weights:
            spikes.append(lif(spikes[-1] @ (gain * weight).T).detach())
        return spikes
