"""Write a neuron of your own: one step, and the loop over time is done.

Here the quadratic integrate-and-fire neuron, whose leak turns into a push above a critical
membrane (Latham et al. 2000). The membrane after the reset is its state; a tuple holds several
variables.
"""

import torch
from torch import nn

from snn_core import LIF, SpikingNeuron, Surrogate
from snn_core.stream import Stream


class QuadraticLIF(SpikingNeuron):
    """Quadratic neurons: du/dt = u (u - critical) / tau + I."""

    def __init__(self, tau_mem=10.0, critical=0.5, dt=1.0):
        super().__init__()
        self.rate = dt / tau_mem
        self.critical = nn.Parameter(torch.tensor(critical))
        self.surrogate = Surrogate("fast_sigmoid", scale=10.0)

    def step(self, current, state):
        membrane = state + self.rate * state * (state - self.critical) + current
        spikes = self.surrogate(membrane - 1.0)
        after = membrane * (1 - spikes.detach())  # a hard reset, detached from the gradient
        return spikes.to(current), membrane, after


torch.manual_seed(0)
network = nn.Sequential(nn.Linear(20, 30), QuadraticLIF(), nn.Linear(30, 3), LIF())
inputs = 2 * torch.rand(50, 8, 20)
spikes = network(inputs)
spikes.sum().backward()
assert network[1].critical.grad != 0
print(f"{int(network[:2](inputs).sum())} spikes; the critical membrane gets a gradient")

stream = Stream(network)  # what runs with the neurons here runs with yours
assert torch.stack([stream.step(now) for now in inputs]).equal(spikes)

quiet = QuadraticLIF(critical=0.5)
start = torch.tensor([[0.4, 0.6]])  # below and above the critical membrane
silence = torch.zeros(40, 1, 2)
assert quiet(silence, start).sum(0).tolist() == [[0, 1]]
