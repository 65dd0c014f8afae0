"""Train in several processes, each with its share of every batch.

Run it as ``torchrun --nproc-per-node 2 two_processes.py``; on several machines nothing else
changes. PyTorch averages the gradients of all processes, so shares of equal size give the gradient
of the joint batch.
"""

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from snn_core import LIF, losses
from snn_core.datasets import mnist_mini

dist.init_process_group("gloo")  # "nccl" for GPUs
rank, processes = dist.get_rank(), dist.get_world_size()
torch.manual_seed(0)
images, labels, *_ = mnist_mini()
spikes, labels = images[:64].flatten(1).expand(10, 64, 784), labels[:64]
network = nn.Sequential(nn.Linear(784, 100), LIF(), nn.Linear(100, 10), LIF())


def gradients(net, spikes, labels):
    """Return the gradients of the loss on these samples, as they arrive in the parameters."""
    network.zero_grad()
    losses.count_cross_entropy(net(spikes), labels).backward()
    return [weight.grad.clone() for weight in network.parameters()]


joint = gradients(network, spikes, labels)
share = slice(rank, None, processes)
alone = gradients(network, spikes[:, share], labels[share])
parallel = DistributedDataParallel(network)
shared = gradients(parallel, spikes[:, share], labels[share])
for one, other, own in zip(joint, shared, alone, strict=True):
    torch.testing.assert_close(other, one, rtol=1e-4, atol=1e-6)
    assert processes == 1 or not torch.allclose(own, one, rtol=1e-2)
print(f"process {rank} of {processes}: the gradient of the joint batch")
dist.destroy_process_group()
