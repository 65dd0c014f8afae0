"""Write an encoder of your own: values [B, …] in, spikes [T, B, …] out.

Here a burst: all spikes of a value come at the beginning, the more the larger it is. An encoder is
a function, so `fit` and `evaluate` take it as it is, and `partial` fixes its options.
"""

from functools import partial

import torch
from torch import nn

from snn_core import LIF
from snn_core.datasets import mnist_mini
from snn_core.training import evaluate, fit, seed_torch


def burst(intensity, steps):
    """Return a burst ``[T, B, …]`` of ``round(steps * intensity)`` spikes, at the beginning."""
    count = (steps * intensity).round()
    time = torch.arange(steps, device=intensity.device)
    time = time.view(steps, *[1] * intensity.dim())
    return (time < count).to(intensity.dtype)


images, labels, test_images, test_labels = mnist_mini()
spikes = burst(images[:20], steps=8)
assert spikes.shape == (8, 20, 28, 28)
assert (spikes[1:] <= spikes[:-1]).all()  # nothing comes after a pause
error = (spikes.mean(0) - images[:20]).abs().max().item()
assert 0 < error <= 1 / 16 + 1e-6  # read back to half a spike
print(f"largest error of a value that is read back: {error:.4f}")

generator = seed_torch(0)
network = nn.Sequential(nn.Flatten(2), nn.Linear(784, 100), LIF(), nn.Linear(100, 10), LIF())
options = {"encode": partial(burst, steps=8)}
train = {"generator": generator, "epochs": 2, "progress": False, "batch_size": 50}
fit(network, images[:2000], labels[:2000], **train, **options)
accuracy = evaluate(network, test_images, test_labels, **options)
print(f"accuracy on new digits: {accuracy:.1%}")
assert accuracy > 0.5
