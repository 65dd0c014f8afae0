"""Train on the batches of a `DataLoader`.

What does not fit into memory, comes from several files or is changed at random on its way is
better loaded batch by batch. `fit` and `evaluate` take a loader in place of values and labels.
"""

from functools import partial

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from snn_core import LIF, encoding, losses
from snn_core.datasets import mnist_mini
from snn_core.training import evaluate, fit, seed_torch


def build():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(784, 100), LIF(), nn.Linear(100, 10), LIF())


images, labels, test_images, test_labels = mnist_mini()
digits = TensorDataset(images[:2000].flatten(1), labels[:2000])
tests = DataLoader(TensorDataset(test_images.flatten(1), test_labels), batch_size=250)
shuffled = partial(DataLoader, digits, batch_size=50, shuffle=True)
encode = partial(encoding.direct, steps=10)

network = build()
loader = shuffled(generator=seed_torch(1))
history = fit(network, loader, encode=encode, epochs=2, progress=False)
print(f"accuracy on new digits: {evaluate(network, tests, encode=encode):.1%}")

# The same in a loop of your own, with the same numbers.
twin, found = build(), []
optimizer = torch.optim.Adam(twin.parameters())
loader = shuffled(generator=seed_torch(1))
for _ in range(2):
    for values, targets in loader:
        optimizer.zero_grad()
        loss = losses.count_cross_entropy(twin(encode(values)), targets)
        loss.backward()
        optimizer.step()
        found.append(loss.item())
assert found == history.loss
assert evaluate(twin, tests, encode=encode) == evaluate(network, tests, encode=encode) > 0.5
