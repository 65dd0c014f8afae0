"""Save a training in the middle, and go on from there as if it had never stopped.

Three things decide what comes next: the weights, the state of the optimizer, and the state of every
generator that something is drawn from. All three go into the file.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

from snn_core import LIF, encoding
from snn_core.datasets import mnist_mini
from snn_core.training import fit, seed_torch

images, labels, *_ = mnist_mini()
images, labels = images[:500].flatten(1), labels[:500]


def begin(seed):
    generator = seed_torch(seed)  # shuffles the digits and draws their spikes
    network = nn.Sequential(nn.Linear(784, 50), LIF(), nn.Linear(50, 10), LIF())
    return network, torch.optim.Adam(network.parameters()), generator


def train(network, optimizer, generator, **options):
    encode = partial(encoding.rate, steps=10, generator=generator)
    given = {"encode": encode, "optimizer": optimizer, "generator": generator}
    return fit(network, images, labels, progress=False, **given, **options)


def save(path, network, optimizer, generator):
    parts = {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(parts | {"generator": generator.get_state()}, path)


with TemporaryDirectory() as folder:
    path = Path(folder) / "training.pt"
    unbroken = begin(seed=0)
    whole = train(*unbroken, epochs=1, after_epoch=lambda _: save(path, *unbroken))
    whole = train(*unbroken, epochs=1)
    stored = torch.load(path)

resumed = begin(seed=1)  # other weights, other draws, until the file is read
for part, state in zip(resumed, stored.values(), strict=True):
    part.set_state(state) if isinstance(part, torch.Generator) else part.load_state_dict(state)
assert train(*resumed, epochs=1).loss == whole.loss
for one, other in zip(resumed[0].parameters(), unbroken[0].parameters(), strict=True):
    assert one.equal(other)
print(f"the resumed training made the same {len(whole.loss)} updates, bit for bit")
