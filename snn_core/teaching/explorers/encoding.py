"""The explorer of page 01: an image in every code."""

import numpy as np
import torch
from matplotlib.artist import Artist

from ...datasets import mnist_mini
from ...encoding import delta, direct, latency, rate
from ...reconstruction import from_delta, from_latency, from_rate
from ..live import Choice, LiveExplorer, Range
from ..plotting import BLUE
from ._base import Explorer


class Encoding(LiveExplorer, Explorer):
    """A digit, its spikes in one of the codes, and what can be read back from them."""

    controls = {
        "digit": Range(0, 9, 1, 3, "image"),
        "code": Choice(("direct", "rate", "latency", "delta"), "rate", "code"),
        "steps": Range(2, 100, 1, 25, "steps T"),
        "gain": Range(0.05, 1.0, 0.05, 0.5, "gain (rate)"),
        "tau": Range(1.0, 50.0, 1.0, 10.0, "τ (latency, ms)", "ms"),
    }
    size = (9.0, 2.8)
    model = "encoding"
    about = "An image, its spikes in a code, and the image read back from them."
    threshold, change = 0.2, 0.1

    def build(self) -> list[Artist]:
        left, middle, right = self.figure.subplots(1, 3, width_ratios=(1, 2, 1))
        blank = np.zeros((28, 28))
        self.original = left.imshow(blank, vmin=0, vmax=1)
        self.reconstructed = right.imshow(blank, vmin=0, vmax=1)
        (self.dots,) = middle.plot([], [], ".", markersize=2, color=BLUE)
        middle.set(xlabel="time step", ylabel="pixel", ylim=(-0.5, 783.5), xlim=(-1, 100))
        left.set_title("image")
        self.count, self.error = middle.set_title(" "), right.set_title(" ")
        for axes in (left, right):
            axes.set(xticks=[], yticks=[])
        self.images = mnist_mini().test_images[:10]
        return [self.original, self.reconstructed, self.dots, self.count, self.error]

    def update(self, *, digit: int, code: str, steps: int, gain: float, tau: float) -> None:
        image = self.images[digit].flatten()[None]
        spikes, back = self._encode(image, code, steps, gain, tau)
        step, pixel = spikes.nonzero().numpy().T[[0, -1]]
        self.dots.set_data(step, pixel)
        self.original.set_data(self.images[digit].numpy())
        self.reconstructed.set_data(back.view(28, 28).numpy())
        error = (back - image).square().mean().sqrt().item()
        count = "currents, no spikes" if code == "direct" else f"{len(step):,} spikes"
        self.count.set_text(f"{code}: {count}")
        self.error.set_text(f"read back, error {error:.3f}")

    def _encode(self, image, code, steps, gain, tau):
        if code == "direct":
            return direct(image, steps), image
        if code == "rate":
            spikes = rate(image, steps, gain=gain, generator=torch.Generator().manual_seed(0))
            return spikes, from_rate(spikes, gain=gain)
        if code == "latency":
            spikes = latency(image, steps, tau=tau, threshold=self.threshold)
            return spikes, from_latency(spikes, tau=tau, threshold=self.threshold)
        fade_in = torch.linspace(0, 1, steps).view(-1, 1, 1) * image
        events = delta(fade_in, threshold=self.change)
        return events[:, :, 0], from_delta(events, threshold=self.change)[-1]

    def data(self) -> dict:
        """Return the images as grey values from 0 to 255, the thresholds of the codes, and the seed."""
        images = (255 * self.images.flatten(1)).round().int().tolist()
        return {"images": images, "threshold": self.threshold, "change": self.change, "seed": 0}
