"""Neurons and losses beside snnTorch."""

import pytest
import torch

from snn_core import LIF, CuBaLIF, RecurrentLIF, losses
from tests.oracles import STEPS, assert_same, peer, spikes, weights

snntorch = peer("snntorch")
functional = peer("snntorch.functional")
surrogate = peer("snntorch.surrogate")

pytestmark = pytest.mark.filterwarnings("ignore")
ALPHA = 0.8
BETA = 0.9
RESETS = {"soft": "subtract", "hard": "zero"}
# Its reset in the same step carries a gradient, as ours does when attached.
OURS = {"beta": BETA, "detach_reset": False}


def options(reset):
    return {
        "beta": torch.tensor(BETA),
        "reset_mechanism": RESETS[reset],
        "reset_delay": False,
        "spike_grad": surrogate.fast_sigmoid(slope=10),
    }


def over_time(neuron, *state):
    def run(current):
        outputs = []
        now = [torch.zeros_like(current[0]) for _ in state]
        for step in current:
            output, *rest = neuron(step, *now)
            now = rest if len(rest) == len(now) else [output, *rest]
            outputs.append(output)
        return torch.stack(outputs)

    return run


@pytest.mark.parametrize("reset", RESETS)
def test_lif(reset):
    theirs = over_time(snntorch.Leaky(**options(reset)), "membrane")
    assert_same(LIF(reset=reset, **OURS), theirs)


@pytest.mark.parametrize("reset", RESETS)
def test_current_based_synapse_with_gain_one(reset):
    neuron = snntorch.Synaptic(alpha=torch.tensor(ALPHA), **options(reset))
    theirs = over_time(neuron, "synapse", "membrane")
    ours = CuBaLIF(alpha=ALPHA, reset=reset, **OURS)
    assert_same(ours, lambda current: theirs((1 - ALPHA) * current))


def test_recurrence_from_all_to_all():
    among = weights(6, 6) / 4  # what is left above the threshold after a reset, they take off again
    neuron = snntorch.RLeaky(linear_features=6, **options("soft"))
    neuron.recurrent.weight.data = among.clone()
    neuron.recurrent.bias.data.zero_()
    ours = RecurrentLIF(6, **OURS)
    ours.weight.data = among.clone()
    assert_same(ours, over_time(neuron, "spikes", "membrane"))


# Its squared error of counts is divided by T once, ours by T squared: a loss of rates.
PAIRS = {
    "count_cross_entropy": (losses.count_cross_entropy, functional.ce_count_loss, {}, 1),
    "count_mse": (
        losses.count_mse,
        functional.mse_count_loss,
        {"correct_rate": 0.8, "incorrect_rate": 0.1},
        STEPS,
    ),
    "max_membrane_cross_entropy": (
        losses.max_membrane_cross_entropy,
        functional.ce_max_membrane_loss,
        {},
        1,
    ),
    "first_spike_cross_entropy": (
        losses.first_spike_cross_entropy,
        functional.ce_temporal_loss,
        {},
        1,
    ),
    "first_spike_mse": (
        losses.first_spike_mse,
        functional.mse_temporal_loss,
        {"on_target": 0, "off_target": STEPS},
        1,
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_losses(name):
    ours, theirs, settings, factor = PAIRS[name]
    output = spikes(0.2, STEPS, 5, 3)  # every class fires: silence is step T to us, T - 1 to them
    labels = torch.tensor([0, 1, 2, 1, 0])
    value = factor * ours(output, labels)
    assert value > 0
    torch.testing.assert_close(value, theirs(**settings)(output, labels))
