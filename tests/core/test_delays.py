"""Delays: against a double loop, finite differences, and what has to hold for any delay."""

import pytest
import torch
from torch import nn

from snn_core import LIF
from snn_core.layers import DelayedLinear, Delays, OverTime, require_order, set_width
from snn_core.nir import to_nir
from snn_core.stream import Stream


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def sequence(steps=9, batch=2, inputs=3):
    return torch.rand(steps, batch, inputs, generator=generator(1))


def gaussian(position, steps, width):
    """Return the shares of one delay, from the formula."""
    steps = torch.arange(steps + 1, dtype=torch.float64)
    value = torch.exp(-((steps - position) ** 2) / (2 * width**2))
    return value / value.sum()


def by_loops(layer, inputs, share):
    """Return what a delayed linear layer gives, synapse by synapse and step by step, in float64."""
    outputs, sources, taps = layer.weight.shape
    result = layer.bias.double().detach().expand(*inputs.shape[:2], outputs).clone()
    for m in range(outputs):
        for n in range(sources):
            for k in range(taps):
                shares = share(layer.delay[m, n, k].item())
                for t in range(len(inputs)):
                    for late in range(min(t, len(shares) - 1) + 1):
                        drive = layer.weight[m, n, k].item() * shares[late]
                        result[t, :, m] += drive * inputs[t - late, :, n].double()
    return result


@pytest.mark.parametrize("steps", [1, 4, 9])
@pytest.mark.parametrize("taps", [1, 2])
def test_a_delayed_layer_equals_a_loop_over_synapses_and_steps(steps, taps):
    layer = DelayedLinear(3, 5, 12.0, taps=taps, dt=2.0, width=3.0, generator=generator())
    inputs = sequence(steps)

    def wide(delay):
        return gaussian(delay / 2, 6, 3.0 / 2)

    def rounded(delay):
        return nn.functional.one_hot(torch.tensor(round(delay / 2)), 7)

    expected = by_loops(layer, inputs, wide)
    torch.testing.assert_close(layer(inputs), expected.float())
    expected = by_loops(layer, inputs, rounded)
    torch.testing.assert_close(layer.eval()(inputs), expected.float())
    assert layer.delay.unique().numel() == 15 * taps


@pytest.mark.parametrize("steps", [1, 5])
def test_delays_move_each_input_by_its_own_whole_steps(steps):
    inputs = sequence(steps)
    layer = Delays(3, 8.0, delay=torch.tensor([0.0, 2.4, 8.0]), dt=2.0).eval()
    expected = torch.zeros_like(inputs)
    for n, late in enumerate([0, 1, 4]):
        expected[late:, :, n] = inputs[: max(steps - late, 0), :, n]
    assert torch.equal(layer(inputs), expected)
    assert layer.whole.tolist() == [0, 1, 4]


def test_a_width_of_zero_rounds_in_training_as_well():
    layer = Delays(3, 6.0, width=0.0, generator=generator())
    rounded = layer(sequence())
    assert torch.equal(rounded, layer.eval()(sequence()))
    layer.train().width = 2.0
    assert not torch.equal(rounded, layer(sequence()))


def test_delays_equal_a_delayed_layer_whose_weights_are_the_identity():
    delay = torch.tensor([0.5, 2.25, 4.0])
    axons = Delays(3, 5.0, delay=delay, width=0.8)
    synapses = DelayedLinear(3, 3, 5.0, bias=False, delay=delay.expand(3, 3)[..., None], width=0.8)
    with torch.no_grad():
        synapses.weight.copy_(torch.eye(3)[..., None])
    torch.testing.assert_close(axons(sequence()), synapses(sequence()))


