"""The LIF neuron and online training through time beside SpikingJelly."""

import pytest
import torch
from torch import nn

from snn_core import LIF, Surrogate
from snn_core.online import OnlineNetwork
from tests.oracles import STEPS, assert_same, peer, spikes, weights

functional = peer("spikingjelly.activation_based.functional")
layer = peer("spikingjelly.activation_based.layer")
neuron = peer("spikingjelly.activation_based.neuron")
surrogate = peer("spikingjelly.activation_based.surrogate")

pytestmark = pytest.mark.filterwarnings("ignore")
BETA = 0.9
RESETS = {"soft": None, "hard": 0.0}
OURS = {"beta": BETA, "surrogate": Surrogate("arctan", scale=2.0)}
THEIRS = {"tau": 1 / (1 - BETA), "decay_input": False}


@pytest.mark.parametrize("detach", [True, False])
@pytest.mark.parametrize("reset", RESETS)
def test_lif(reset, detach):
    node = neuron.LIFNode(
        v_reset=RESETS[reset],
        detach_reset=detach,
        surrogate_function=surrogate.ATan(alpha=2.0),
        step_mode="m",
        **THEIRS,
    )

    def theirs(current):
        functional.reset_net(node)
        return node(current)

    assert_same(LIF(reset=reset, detach_reset=detach, **OURS), theirs)


def test_online_training_through_time():
    inputs = spikes(0.3, STEPS, 4, 6)
    labels = torch.tensor([0, 1, 2, 1])
    sizes = {"hidden": (8, 6), "output": (3, 8)}
    matrices = {name: 2 * weights(*size) for name, size in sizes.items()}
    ours = nn.Sequential(
        nn.Linear(6, 8, bias=False), LIF(**OURS), nn.Linear(8, 3, bias=False), LIF(**OURS)
    )
    theirs = [nn.Linear(6, 8, bias=False), nn.Linear(8, 3, bias=False)]
    for mine, other, matrix in zip(ours[::2], theirs, matrices.values(), strict=True):
        mine.weight.data = matrix.clone()
        other.weight.data = matrix.clone()
    OnlineNetwork(ours, "ottt").run(inputs, labels)
    nodes = [
        neuron.OTTTLIFNode(surrogate_function=surrogate.ATan(alpha=2.0), **THEIRS) for _ in theirs
    ]
    traced = [layer.GradwithTrace(linear) for linear in theirs]
    trace = torch.zeros(4, 6)
    counts = torch.zeros(4, 3)
    for now in inputs:
        trace = BETA * trace + now
        hidden = nodes[0](traced[0]([now, trace]))
        output, _ = nodes[1](traced[1](hidden))
        counts = counts + output.detach()
        error = torch.softmax(counts, 1) - nn.functional.one_hot(labels, 3)
        (output * error / len(labels)).sum().backward()
    assert counts.sum() > 0
    for mine, other in zip(ours[::2], theirs, strict=True):
        assert mine.weight.grad.abs().max() > 1e-2
        torch.testing.assert_close(mine.weight.grad, other.weight.grad, rtol=1e-4, atol=1e-5)
