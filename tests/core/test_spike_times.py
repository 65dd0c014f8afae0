"""First spikes in closed form: times against a search on a grid, gradients against differences."""

import math

import pytest
import torch
from torch.autograd import gradcheck

from snn_core import CuBaLIF, encoding, losses
from snn_core.spike_times import (
    Dynamics,
    FirstSpikeLayer,
    WakeUp,
    current_at,
    earliest,
    first_time_cross_entropy,
    first_time_mse,
    latency_times,
    membrane_at,
    membrane_slope,
    spike_time,
    spike_time_gradient,
    wake,
    weight_sum_cost,
)
from snn_core.spike_times.arrivals import arrive
from snn_core.spike_times.first import first_spikes
from snn_core.training import fit, seed_torch

LEAKY = Dynamics()
NO_LEAK = Dynamics(tau_mem=math.inf)
SOLVED = pytest.mark.parametrize("neuron", [LEAKY, NO_LEAK], ids=["leaky", "no leak"])
ANY = pytest.mark.parametrize(
    "neuron", [LEAKY, NO_LEAK, Dynamics(20.0, 3.0, 0.7)], ids=["leaky", "no leak", "any"]
)


def inputs(seed=0, batch=6, count=8, outputs=5, most=1.2):
    """Return spike times ``[B, N]`` within 10 ms and weights ``[M, N]``, some of them negative."""
    generator = torch.Generator().manual_seed(seed)
    times = 10 * torch.rand(batch, count, generator=generator, dtype=torch.float64)
    weight = most * torch.rand(outputs, count, generator=generator, dtype=torch.float64) - 0.2
    return times, weight


def searched(times, weights, neuron, step=1e-3):
    """Return the first moment of a grid at which the sum of potentials reaches the threshold."""
    moments = torch.arange(0, 60, step, dtype=torch.float64)
    membrane = torch.zeros_like(moments)
    for time, weight in zip(times.tolist(), weights.tolist(), strict=True):
        for_one = torch.exp(-(moments - time) / neuron.tau_mem)
        for_one = for_one - torch.exp(-(moments - time) / neuron.tau_syn)
        factor = weight / (1 - neuron.tau_syn / neuron.tau_mem)
        membrane += torch.where(moments > time, factor * for_one, 0)
    over = (membrane >= neuron.threshold).nonzero()
    return moments[over[0]].item() if len(over) else math.inf


@ANY
def test_the_potential_is_what_the_neuron_in_small_steps_does(neuron):
    dt = 0.005
    steps = 4000
    charge = torch.zeros(steps, 1, 1, dtype=torch.float64)
    charge[0] = 0.1
    beta = math.exp(-dt / neuron.tau_mem)
    stepped = CuBaLIF(beta=beta, tau_syn=neuron.tau_syn, dt=dt)(charge, record=True)
    # From charge per step to current: a step of the neuron adds its current once, not for dt.
    age = torch.arange(1, steps + 1, dtype=torch.float64) * dt
    exact = 0.1 * neuron.potential(age)
    assert (stepped.membrane.flatten() - exact).abs().max() < 2 * dt * 0.1 / neuron.tau_syn
    assert exact.max() > 0.03


