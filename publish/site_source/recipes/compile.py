"""Compile a network into one graph.

Without a compiler, LIF, its relatives and the leaky integrator already run through a whole sequence
in one function. `torch.compile` pays where a neuron of your own runs step by step. It needs a
compiler of C++ on a CPU, and minutes for a long sequence, since every step becomes part of the
graph.
"""

import sys

import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator, losses

backend = sys.argv[1] if len(sys.argv) > 1 else "inductor"  # "aot_eager" needs no compiler
torch.manual_seed(0)
network = nn.Sequential(nn.Linear(20, 30), LIF(), nn.Linear(30, 3), LeakyIntegrator())
compiled = torch.compile(network, backend=backend, fullgraph=True)
inputs, labels = 2 * torch.rand(5, 8, 20), torch.arange(8) % 3


def gradients(net):
    """Return the output, and the gradients of the loss."""
    output = net(inputs)
    loss = losses.max_membrane_cross_entropy(output, labels)
    return output, *torch.autograd.grad(loss, tuple(network.parameters()))


for one, other in zip(gradients(compiled), gradients(network), strict=True):
    assert other.abs().max() > 0
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
print(f"compiled by {backend}: the same output and the same gradients, to rounding")
