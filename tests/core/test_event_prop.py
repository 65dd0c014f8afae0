"""EventProp: spikes and gradients against closed forms, differences, small steps and BPTT."""

import math

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from snn_core import CuBaLIF
from snn_core.memory import SavedBytes
from snn_core.spike_times import Dynamics, EventPropLayer, FirstSpikeLayer, spike_time
from snn_core.spike_times.arrivals import arrive
from snn_core.spike_times.event_prop import all_spikes
from snn_core.spike_times.first import first_spikes

LEAKY = Dynamics()
NEURONS = [LEAKY, Dynamics(math.inf), Dynamics(20.0, 3.0, 0.7)]
ANY = pytest.mark.parametrize("neuron", NEURONS, ids=["leaky", "no leak", "any"])
SOLVED = pytest.mark.parametrize("neuron", NEURONS[:2], ids=["leaky", "no leak"])


def inputs(seed=0, most=1.2):
    """Return spike times ``[2, 6, 8]``, the second spike of one neuron missing, and weights."""
    generator = torch.Generator().manual_seed(seed)
    times = 10 * torch.rand(2, 6, 8, generator=generator, dtype=torch.float64)
    times[1, :, 3] = torch.inf
    weight = most * torch.rand(4, 8, generator=generator, dtype=torch.float64) - 0.2
    return times, weight


def in_small_steps(times, weights, neuron, dt, until=15.0):
    """Simulate one neuron by Euler's method; return its spikes, interpolated within their steps.

    Autograd goes through every step: this is BPTT, with spike times as its output.
    """
    v = i = weights.new_zeros(())
    spikes = []
    arrives = torch.round(times / dt).long()
    for step in range(int(until / dt)):
        i = i + weights[(arrives == step).nonzero()[:, 0]].sum() / neuron.tau_syn
        after = v + dt * (i - v / neuron.tau_mem)
        if after.item() >= neuron.threshold:
            share = (neuron.threshold - v) / (after - v)
            spikes.append(dt * (step + share))
            after = dt * (1 - share) * i
        v = after
        i = i * (1 - dt / neuron.tau_syn)
    return torch.stack(spikes)


@ANY
def test_spikes_come_where_the_neuron_in_small_steps_has_them(neuron):
    times, weight = inputs(most=1.5)
    found = all_spikes(times, weight, neuron)
    dt = 0.01
    steps = 3000
    grid = torch.zeros(steps, 6, 8, dtype=torch.float64)
    for every in times:
        for sample, neuron_in in (every < torch.inf).nonzero().tolist():
            grid[round(every[sample, neuron_in].item() / dt), sample, neuron_in] += 1
    beta = math.exp(-dt / neuron.tau_mem)
    stepped = CuBaLIF(beta=beta, tau_syn=neuron.tau_syn, dt=dt, threshold=neuron.threshold)
    spikes = stepped(grid @ weight.t())
    for sample, out in ((sample, out) for sample in range(6) for out in range(4)):
        exact = found[:, sample, out]
        exact = exact[exact < 29.5]
        in_steps = dt * spikes[:, sample, out].nonzero()[:, 0]
        in_steps = in_steps[in_steps < 29.5]
        assert len(exact) == len(in_steps)
        if len(exact):
            assert (exact - in_steps).abs().max() < 0.1
    assert (found < torch.inf).sum() > 60


@ANY
def test_the_membrane_is_at_the_threshold_at_every_spike(neuron):
    """V is a sum of potentials; each own spike takes away a threshold, which then decays."""
    times, weight = inputs(seed=1)
    found = all_spikes(times, weight, neuron)
    for sample, out in ((sample, out) for sample in range(6) for out in range(4)):
        own = found[:, sample, out]
        own = own[own < torch.inf]
        assert (own.diff() > 0).all()
        for number, moment in enumerate(own):
            drive = (neuron.potential(moment - times[:, sample]) @ weight[out]).sum()
            drops = neuron.threshold * torch.exp((own[:number] - moment) / neuron.tau_mem).sum()
            assert (drive - drops).item() == pytest.approx(neuron.threshold, abs=1e-9)


@SOLVED
def test_first_spikes_and_their_gradients_are_those_in_closed_form(neuron):
    grads = []
    for first in (
        lambda times, weight: first_spikes(arrive(times, weight), neuron),
        lambda times, weight: all_spikes(times, weight, neuron)[0],
    ):
        leaves = [tensor.requires_grad_() for tensor in inputs(seed=2)]
        spikes = first(*leaves)
        came = spikes < torch.inf
        assert came.sum() > 15
        loss = (torch.arange(spikes.numel()).view_as(spikes) * spikes)[came].sum()
        grads.append((spikes.detach(), *torch.autograd.grad(loss, leaves)))
    for closed, event in zip(*grads, strict=True):
        assert torch.allclose(closed, event, rtol=1e-9, atol=1e-9)


@ANY
def test_gradients_of_all_spikes_are_finite_differences(neuron):
    times, weight = inputs(seed=3, most=2.5)
    times = times[:, :2, :5]
    weight = weight[:2, :5]
    came = all_spikes(times, weight, neuron) < torch.inf
    assert came.sum() > 10
    assert came.shape[0] > 2

    def run(times, weight):
        return all_spikes(times, weight, neuron)[came]

    assert gradcheck(run, (times.requires_grad_(), weight.requires_grad_()))