@ANY
def test_the_rise_is_the_derivative_of_the_potential(neuron):
    age = torch.tensor([-3.0, -0.1, 0.1, 2.0, 7.0, 40.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(neuron.potential(age).sum(), age)
    assert torch.allclose(slope, neuron.rise(age.detach()), atol=1e-12)
    assert neuron.potential(torch.zeros(1)).item() == 0


@SOLVED
def test_first_spikes_are_those_of_a_search(neuron):
    times, weight = inputs()
    found = first_spikes(arrive(times, weight), neuron)
    by_search = [[searched(row, each, neuron) for each in weight] for row in times]
    expected = torch.tensor(by_search, dtype=torch.float64)
    assert torch.equal(found.isinf(), expected.isinf())
    spikes = found < torch.inf
    assert 0 < spikes.sum() < found.numel() or neuron is NO_LEAK
    late_by = expected[spikes] - found[spikes]
    assert late_by.min() > -1e-9
    assert late_by.max() <= 1e-3 + 1e-9


@SOLVED
def test_gradients_of_first_spikes_are_finite_differences(neuron):
    times, weight = inputs(seed=1)
    came = first_spikes(arrive(times, weight), neuron) < torch.inf

    def run(times, weight):
        return first_spikes(arrive(times, weight), neuron)[came]

    assert came.sum() > 15
    assert gradcheck(run, (times.requires_grad_(), weight.requires_grad_()))


def test_the_time_of_a_neuron_without_a_leak_is_algebra():
    """``z = sum of w z_i / (sum of w - 1)`` over the spikes that came before it."""
    times, weight = inputs(seed=2, outputs=3, most=0.9)
    found = first_spikes(arrive(times, weight), NO_LEAK)
    assert (found < torch.inf).all()
    for row, sample in zip(found, times, strict=True):
        for time, weights in zip(row, weight, strict=True):
            causal = sample < time
            z = (weights * torch.exp(sample / 5))[causal].sum() / (weights[causal].sum() - 1)
            assert 5 * math.log(z) == pytest.approx(time.item(), abs=1e-9)


def test_what_comes_after_the_spike_changes_nothing_and_has_no_gradient():
    times = torch.tensor([[0.0, 1.0, 9.0]], dtype=torch.float64)
    weight = torch.tensor([[2.0, 1.0, 5.0]], dtype=torch.float64, requires_grad=True)
    spike = first_spikes(arrive(times, weight), NO_LEAK)
    spike.sum().backward()
    assert spike.item() < 9
    assert weight.grad[0, 2] == 0
    assert (weight.grad[0, :2] < 0).all()
    other = first_spikes(arrive(times, torch.tensor([[2.0, 1.0, -8.0]]).double()), NO_LEAK)
    assert other.item() == spike.item()


@SOLVED
def test_times_that_come_together_give_what_sorted_ones_give(neuron):
    times, weight = inputs(seed=3, count=40, most=0.6)
    times = times.round()
    times[:, 5] = torch.inf
    grouped, in_order = arrive(times, weight), arrive(times.clone().requires_grad_(), weight)
    assert len(grouped.time) < len(in_order.time) == 40
    grads = []
    spikes = []
    for arrivals in (arrive, lambda t, w: arrive(t.clone().requires_grad_(), w)):
        leaf = weight.clone().requires_grad_()
        spikes.append(first_spikes(arrivals(times, leaf), neuron))
        spikes[-1][spikes[-1] < torch.inf].sum().backward()
        grads.append(leaf.grad)
    assert torch.allclose(*spikes, atol=1e-9)
    assert torch.allclose(*grads, atol=1e-9)
    assert (grads[0][:, 5] == 0).all()


@ANY
def test_one_neuron_agrees_with_central_differences(neuron):
    times, weight = inputs(seed=4, batch=1, outputs=1)
    times, weights = times[0], weight[0] + 0.2
    by_weight, by_time = spike_time_gradient(times, weights, neuron)
    nudge = 1e-5
    for number in range(len(times)):
        one = torch.zeros_like(times)
        one[number] = nudge
        later = [spike_time(times, weights + sign * one, neuron) for sign in (1, -1)]
        moved = [spike_time(times + sign * one, weights, neuron) for sign in (1, -1)]
        for exact, (up, down) in ((by_weight, later), (by_time, moved)):
            difference = (up - down).item() / 2 / nudge
            assert exact[number].item() == pytest.approx(difference, abs=1e-6)
    assert by_weight.min() < -0.1
    assert by_time.sum().item() == pytest.approx(1)  # shift all inputs, and the spike shifts alike


@ANY
def test_one_neuron_agrees_with_autograd(neuron):
    times, weight = inputs(seed=5, batch=1, outputs=1)
    leaves = [times[0].requires_grad_(), (weight[0] + 0.2).requires_grad_()]
    grads = torch.autograd.grad(spike_time(*leaves, neuron), leaves)
    by_weight, by_time = spike_time_gradient(*leaves, neuron)
    assert torch.allclose(grads[0], by_time, atol=1e-9)
    assert torch.allclose(grads[1], by_weight, atol=1e-9)


def test_membrane_and_slope_at_the_spike():
    times, weight = inputs(seed=6, batch=1, outputs=1)
    moment = spike_time(times[0], weight[0] + 0.2, LEAKY)
    assert membrane_at(moment, times[0], weight[0] + 0.2, LEAKY) == pytest.approx(1, abs=1e-9)
    moments = torch.linspace(0, 30, 7, dtype=torch.float64, requires_grad=True)
    membrane = membrane_at(moments, times[0], weight[0], LEAKY)
    (slope,) = torch.autograd.grad(membrane.sum(), moments)
    found = membrane_slope(moments.detach(), times[0], weight[0], LEAKY)
    assert torch.allclose(slope, found, atol=1e-12)


def test_the_membrane_climbs_by_the_current_less_the_leak():
    times, weight = inputs(seed=6, batch=1, outputs=1)
    moments = torch.linspace(0.5, 30, 8, dtype=torch.float64)
    for neuron in (LEAKY, Dynamics(20.0, 3.0), Dynamics(math.inf)):
        told = (moments, times[0], weight[0], neuron)
        leak = membrane_at(*told) / neuron.tau_mem
        assert torch.allclose(membrane_slope(*told), current_at(*told) - leak, atol=1e-12)
    at_once = current_at(torch.zeros(1), torch.zeros(1), torch.ones(1), LEAKY)
    assert at_once == 0  # just before


def test_a_tangential_crossing_makes_the_gradient_explode():
    """One input of weight 2 peaks at the threshold; just above, ``dt/dw`` is as 1 / sqrt(gap)."""
    times = torch.zeros(1, dtype=torch.float64)
    steepness = []
    for gap in (1e-4, 1e-6, 1e-8):
        weights = torch.tensor([2 + gap], dtype=torch.float64)
        by_weight, _ = spike_time_gradient(times, weights, LEAKY)
        steepness.append(by_weight.item() * math.sqrt(gap))
    assert steepness[0] < -1
    assert steepness[1] == pytest.approx(steepness[2], rel=1e-2)
    assert steepness[0] == pytest.approx(steepness[2], rel=2e-2)


def test_below_it_the_neuron_is_silent_and_has_no_gradient():
    times = torch.zeros(1, dtype=torch.float64)
    weights = torch.tensor([2 - 1e-4], dtype=torch.float64)
    assert spike_time(times, weights, LEAKY).isinf()
    assert all((grad == 0).all() for grad in spike_time_gradient(times, weights, LEAKY))


@SOLVED
def test_silence_goes_in_and_comes_out_without_a_nan(neuron):
    options = {"tau_mem": neuron.tau_mem, "drive": 1.0}
    layers = [FirstSpikeLayer(3, 4, **options), FirstSpikeLayer(4, 2, **options)]
    times = torch.tensor([[torch.inf] * 3, [0.0, torch.inf, 2.0]])
    out = torch.nn.Sequential(*layers)(times)
    assert out[0, 0].isinf().all()
    first_time_cross_entropy(out, torch.tensor([0, 1])).backward()
    assert all(layer.weight.grad.isfinite().all() for layer in layers)


def test_float32_agrees_with_float64_and_half_precision_becomes_float32():
    layer = FirstSpikeLayer(8, 5)
    times, _ = inputs(seed=7)
    fine = FirstSpikeLayer(8, 5).double()
    fine.weight.data = layer.weight.data.double()
    coarse = layer(times.float())
    exact = fine(times)
    came = (coarse < torch.inf) & (exact < torch.inf)
    assert torch.allclose(coarse[came].double(), exact[came], atol=1e-2)
    assert coarse.dtype == layer(times.half()).dtype == torch.float32


def test_the_loss_is_that_of_spike_trains_where_times_are_whole_steps():
    spikes = torch.zeros(6, 3, 4)
    times = torch.tensor([[0.0, 3, 5, 2], [1, torch.inf, 4, torch.inf], [torch.inf] * 4])
    for sample, row in enumerate(times.tolist()):
        for neuron, time in enumerate(row):
            if time < torch.inf:
                spikes[int(time) :, sample, neuron] = 1  # later spikes do not count
    labels = torch.tensor([3, 0, 1])
    expected = losses.first_spike_cross_entropy(spikes, labels)
    assert first_time_cross_entropy(times, labels, tau=1, latest=6) == pytest.approx(expected)
    every = torch.stack([times, times + 1])
    assert first_time_cross_entropy(every, labels, tau=1, latest=6) == pytest.approx(expected)
    squared = losses.first_spike_mse(spikes, labels, right=0.5, wrong=1.0)
    latest = times.clamp(max=6)
    found = first_time_mse(latest, labels, right=3, wrong=6) / 36
    assert found == pytest.approx(squared)


def test_times_of_pixels_are_the_steps_of_the_latency_code():
    image = torch.rand(3, 20, generator=torch.Generator().manual_seed(0))
    image[:, 0] = 0
    steps = encoding.latency(image, 9, mode="linear")
    times = latency_times(image, 16.0, levels=9, dark=0.0)
    assert torch.equal(times < torch.inf, steps.any(0))
    assert torch.equal(times[times < torch.inf], 2.0 * steps.argmax(0)[steps.any(0)])
    assert latency_times(image, 16.0, levels=9, dark=0.5)[image <= 0.5].isinf().all()
    assert set(latency_times(image, 16.0, levels=1).flatten().tolist()) == {0.0, math.inf}


def test_silent_outputs_have_no_gradient_and_cost_what_the_latest_spike_costs():
    times = torch.tensor([[2.0, torch.inf]], requires_grad=True)
    loss = first_time_cross_entropy(times, torch.tensor([1]), tau=2, latest=10)
    assert loss.item() == pytest.approx(math.log(1 + math.exp(4)))
    loss.backward()
    assert times.grad[0, 0] < 0
    assert times.grad[0, 1] == 0
    assert torch.equal(earliest(times), torch.tensor([[-2.0, -torch.inf]]))


def test_the_cost_of_small_weights_reaches_silent_neurons_only():
    layer = FirstSpikeLayer(3, 2, spread=0.0)
    layer.weight.data = torch.tensor([[0.1, 0.1, 0.2], [1.0, 1.0, 1.0]])
    cost = weight_sum_cost(layer, least=1.5)
    cost.backward()
    assert cost.item() == pytest.approx((1.5 - 0.4) / 2)
    assert torch.equal(layer.weight.grad, torch.tensor([[-0.5] * 3, [0.0] * 3]))


def test_waking_raises_the_weights_of_neurons_that_are_silent_too_often():
    layer = FirstSpikeLayer(4, 3, drive=0.0, spread=0.0)
    times = torch.tensor([[1.0, torch.inf, torch.inf], [1.0, 2.0, torch.inf]])
    woken = wake(layer, times, by=0.8, share=0.5)
    assert woken.tolist() == [False, False, True]
    assert layer.weight.sum(1).tolist() == pytest.approx([0, 0, 0.8])
    assert wake(layer, torch.stack([times, times]), by=0.0, share=0.4).tolist() == [
        False,
        True,
        True,
    ]


def test_weights_begin_with_the_drive_and_the_spread_that_was_asked_for():
    seed_torch(0)
    sums = FirstSpikeLayer(50, 4000, drive=2.0, spread=0.5).weight.sum(1)
    assert sums.mean().item() == pytest.approx(2, abs=0.05)
    assert sums.std().item() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_a_network_of_spike_times_learns_xor(seed):
    generator = seed_torch(seed)
    values = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    layers = [FirstSpikeLayer(*size, tau_mem=math.inf) for size in ((3, 4), (4, 2))]
    network = torch.nn.Sequential(*layers)

    def encode(values):
        return torch.cat([torch.zeros(len(values), 1), 10 * values], 1)

    def loss(times, labels):
        silent = sum(weight_sum_cost(layer, least=1.5) for layer in layers)
        return first_time_cross_entropy(times, labels) + silent

    history = fit(
        network,
        values,
        torch.tensor([0, 1, 1, 0]),
        encode=encode,
        loss=loss,
        decode=earliest,
        optimizer=torch.optim.Adam(network.parameters(), lr=0.05),
        epochs=200,
        batch_size=4,
        generator=generator,
        progress=False,
    )
    assert history.train_accuracy[-1] == 1
    assert history.train_accuracy[0] < 1


LAYER = FirstSpikeLayer(2, 1)
ONE = torch.zeros(1)


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("tau_mem", lambda: Dynamics(tau_mem=5.0, tau_syn=5.0)),
        ("tau_mem", lambda: Dynamics(tau_mem=-1.0)),
        ("tau_mem", lambda: FirstSpikeLayer(2, 1, tau_mem=12.0)),
        ("tau_syn", lambda: Dynamics(tau_syn=0.0)),
        ("threshold", lambda: Dynamics(threshold=0.0)),
        ("inputs", lambda: FirstSpikeLayer(0, 1)),
        ("outputs", lambda: FirstSpikeLayer(1, 0)),
        ("spread", lambda: FirstSpikeLayer(1, 1, spread=-1.0)),
        ("drive", lambda: FirstSpikeLayer(1, 1, drive=math.nan)),
        ("times", lambda: LAYER(torch.zeros(4, 3))),
        ("times", lambda: LAYER(torch.zeros(2))),
        ("times", lambda: LAYER(torch.full((1, 2), torch.nan))),
        ("times", lambda: LAYER(torch.full((1, 2), -torch.inf))),
        ("times", lambda: LAYER(torch.tensor([[0.0, 1000.0]]))),
        ("times", lambda: LAYER(torch.zeros(1, 2, dtype=torch.long))),
        ("times", lambda: earliest(torch.zeros(3))),
        ("tau", lambda: first_time_cross_entropy(torch.zeros(1, 2), torch.tensor([0]), tau=0.0)),
        ("latest", lambda: first_time_cross_entropy(torch.zeros(1, 2), ONE.long(), latest=-1.0)),
        ("labels", lambda: first_time_cross_entropy(torch.zeros(1, 2), torch.tensor([2]))),
        ("right", lambda: first_time_mse(torch.zeros(1, 2), ONE.long(), right=-1.0, wrong=1.0)),
        ("wrong", lambda: first_time_mse(torch.zeros(1, 2), ONE.long(), right=1.0, wrong=-1.0)),
        ("layer", lambda: weight_sum_cost(torch.nn.Linear(1, 1))),
        ("least", lambda: weight_sum_cost(LAYER, least=math.inf)),
        ("times", lambda: wake(LAYER, torch.zeros(1, 2), by=1.0)),
        ("by", lambda: wake(LAYER, torch.zeros(1, 1), by=-1.0)),
        ("share", lambda: wake(LAYER, torch.zeros(1, 1), by=1.0, share=2.0)),
        ("intensity", lambda: latency_times(torch.full((1, 1), 2.0), 1.0)),
        ("duration", lambda: latency_times(ONE, -1.0)),
        ("levels", lambda: latency_times(ONE, 1.0, levels=0)),
        ("dark", lambda: latency_times(ONE, 1.0, dark=2.0)),
        ("network", lambda: WakeUp(None, by=1.0, shares=[])),
        ("by", lambda: WakeUp(LAYER, by=-1.0, shares=[0.5])),
        ("shares", lambda: WakeUp(LAYER, by=1.0, shares=[0.5, 0.5])),
        ("shares", lambda: WakeUp(LAYER, by=1.0, shares=[1.5])),
        ("weights", lambda: membrane_at(ONE, ONE, torch.zeros(2), LEAKY)),
        ("times", lambda: membrane_slope(ONE, torch.zeros(1, 1), ONE, LEAKY)),
        ("weights", lambda: current_at(ONE, ONE, torch.zeros(2), LEAKY)),
        ("times", lambda: spike_time(torch.full((1,), torch.nan), ONE, LEAKY)),
        ("times", lambda: spike_time_gradient(torch.zeros(1).long(), ONE, LEAKY)),
    ],
)
def test_bad_input_is_named(argument, call):
    with pytest.raises(ValueError, match=rf"^{argument}: got .+, expected "):
        call()
