"""Train on a long sequence in windows: forward all the way, backward through one window at a time.

The state is carried on, the gradient is not. Memory is that of one window. What an early input
does to a later window is not learnt.
"""

import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator
from snn_core.memory import graph_nodes
from snn_core.stream import Stream

torch.manual_seed(0)
network = nn.Sequential(nn.Linear(20, 30), LIF(), nn.Linear(30, 1), LeakyIntegrator())
inputs = 2 * torch.rand(60, 8, 20)
target = torch.sin(torch.arange(60) / 5).view(60, 1, 1).expand(60, 8, 1)
weights = tuple(network.parameters())


def gradient(window):
    """Return the gradient of the whole sequence in one row, and the size of every graph."""
    stream = Stream(network)
    total, sizes = torch.zeros(()), []
    for start in range(0, len(inputs), window):
        steps = [stream.step(now) for now in inputs[start : start + window]]
        error = torch.stack(steps) - target[start : start + window]
        loss = error.square().sum() / target.numel()
        grads = torch.autograd.grad(loss, weights)  # or loss.backward(), and an update
        total = total + torch.cat([grad.flatten() for grad in grads])
        sizes.append(graph_nodes(loss))
        stream.detach()
    return total, sizes


loss = (network(inputs) - target).square().sum() / target.numel()
full = torch.cat([grad.flatten() for grad in torch.autograd.grad(loss, weights)])
torch.testing.assert_close(gradient(60)[0], full, rtol=1e-3, atol=1e-5)
short, sizes = gradient(10)
assert len(set(sizes)) == 1  # no window is longer than the first
for window in (5, 10, 20, 60):
    agreement = nn.functional.cosine_similarity(gradient(window)[0], full, dim=0)
    print(f"window {window:2}: the gradient agrees with the full one to {agreement:.3f}")
assert not torch.allclose(short, full, rtol=1e-2)
