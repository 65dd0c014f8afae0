"""Draw the figure of the README: a digit, its spikes, the answer in spikes, and the accuracy against time.

``python tutorials/figures/anytime.py`` trains the network of page 07 for a few epochs and writes ``anytime.png``.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch import nn

from snn_core import LIF, encoding
from snn_core.datasets import mnist_mini
from snn_core.teaching.plotting import raster, use_style
from snn_core.training import fit, seed_torch

STEPS, SAMPLE = 30, 0


def main() -> None:
    """Train, run the test images, and draw."""
    digits, generator = mnist_mini(), seed_torch(0)
    network = nn.Sequential(nn.Linear(784, 256), LIF(), nn.Linear(256, 10), LIF())

    def encode(images):
        return encoding.rate(images, 10, generator=generator)

    fit(network, digits.train_images.flatten(1), digits.train_labels, encode=encode, epochs=6, generator=generator)
    spikes = encoding.rate(digits.test_images.flatten(1), STEPS, generator=generator)
    with torch.no_grad():
        output = network(spikes)
    accuracy = (output.cumsum(0).argmax(2) == digits.test_labels).float().mean(1)
    draw(digits.test_images[SAMPLE], spikes[:, SAMPLE], output[:, SAMPLE], accuracy)


def draw(image, spikes, output, accuracy) -> None:
    """Write the four panels to ``anytime.png``."""
    use_style()
    figure, axes = plt.subplots(1, 4, figsize=(12, 2.9), width_ratios=(1, 1.6, 1.6, 1.6))
    axes[0].imshow(image)
    axes[0].set(xticks=[], yticks=[], title="an image")
    raster(spikes, axes[1], size=1.5).set(ylabel="pixel", title="its spikes")
    raster(output, axes[2], size=9).set(ylabel="digit", yticks=range(10), title="the network answers in spikes")
    axes[3].plot(range(1, STEPS + 1), 100 * accuracy)
    axes[3].set(xlabel="time (ms)", ylabel="test accuracy (%)", ylim=(0, 100), title="and can be stopped at any time")
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=130)


if __name__ == "__main__":
    main()
