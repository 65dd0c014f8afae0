"""Compute the products of a network in bfloat16, and its membranes in float32.

Half the bits make the linear layers faster, on a GPU much more than here. A membrane adds up small
inputs over many steps, which eight bits would lose: neurons keep it in float32, without being told.
"""

import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator, losses
from snn_core.datasets import mnist_mini

torch.manual_seed(0)
images, labels, *_ = mnist_mini()
spikes = (torch.rand(20, 100, 784) < images[:100].flatten(1)).float()
labels = labels[:100]
hidden = nn.Sequential(nn.Linear(784, 100), LIF())
network = nn.Sequential(*hidden, nn.Linear(100, 10), LeakyIntegrator())


def gradient(**options):
    """Return the loss, and its gradients in one row."""
    with torch.autocast("cpu", torch.bfloat16, **options):
        loss = losses.max_membrane_cross_entropy(network(spikes), labels)
    grads = torch.autograd.grad(loss, tuple(network.parameters()))  # outside of the block
    return loss.item(), torch.cat([grad.flatten() for grad in grads])


with torch.autocast("cpu", torch.bfloat16):
    current = hidden[0](spikes)
    recording = hidden[1](current, record=True)
assert current.dtype == recording.spikes.dtype == torch.bfloat16
assert recording.membrane.dtype == recording.state.dtype == torch.float32

half, half_grad = gradient()
full, full_grad = gradient(enabled=False)
assert half_grad.dtype == torch.float32  # as the weights, which stay what they are
agreement = nn.functional.cosine_similarity(half_grad, full_grad, dim=0).item()
print(f"loss {half:.4f} for {full:.4f}; the gradients agree to {agreement:.4f}")
assert half != full
assert agreement > 0.95
