"""Export a network to ONNX, and run it without PyTorch.

As with `torch.export`, the steps of time are unrolled and the number of samples stays open. What
reads values to check them is left out of the graph: a NaN is not found there.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import onnxruntime
import torch
from torch import nn
from torch.export import Dim

from snn_core import LIF, LeakyIntegrator


class Reader(nn.Module):
    """Return the spikes of a hidden layer, and the membranes of the readout."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(784, 50), LIF())
        self.readout = nn.Sequential(nn.Linear(50, 10), LeakyIntegrator())

    def forward(self, inputs):
        spikes = self.hidden(inputs)
        return spikes, self.readout(spikes)


torch.manual_seed(0)
network = Reader().eval()
example, inputs = torch.rand(5, 2, 784), 2 * torch.rand(5, 7, 784)
samples = {1: Dim("samples", min=1, max=1024)}
with TemporaryDirectory() as folder:
    path = Path(folder) / "network.onnx"
    torch.onnx.export(network, (example,), path, dynamo=True, dynamic_shapes=(samples,))
    session = onnxruntime.InferenceSession(path)
(argument,) = session.get_inputs()
found = map(torch.from_numpy, session.run(None, {argument.name: inputs.numpy()}))

spikes, membrane = found
expected_spikes, expected_membrane = network(inputs)
assert spikes.any()
assert spikes.equal(expected_spikes)  # one by one
torch.testing.assert_close(membrane, expected_membrane)
print(f"{int(spikes.sum())} spikes, all the same, and the same membranes to rounding")
