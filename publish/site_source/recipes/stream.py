"""Run a network on a stream of inputs that has no end.

`Stream` keeps the state of every neuron from step to step. So the answer is there after every step,
and memory does not grow.
"""

import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator
from snn_core.memory import live_bytes
from snn_core.stream import Stream

torch.manual_seed(0)
layers = nn.Linear(20, 30), LIF(), nn.Linear(30, 3), LeakyIntegrator()
network = nn.Sequential(*layers).eval()
inputs = 2 * torch.rand(100, 1, 20)  # T = 100 steps of one sample

stream = Stream(network)
outputs, kept = [], {}
with torch.no_grad():
    for step, now in enumerate(inputs, start=1):
        output = stream.step(now)  # [B, 20] to [B, 3]
        outputs.append(output.tolist())
        if step in (2, 100):
            kept[step] = live_bytes()
    whole = network(inputs)
torch.testing.assert_close(torch.tensor(outputs), whole)
assert kept[2] == kept[100]
print(f"{kept[2]} bytes after step 2, {kept[100]} after step 100")

saved = stream.state  # a new sequence begins; later the first one goes on
stream.reset()
with torch.no_grad():
    first = stream.step(inputs[0])
    torch.testing.assert_close(first, whole[0])
    stream.state = saved
    later = stream.step(inputs[0])
assert not later.equal(first)
