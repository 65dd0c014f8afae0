"""Export a network as a program of PyTorch's operations, which runs without this library.

All steps of time are unrolled: the number of steps is that of the example, and the program grows
with it. The number of samples stays open.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn
from torch.export import Dim

from snn_core import LIF, LeakyIntegrator
from snn_core.layers import OverTime

torch.manual_seed(0)
maps = OverTime(nn.Conv2d(1, 4, 3)), LIF(), OverTime(nn.AvgPool2d(2)), nn.Flatten(2)
network = nn.Sequential(*maps, nn.Linear(4 * 13 * 13, 10), LIF(), nn.Linear(10, 3))
network.append(LeakyIntegrator()).eval()

example = torch.rand(6, 2, 1, 28, 28)  # six steps
samples = {1: Dim("samples", min=1, max=1024)}
program = torch.export.export(network, (example,), dynamic_shapes=(samples,))
with TemporaryDirectory() as folder:
    path = Path(folder) / "network.pt2"
    torch.export.save(program, path)
    loaded = torch.export.load(path).module()

inputs = 2 * torch.rand(6, 7, 1, 28, 28)
torch.testing.assert_close(loaded(inputs), network(inputs))
print(f"the same membranes for {inputs.shape[1]} samples, from {len(program.graph.nodes)} nodes")

spiking = torch.export.export(network[:2], (example,), dynamic_shapes=(samples,)).module()
assert network[:2](inputs).any()
assert spiking(inputs).equal(network[:2](inputs))  # one by one
