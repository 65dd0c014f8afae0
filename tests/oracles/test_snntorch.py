"""Neurons and losses beside snnTorch."""

import pytest
import torch
from torch import nn

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


# Its own default: the reset comes one step later. In `Leaky`, to zero, that is what ours does at
# once; in its other neurons it clears the step after a spike, input and all, which ours do not.
DELAYED = {"soft": "delayed", "hard": "hard"}


def delayed(reset):
    return options(reset) | {"reset_delay": True}


@pytest.mark.parametrize("reset", DELAYED)
def test_lif_with_a_delayed_reset(reset):
    theirs = over_time(snntorch.Leaky(**delayed(reset)), "membrane")
    ours = LIF(beta=BETA, reset=DELAYED[reset])
    assert_same(ours, theirs)


def test_current_based_synapse_with_a_delayed_reset():
    neuron = snntorch.Synaptic(alpha=torch.tensor(ALPHA), **delayed("soft"))
    theirs = over_time(neuron, "synapse", "membrane")
    ours = CuBaLIF(alpha=ALPHA, beta=BETA, reset="delayed")
    assert_same(ours, lambda current: theirs((1 - ALPHA) * current))


def test_recurrence_with_a_delayed_reset():
    among = weights(6, 6)
    neuron = snntorch.RLeaky(linear_features=6, **delayed("soft"))
    neuron.recurrent.weight.data = among.clone()
    neuron.recurrent.bias.data.zero_()
    ours = RecurrentLIF(6, beta=BETA, reset="delayed")
    ours.weight.data = among.clone()
    assert_same(ours, over_time(neuron, "spikes", "membrane"))


def taken_over(linear, neurons, reset):
    ours = nn.Sequential()
    for layer, neuron in zip(linear, neurons, strict=True):
        constants = {"beta": neuron.beta, "threshold": neuron.threshold.detach()}
        ours.extend([layer, LIF(reset=reset, **constants)])
    return ours


def test_a_network_that_it_has_trained_gives_the_same_spikes():
    inputs = spikes(0.3, STEPS, 16, 20)
    labels = torch.arange(16) % 3
    torch.manual_seed(0)
    linear = [nn.Linear(20, 30), nn.Linear(30, 3)]
    neurons = [snntorch.Leaky(beta=beta, learn_threshold=True) for beta in (0.8, 0.9)]
    parameters = [p for layer in (*linear, *neurons) for p in layer.parameters()]
    adam = torch.optim.Adam(parameters, lr=1e-2)

    def run():
        hidden = over_time(neurons[0], "membrane")(linear[0](inputs))
        return over_time(neurons[1], "membrane")(linear[1](hidden))

    for _ in range(60):
        adam.zero_grad()
        functional.mse_count_loss(0.6, 0.2)(run(), labels).backward()
        adam.step()
    theirs = run()
    assert 0.1 < theirs.mean() < 0.9
    assert torch.equal(taken_over(linear, neurons, "delayed")(inputs), theirs)
    other = taken_over(linear, neurons, "soft")(inputs)
    assert (other != theirs).float().mean() > 0.1


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