def test_gradients_of_grouped_arrivals_are_finite_differences():
    times, weight = inputs(seed=4, most=2.5)
    times = (times[:, :2, :5] / 3).round() * 3
    weight = weight[:2, :5]
    assert len(arrive(times, weight).time) < 8
    came = all_spikes(times, weight, LEAKY) < torch.inf
    weight = weight.requires_grad_()
    assert gradcheck(lambda weight: all_spikes(times, weight, LEAKY)[came], (weight,))


def test_the_gradient_is_that_of_a_simulation_in_steps_as_they_become_small():
    times = torch.tensor([0.0, 2.0, 3.0, 6.0], dtype=torch.float64)
    weights = torch.tensor([1.6, 1.2, -0.4, 2.2], dtype=torch.float64, requires_grad=True)
    cost = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    spikes = all_spikes(times[None], weights[None], LEAKY)[:, 0, 0]
    assert len(spikes) == 3
    (exact,) = torch.autograd.grad((cost * spikes).sum(), weights)
    early = []
    errors = []
    for dt in (0.08, 0.02, 0.005):
        stepped = in_small_steps(times, weights, LEAKY, dt)
        assert len(stepped) == 3
        (grad,) = torch.autograd.grad((cost * stepped).sum(), weights)
        early.append((spikes - stepped).max().item())
        errors.append((grad - exact).abs().max().item())
    assert errors[2] < 0.005 * exact.abs().max()
    for coarse, fine in ((0, 1), (1, 2)):  # steps a quarter as long
        assert early[coarse] / early[fine] == pytest.approx(4, rel=0.05)
        assert errors[coarse] > 3 * errors[fine]


def test_what_is_kept_is_spikes_however_long_the_time_is():
    """BPTT keeps all steps: twice as many, twice the bytes."""
    spikes_in = torch.rand(1, 4, 30, generator=torch.Generator().manual_seed(0))
    kept = {}
    for duration in (50.0, 100.0):
        layer = EventPropLayer(30, 20)
        with SavedBytes() as saved:
            out = layer((duration * spikes_in).round())
        inside = spikes_in.nbytes + layer.weight.nbytes + 2 * out.nbytes
        assert saved.bytes == inside
        steps = int(duration)
        grid = nn.functional.one_hot((duration * spikes_in[0]).round().long(), steps + 1)
        network = nn.Sequential(nn.Linear(30, 20, bias=False), CuBaLIF())
        with SavedBytes() as steps_saved:
            network(grid.permute(2, 0, 1).float())
        kept[duration] = (len(out), saved.bytes, steps_saved.bytes)
    (rows, events, bptt), (more_rows, more_events, more_bptt) = kept.values()
    assert more_events - events == 2 * (more_rows - rows) * 4 * 20 * 4
    assert more_bptt > 1.8 * bptt
    assert bptt > 3 * events


def test_a_network_of_two_layers_has_gradients_in_both():
    torch.manual_seed(0)
    network = nn.Sequential(EventPropLayer(6, 5, drive=6.0), FirstSpikeLayer(5, 2, drive=6.0))
    network = network.double()
    times = 5 * torch.rand(3, 6, generator=torch.Generator().manual_seed(1)).double()
    weights = [layer.weight for layer in network]
    out = network(times)
    assert out.shape == (1, 3, 2)
    assert (out < torch.inf).all()
    assert network[0](times).shape[0] > 1
    grads = torch.autograd.grad(out.sum(), weights)
    for weight, grad in zip(weights, grads, strict=True):
        differences = torch.zeros_like(grad)
        for place in range(grad.numel()):
            row, column = divmod(place, grad.shape[1])
            around = []
            for nudge in (1e-6, -2e-6):
                with torch.no_grad():
                    weight[row, column] += nudge
                    around.append(network(times).sum())
            with torch.no_grad():
                weight[row, column] += 1e-6
            differences[row, column] = (around[0] - around[1]) / 2e-6
        assert torch.allclose(grad, differences, atol=1e-6, rtol=1e-6)


def test_a_silent_layer_has_one_row_and_no_gradient():
    layer = EventPropLayer(3, 2, drive=0.1, spread=0.0)
    times = torch.tensor([[0.0, 1.0, torch.inf], [torch.inf] * 3])
    out = layer(times)
    assert out.shape == (1, 2, 2)
    assert out.isinf().all()
    out.clamp(max=10).sum().backward()
    assert (layer.weight.grad == 0).all()


def test_one_neuron_with_any_time_constants_is_a_layer_of_one():
    times, weight = inputs(seed=5)
    times, weights = times[0, 0], weight[0] + 0.2
    found = spike_time(times, weights, NEURONS[2])
    assert found < torch.inf
    assert found == all_spikes(times[None], weights[None], NEURONS[2])[0, 0, 0]


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("tau_mem", lambda: EventPropLayer(2, 1, tau_mem=4.0)),
        ("times", lambda: EventPropLayer(2, 1)(torch.zeros(1, 3))),
        ("times", lambda: EventPropLayer(2, 1)(torch.tensor([[0.0, 500.0]]))),
    ],
)
def test_bad_input_of_a_layer_is_named(argument, call):
    with pytest.raises(ValueError, match=rf"^{argument}: got .+, expected "):
        call()
