"""Export one step of a network, for a stream that has no end.

The program maps an input and the states to an output and the states after it; who runs it hands
the states on.
"""

import torch
from torch import Tensor, nn

from snn_core import CuBaLIF
from snn_core.neurons import SynapticState


class OneStep(nn.Module):
    """One layer of neurons, one step of time."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(20, 30)
        self.neurons = CuBaLIF()

    def forward(self, now: Tensor, state: SynapticState) -> tuple[Tensor, SynapticState]:
        spikes, _, state = self.neurons.step(self.layer(now), state)
        return spikes, state


torch.manual_seed(0)
network = OneStep().eval()
inputs = 5 * torch.rand(50, 1, 20)  # 50 steps of one sample
currents = network.layer(inputs)
state = network.neurons.initial_state(currents)
program = torch.export.export(network, (inputs[0], state)).module()

outputs = []
for now in inputs:
    spikes, state = program(now, state)
    outputs.append(spikes)
assert torch.stack(outputs).equal(network.neurons(currents))  # one by one
print(f"{int(sum(map(torch.sum, outputs)))} spikes, as of the whole sequence")
