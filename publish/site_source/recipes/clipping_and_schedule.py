"""Limit the gradient of every update, and let the learning rate rise and fall.

Through many steps of time a gradient can grow large for a single batch. Clipped to a norm, it keeps
its direction. A schedule is told after every update that one more has been made.
"""

from functools import partial

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_, get_total_norm

from snn_core import LIF, encoding
from snn_core.datasets import mnist_mini
from snn_core.training import fit, one_cycle, seed_torch

EPOCHS, BATCH, LIMIT = 2, 50, 0.5
images, labels, *_ = mnist_mini()
images, labels = images[:500].flatten(1), labels[:500]
generator = seed_torch(0)
network = nn.Sequential(nn.Linear(784, 50), LIF(), nn.Linear(50, 10), LIF())
optimizer = torch.optim.Adam(network.parameters())
schedule = one_cycle(optimizer, lr=0.005, updates=EPOCHS * len(images) // BATCH)
before, after, rates = [], [], []


def clip():
    before.append(clip_grad_norm_(network.parameters(), LIMIT).item())
    after.append(get_total_norm([weight.grad for weight in network.parameters()]).item())


def advance():
    rates.append(optimizer.param_groups[0]["lr"])
    schedule.step()


options = {"before_step": clip, "after_batch": advance, "optimizer": optimizer}
encode = partial(encoding.direct, steps=10)
sizes = {"epochs": EPOCHS, "batch_size": BATCH}
fit(network, images, labels, encode=encode, generator=generator, progress=False, **sizes, **options)
print(f"largest gradient {max(before):.2f}, clipped {max(after):.2f}; lr up to {max(rates):.4f}")
assert max(before) > LIMIT >= max(after) - 1e-6
assert rates[-1] < rates[0] < max(rates) <= 0.005
