"""Copy a network, to train the copy and keep the original.

A copy has weights, constants and settings of its own. States are no part of a neuron: they are
handed in and out, so nothing of an earlier sequence is copied along.
"""

from copy import deepcopy
from functools import partial

import torch
from torch import nn

from snn_core import LIF, encoding
from snn_core.datasets import mnist_mini
from snn_core.training import fit, seed_torch

images, labels, *_ = mnist_mini()
images, labels = images[:500].flatten(1), labels[:500]
encode = partial(encoding.direct, steps=10)
torch.manual_seed(0)
layers = nn.Linear(784, 50), LIF(learn_beta=True), nn.Linear(50, 10), LIF()
original = nn.Sequential(*layers)
before = original(encode(images))

copy = deepcopy(original)
assert copy(encode(images)).equal(before)
fit(copy, images, labels, encode=encode, epochs=2, generator=seed_torch(1), progress=False)
assert original(encode(images)).equal(before)
assert not copy(encode(images)).equal(before)
print(f"decay of the copy {copy[1].beta:.4f}, of the original {original[1].beta:.4f}")
assert copy[1].beta != original[1].beta

copy.load_state_dict(original.state_dict())  # and back to where it began
assert copy(encode(images)).equal(before)
