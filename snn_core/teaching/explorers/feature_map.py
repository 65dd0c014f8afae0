"""The explorer of page 16: one feature map of spiking neurons on one digit."""

import math

import numpy as np
import torch
from matplotlib.artist import Artist
from torch import Tensor
from torch.nn import functional

from ... import encoding
from ...datasets import mnist_mini
from ...layers import OverTime
from ...neurons import LIF
from ..palette import ORANGE
from ._base import Choice, Explorer, Range

POOLINGS = ("none", "LIF, then max", "LIF, then average", "max, then LIF")


class FeatureMap(Explorer):
    """A hand-made edge filter, the neurons of its map, and their spikes step by step under a constant image."""

    controls = {
        "orientation": Range(0, 345, 15, 0, "orientation (degrees)"),
        "width": Range(0.5, 3.0, 0.25, 1.0, "width of the filter (pixels)"),
        "gain": Range(0.0, 3.0, 0.1, 1.0, "gain"),
        "tau_mem": Range(1.0, 30.0, 1.0, 10.0, "τ_mem (ms)"),
        "pooling": Choice(POOLINGS, "none", "pooling"),
    }
    size = (9.0, 3.6)
    steps, rows = 8, 2

    def build(self) -> list[Artist]:
        self.digit = mnist_mini().train_images[0]
        left, middle, right = self.figure.subplots(1, 3, width_ratios=(1, 1, 4))
        left.imshow(self.digit.numpy(), cmap="gray")
        left.set_title("image")
        self.kernel = middle.imshow(np.zeros((9, 9)), cmap="RdBu_r", vmin=-1, vmax=1)
        middle.set_title("filter")
        columns = self.steps // self.rows
        self.maps = right.imshow(
            np.zeros((28 * self.rows, 28 * columns)), cmap="gray", vmin=0, vmax=1, extent=(0, columns, self.rows, 0)
        )
        right.set_aspect("equal")
        for step in range(self.steps):
            place = step % columns + 0.03, step // columns + 0.14
            right.text(*place, f"step {step + 1}", color=ORANGE, fontsize=8)
        for line in range(1, columns):
            right.axvline(line, color="0.5", linewidth=1)
        right.axhline(1, color="0.5", linewidth=1)
        self.title = right.set_title(" ")
        for axis in (left, middle, right):
            axis.set(xticks=[], yticks=[])
        texts = list(right.texts) + list(right.lines)
        return [self.kernel, self.maps, *texts, self.title]

    def update(self, *, orientation: float, width: float, gain: float, tau_mem: float, pooling: str) -> None:
        kernel = edge_filter(orientation, width)
        spikes = map_spikes(self.digit, gain * kernel, tau_mem, pooling, self.steps)
        self.kernel.set_data((kernel / kernel.abs().max()).numpy())
        self.maps.set_data(torch.cat([torch.cat(list(row), 1) for row in spikes.chunk(self.rows)]).numpy())
        side = spikes.shape[-1]
        self.title.set_text(f"{side} × {side} map, {spikes.mean():.3f} per neuron and step")


def edge_filter(orientation: float, width: float, size: int = 9) -> Tensor:
    """Return a filter ``[size, size]`` for edges: the slope of a Gaussian, its weights' magnitudes summing to 2.

    It answers with 1 to an ideal edge from 0 to 1 in the direction `orientation` in degrees: 0 is dark to bright from
    left to right, 90 from top to bottom. `width` is the standard deviation of the Gaussian in pixels.

    >>> edge_filter(0, 1.0)[:, 5:].sum().round(decimals=4).item()
    1.0
    """
    place = torch.arange(size) - (size - 1) / 2
    angle = math.radians(orientation)
    slope = math.cos(angle) * place[None, :] + math.sin(angle) * place[:, None]
    bell = torch.exp(-(place[None, :] ** 2 + place[:, None] ** 2) / (2 * width**2))
    return 2 * slope * bell / (slope * bell).abs().sum()


def map_spikes(image: Tensor, kernel: Tensor, tau_mem: float, pooling: str, steps: int) -> Tensor:
    """Return the spikes ``[steps, H, W]`` of the neurons that see `image` ``[H, W]`` through `kernel`, at dt = 1 ms.

    The image is a constant current. `pooling` is one of `POOLINGS`; averages are multiples of 1/4.
    """
    current = functional.conv2d(image[None, None], kernel[None, None], padding="same")
    if pooling == "max, then LIF":
        current = functional.max_pool2d(current, 2)
    spikes = LIF(tau_mem)(encoding.direct(current, steps))
    if pooling == "LIF, then max":
        spikes = OverTime(torch.nn.MaxPool2d(2))(spikes)
    elif pooling == "LIF, then average":
        spikes = OverTime(torch.nn.AvgPool2d(2))(spikes)
    return spikes[:, 0, 0]