@pytest.mark.parametrize("width", [0.4, 1.5])
@pytest.mark.parametrize("kind", [Delays, DelayedLinear])
def test_the_gradient_of_a_delay_is_that_of_finite_differences(kind, width):
    sizes = (3,) if kind is Delays else (3, 2)
    layer = kind(*sizes, 6.0, width=width, generator=generator()).double()
    inputs = sequence(12).double()
    target = torch.rand(layer(inputs).shape, generator=generator(2)).double()

    def loss():
        return ((layer(inputs) - target) ** 2).sum()

    loss().backward()
    gradient = layer.delay.grad.flatten()
    assert gradient.abs().min() > 1e-4
    flat = layer.delay.data.view(-1)
    for entry, expected in enumerate(gradient):
        old = flat[entry].item()
        flat[entry] = old + 1e-5
        above = loss().item()
        flat[entry] = old - 1e-5
        below = loss().item()
        flat[entry] = old
        assert (above - below) / 2e-5 == pytest.approx(expected.item(), rel=1e-5, abs=1e-6)


def test_nothing_comes_before_its_cause_and_nothing_is_lost():
    inputs = torch.zeros(12, 1, 4)
    inputs[3] = 1
    layer = Delays(4, 6.0, generator=generator())
    arrived = layer(inputs)
    assert arrived[:3].abs().max() == 0
    torch.testing.assert_close(arrived.sum(0), torch.ones(1, 4))


def test_a_delay_at_a_bound_stays_inside_and_can_come_back():
    layer = Delays(2, 4.0, delay=torch.tensor([0.0, 4.0]))
    for sign, expected in ((1, [0, 1]), (-1, [-1, 0])):
        layer.delay.grad = None
        with torch.no_grad():
            layer.delay.copy_(torch.tensor([-0.5, 4.5]))
        (sign * layer._position()).sum().backward()
        assert layer.delay.grad.tolist() == expected
    assert layer.whole.tolist() == [0, 4]


@pytest.mark.parametrize("begin", [1.0, 9.0])
def test_a_delay_is_found_from_afar_when_the_width_shrinks(begin):
    inputs = (torch.rand(400, 1, 1, generator=generator()) < 0.1).float()
    target = torch.cat([torch.zeros(5, 1, 1), inputs[:-5]])
    layer = Delays(1, 10.0, delay=begin)
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.1)
    for step in range(300):
        layer.width = 5.0 * 0.1 ** (step / 300)
        loss = ((layer(inputs) - target) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert layer.delay.item() == pytest.approx(5.0, abs=0.2)
    assert torch.equal(layer.eval()(inputs), target)


def test_delays_that_are_not_learnt_are_kept_and_saved_but_have_no_gradient():
    layer = DelayedLinear(3, 2, 5.0, learn=False, generator=generator())
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]
    copy = DelayedLinear(3, 2, 5.0, learn=False, generator=generator(1))
    assert not torch.equal(copy(sequence()), layer(sequence()))
    copy.load_state_dict(layer.state_dict())
    assert torch.equal(copy(sequence()), layer(sequence()))


def test_the_width_of_all_delays_of_a_network_is_set_at_once():
    network = nn.Sequential(Delays(3, 8.0), LIF(), nn.Sequential(DelayedLinear(3, 2, 8.0)))
    assert (network[0].width, network[2][0].width) == (2.0, 2.0)
    set_width(network, 0.5)
    assert (network[0].width, network[2][0].width) == (0.5, 0.5)


def test_spikes_that_are_delayed_are_spikes():
    spikes = (sequence(20) < 0.3).float()
    delayed = Delays(3, 6.0, generator=generator()).eval()(spikes)
    assert set(delayed.unique().tolist()) == {0.0, 1.0}


def test_what_takes_one_step_or_no_time_refuses_delays_by_name():
    network = nn.Sequential(Delays(3, 8.0), nn.Linear(3, 3), LIF())
    with pytest.raises(ValueError, match="Delays at 0"):
        Stream(network)
    with pytest.raises(ValueError, match="Delays"):
        OverTime(Delays(3, 8.0))
    with pytest.raises(ValueError, match="BatchNorm1d after Delays"):
        require_order(nn.Sequential(Delays(3, 8.0), nn.BatchNorm1d(3)))
    pytest.importorskip("nir")
    with pytest.raises(ValueError, match="Delays at layer 0"):
        to_nir(network, [3])
