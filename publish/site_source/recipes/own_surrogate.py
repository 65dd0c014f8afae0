"""Write a surrogate derivative of your own: a primitive, its derivative, and the area under it.

Here a half wave of the cosine. In the unit y = scale * (membrane - threshold) it has the height 1
at the threshold, as all shapes of the library have.
"""

import math

import torch
from torch import nn

from snn_core import LIF, Surrogate
from snn_core.surrogate import Shape

HALF = math.pi / 2


def primitive(y):
    return torch.sin(y.clamp(-HALF, HALF))


def derivative(y):
    return torch.cos(y.clamp(-HALF, HALF))


spike = Surrogate(Shape("cosine", primitive, derivative, area=2.0), scale=5.0)

x = torch.linspace(-1, 1, 20001, dtype=torch.float64, requires_grad=True)
(slope,) = torch.autograd.grad(spike.primitive(x).sum(), x)
torch.testing.assert_close(slope, spike.derivative(x.detach()))
(passed,) = torch.autograd.grad(spike(x).sum(), x)
assert passed.equal(spike.derivative(x.detach()))
area = torch.trapezoid(passed, x.detach()).item()
assert math.isclose(area, spike.area, rel_tol=1e-6)
print(f"area {area:.6f}, peak {spike.peak:g}")

torch.manual_seed(0)
network = nn.Sequential(nn.Linear(20, 30), LIF(surrogate=spike), nn.Linear(30, 3), LIF())
network(2 * torch.rand(50, 8, 20)).sum().backward()
assert network[0].weight.grad.abs().sum() > 0
