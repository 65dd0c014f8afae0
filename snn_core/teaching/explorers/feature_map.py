"""The explorer of page 16: one map of spiking neurons that sees a digit through a filter for edges."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from ... import encoding
from ...datasets import mnist_mini
from ...layers import OverTime
from ...neurons import LIF
from ..live import Choice, LiveExplorer, Range

POOLINGS = ("none", "LIF, then max", "max, then LIF")


class FeatureMap(LiveExplorer):
    """A digit, a filter for edges, the current of its map at one step, and the spikes of all steps."""

    model = "feature_map"
    about = "A digit, a filter for edges, the current and the spikes of its map at one step, and their number by step."
    controls = {
        "input": Choice(("constant", "random spikes"), "constant", "input"),
        "pooling": Choice(POOLINGS, "none", "pooling"),
        "orientation": Range(0, 345, 15, 0, "direction of the edge (degrees)"),
        "gain": Range(0.0, 3.0, 0.1, 1.5, "gain"),
        "tau_mem": Range(1.0, 30.0, 1.0, 10.0, "τ (ms)", "ms"),
        "step": Range(1, 12, 1, 1, "step"),
    }
    size, steps = 9, 12  # of the filter; of the input

    def frames(self) -> Tensor:
        """Return the input of random spikes, ``[T, 784]``."""
        generator = torch.Generator().manual_seed(0)
        return encoding.rate(mnist_mini().train_images[:1].flatten(1), self.steps, generator=generator)[:, 0]

    def data(self) -> dict:
        """Return the grey values of a digit from 0 to 255, and which pixels send a spike at each random step."""
        image = mnist_mini().train_images[0].flatten()
        random = [frame.nonzero().flatten().tolist() for frame in self.frames()]
        return {"image": (255 * image).round().int().tolist(), "random": random, "size": self.size}


def edge_filter(orientation: float, size: int = 9) -> Tensor:
    """Return a filter ``[size, size]`` for edges: the slope of a Gaussian one pixel wide.

    Its magnitudes sum to 2, so it answers with 1 to an ideal edge from 0 to 1 in the direction `orientation` in
    degrees: 0 is dark to bright from left to right, 90 from top to bottom.

    >>> edge_filter(0)[:, 5:].sum().round(decimals=4).item()
    1.0
    """
    place = torch.arange(size) - (size - 1) / 2
    angle = math.radians(orientation)
    slope = math.cos(angle) * place[None, :] + math.sin(angle) * place[:, None]
    bell = torch.exp(-(place[None, :] ** 2 + place[:, None] ** 2) / 2)
    return 2 * slope * bell / (slope * bell).abs().sum()


def map_spikes(frames: Tensor, kernel: Tensor, tau_mem: float, pooling: str) -> Tensor:
    """Return the spikes ``[T, H, W]`` of the neurons that see `frames` ``[T, H, W]`` through `kernel`, at dt = 1 ms.

    `pooling` is one of `POOLINGS`.
    """
    current = functional.conv2d(frames[:, None], kernel[None, None], padding="same")[:, None]
    pool = OverTime(torch.nn.MaxPool2d(2))
    if pooling == "max, then LIF":
        current = pool(current)
    spikes = LIF(tau_mem)(current)
    return (pool(spikes) if pooling == "LIF, then max" else spikes)[:, 0, 0]
