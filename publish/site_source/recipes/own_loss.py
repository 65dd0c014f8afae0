"""Write a loss of your own: the output [T, B, C] and the labels in, one number out.

Here a margin: the right class is to spike at least two times more than every other, and no more is
asked for. Its decoder says how an answer is read out; `fit` takes it from the loss.
"""

from functools import partial

from torch import nn
from torch.nn.functional import multi_margin_loss

from snn_core import LIF, encoding
from snn_core.datasets import mnist_mini
from snn_core.losses import spike_count
from snn_core.training import evaluate, fit, seed_torch


def margin(output, labels, *, spikes=2.0):
    """Return how many spikes are missing to the margin, on average over classes and samples."""
    return multi_margin_loss(spike_count(output), labels, margin=spikes)


margin.decode = spike_count

images, labels, test_images, test_labels = mnist_mini()
images, test_images = images[:2000].flatten(1), test_images.flatten(1)
generator = seed_torch(0)
network = nn.Sequential(nn.Linear(784, 100), LIF(), nn.Linear(100, 10), LIF())
encode = partial(encoding.direct, steps=10)
options = {"generator": generator, "epochs": 3, "progress": False, "batch_size": 50}
fit(network, images, labels[:2000], encode=encode, loss=margin, **options)
accuracy = evaluate(network, test_images, test_labels, encode=encode, decode=spike_count)
print(f"accuracy on new digits: {accuracy:.1%}")
assert accuracy > 0.5

counts = spike_count(network(encode(images)))
assert margin(network(encode(images)), labels[:2000]) < multi_margin_loss(0 * counts, labels[:2000])
wide = partial(margin, spikes=4.0)  # an option, fixed for `fit`
assert wide(network(encode(images)), labels[:2000]) > margin(network(encode(images)), labels[:2000])
