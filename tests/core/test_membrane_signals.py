"""Membrane potentials as signals: the identity, the transfer function, gradients, learning."""

import math

import pytest
import torch
from torch import nn

from snn_core import Surrogate
from snn_core.membrane_signals import (
    MembraneLayer,
    MembraneLearner,
    Signals,
    activity,
    balance_thresholds,
    count_scores,
    event_product,
    exponential_penalty,
    inhibited,
    membrane_network,
    parameter_groups,
    peak_error,
    refractory_gain,
    run_events,
    shrink_rows,
    signal_loss,
    signals_of,
    spike_events,
    transfer,
    transfer_jacobian,
    transfer_slopes,
)
from snn_core.membrane_signals import learner as learner_module
from snn_core.training import one_cycle

DOUBLE = torch.float64


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def trains(steps, batch, inputs, chance=0.2, seed=0):
    return (torch.rand(steps, batch, inputs, generator=generator(seed)) < chance).double()


def small(sizes=(6, 8, 4), seed=0, **options):
    """Return a small network in float64 whose layers all fire."""
    options = {"alpha": 1.0, "generator": generator(seed)} | options
    return membrane_network(list(sizes), **options).double()


def linear_membrane(layer, x, a):
    """Return the right side of the identity, neuron by neuron in plain Python."""
    found = []
    weight = layer.weight.tolist()
    threshold = layer.threshold.tolist()
    for i, row in enumerate(weight):
        drive = sum(w * each for w, each in zip(row, x.tolist(), strict=True))
        others = sum(each for j, each in enumerate(a.tolist()) if j != i)
        found.append(drive - threshold[i] * a[i].item() + layer.inhibition * threshold[i] * others)
    return torch.tensor(found, dtype=DOUBLE)


def random_events(events=200, inputs=6, until=50.0, seed=0):
    times = torch.rand(events, generator=generator(seed), dtype=DOUBLE) * until
    return times, torch.randint(inputs, (events,), generator=generator(seed + 1))


@pytest.mark.parametrize("kappa", [0.0, -0.4, -1.0])
def test_the_membrane_is_linear_in_the_activities_after_every_event(kappa):
    network = small(kappa=kappa, refractory=0.0, clip=False)
    moments = run_events(network, *random_events())
    for moment in moments:
        expected = linear_membrane(network[moment.layer], moment.x, moment.a)
        assert (moment.membrane - expected).abs().max() < 1e-12
    spikes = [sum(m.spikes.sum() for m in moments if m.layer == layer) for layer in (0, 1)]
    assert min(spikes) > 20


@pytest.mark.parametrize("option", [{"clip": True, "refractory": 0.0}, {"refractory": 5.0}])
def test_clip_and_refractoriness_break_the_identity(option):
    network = small(**({"clip": False} | option))
    moments = run_events(network, *random_events())
    errors = [
        (m.membrane - linear_membrane(network[m.layer], m.x, m.a)).abs().max() for m in moments
    ]
    assert max(errors) > 0.01


def test_the_membrane_of_steps_is_linear_in_the_activities():
    network = small(refractory=0.0, clip=False)
    inputs = trains(40, 3, 6)
    hidden, outputs = signals_of(network, inputs)
    x = activity(inputs, network[0].decay)
    for layer, before, after in zip(network, (x, hidden.activity), (hidden, outputs), strict=True):
        for sample in range(3):
            expected = linear_membrane(layer, before[sample], after.activity[sample])
            assert (after.membrane[sample] - expected).abs().max() < 1e-12
        assert (after.counts > 0).any()


def test_activities_decay_as_membranes_do_between_events():
    network = small(sizes=(1, 1), tau_mem=7.0, alpha=100.0)
    first, second = run_events(network, torch.tensor([1.0, 4.5]), torch.tensor([0, 0]))
    decay = math.exp(-3.5 / 7)
    assert second.x.item() == pytest.approx(1 + decay, abs=1e-12)
    assert second.membrane.item() == pytest.approx(first.membrane.item() * (1 + decay), abs=1e-12)


@pytest.mark.parametrize("options", [{}, {"kappa": 0.0}, {"refractory": 4.0}, {"clip": False}])
def test_steps_as_fine_as_the_events_give_the_same_spikes_as_events(options):
    network = small(alpha=2.0, **options)
    inputs = trains(300, 1, 6, chance=0.4)
    by_steps = signals_of(network, inputs)
    moments = run_events(network, *spike_events(inputs))
    # What is still above its threshold spikes at the next step, but only at the next event.
    assert all((each.membrane <= network[each.layer].threshold).all() for each in moments)
    for number, signals in enumerate(by_steps):
        by_events = torch.zeros_like(signals.spikes[:, 0])
        for moment in moments:
            if moment.layer == number:
                by_events[round(moment.time) - 1] = moment.spikes
        assert by_events.sum() > 10
        assert torch.equal(by_events, signals.spikes[:, 0])


def counts_in_steps(times, sources, dt, until=64.0):
    steps = round(until / dt)
    inputs = torch.zeros(steps, 1, 6, dtype=DOUBLE)
    step = (times / dt).long()
    inputs.index_put_(
        (step, torch.zeros_like(step), sources), torch.ones(len(step), dtype=DOUBLE), True
    )
    network = small(dt=dt, refractory=0.0)
    return signals_of(network, inputs)[1].counts[0]


def test_counts_of_steps_approach_those_of_events_as_steps_get_finer():
    errors = []
    for dt in (4.0, 1.0, 0.25, 1 / 64):
        wrong = 0.0
        for seed in range(8):
            times, sources = random_events(150, until=64.0, seed=10 * seed)
            moments = run_events(small(refractory=0.0), times, sources)
            exact = sum(moment.spikes for moment in moments if moment.layer == 1)
            wrong += (counts_in_steps(times, sources, dt) - exact).abs().sum().item()
        errors.append(wrong)
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 10
    assert errors[-1] < errors[0] / 10


def test_a_weight_counts_with_the_square_of_the_time_since_the_last_spike():
    since = torch.tensor([0.0, 1.0, 2.0, 4.0, 9.0, math.inf])
    assert refractory_gain(since, 4.0).tolist() == [0, 1 / 16, 1 / 4, 1, 1, 1]
    network = small(sizes=(1, 1), alpha=1.0, refractory=4.0)
    nn.init.constant_(network[0].weight, 1.5 * network[0].threshold.item())
    threshold, weight = network[0].threshold.item(), network[0].weight.item()
    first, second = run_events(network, torch.tensor([1.0, 2.0]), torch.tensor([0, 0]))
    assert first.membrane.item() == pytest.approx(weight - threshold)
    expected = (weight - threshold) * math.exp(-1 / 20) + weight / 16
    assert second.membrane.item() == pytest.approx(expected)


def test_no_membrane_falls_below_the_negative_threshold():
    inputs = trains(30, 2, 6, chance=0.6)
    free = small(clip=False)
    clipped = small()
    lowest = [
        (signals.membrane / layer.threshold).min()
        for network in (free, clipped)
        for layer, signals in zip(network, signals_of(network, inputs), strict=True)
    ]
    assert min(lowest[:2]) < -1.5
    assert min(lowest[2:]) >= -1 - 1e-12


def test_a_spike_takes_its_share_of_the_threshold_from_every_other_neuron():
    layer = MembraneLayer(1, 3, kappa=-0.5, efficacy=0.5).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[2.0], [0.5], [0.1]]))
        layer.threshold.copy_(torch.tensor([1.0, 2.0, 0.4]))
    found = layer(torch.ones(1, 1, 1))
    assert found.spikes.flatten().tolist() == [1, 0, 0]
    assert found.membrane[0].tolist() == pytest.approx([1.0, 0.0, 0.0])


def test_the_product_by_events_is_the_product():
    spikes = trains(5, 4, 30, chance=0.05)
    spikes[0, 0, 0] = 2.5
    weight = torch.randn(40, 30, generator=generator(), dtype=DOUBLE)
    given = [each.requires_grad_() for each in (spikes, weight)]
    push = torch.randn(5, 4, 40, generator=generator(1), dtype=DOUBLE)
    found = event_product(*given)
    expected = spikes @ weight.t()
    assert (found - expected).abs().max() < 1e-12
    gradients = torch.autograd.grad(found, given, push)
    for one, other in zip(gradients, torch.autograd.grad(expected, given, push), strict=True):
        assert (one - other).abs().max() < 1e-12
    assert event_product(torch.zeros(2, 30, dtype=DOUBLE), weight).abs().sum() == 0


def matrix(neurons, inhibition):
    return inhibition * (
        torch.ones(neurons, neurons, dtype=DOUBLE) - torch.eye(neurons, dtype=DOUBLE)
    )


@pytest.mark.parametrize("inhibition", [0.0, -0.2, -0.9])
def test_the_jacobian_in_closed_form_is_that_of_the_inverse(inhibition):
    layer = MembraneLayer(5, 7, generator=generator()).double()
    threshold = torch.rand(7, generator=generator(1), dtype=DOUBLE) + 0.5
    inverse = torch.linalg.inv(torch.eye(7, dtype=DOUBLE) - matrix(7, inhibition))
    expected = inverse @ torch.diag(1 / threshold) @ layer.weight
    found = transfer_jacobian(layer.weight, threshold, inhibition)
    assert (found - expected).abs().max() < 1e-12
    x = torch.rand(5, generator=generator(2), dtype=DOUBLE)
    by_autograd = torch.autograd.functional.jacobian(
        lambda x: transfer(layer.weight @ x, threshold, inhibition), x
    )
    assert (found - by_autograd).abs().max() < 1e-12


def test_inhibition_acts_among_active_neurons_only():
    active = torch.tensor([1.0, 0.0, 1.0, 1.0, 0.0], dtype=DOUBLE)
    given = torch.rand(5, generator=generator(), dtype=DOUBLE)
    some = active.bool()
    inverse = torch.linalg.inv(torch.eye(3, dtype=DOUBLE) - matrix(3, -0.3))
    found = inhibited(given, -0.3, active)
    assert (found[some] - inverse @ given[some]).abs().max() < 1e-12
    assert found[~some].abs().sum() == 0


def test_slopes_are_finite_differences_of_the_transfer_function():
    inhibition, sigma, neurons, inputs = -0.2, 0.5, 4, 3
    weight = torch.rand(neurons, inputs, generator=generator(), dtype=DOUBLE)
    threshold = torch.rand(neurons, generator=generator(1), dtype=DOUBLE) + 0.5
    x = torch.rand(inputs, generator=generator(2), dtype=DOUBLE)

    def solve(weight, threshold, kappa):
        system = torch.eye(neurons, dtype=DOUBLE) - sigma * kappa
        return torch.linalg.solve(system, weight @ x / threshold)

    kappa = matrix(neurons, inhibition) / sigma
    a = solve(weight, threshold, kappa)
    assert (a - transfer(weight @ x, threshold, inhibition)).abs().max() < 1e-12
    slopes = transfer_slopes(x, a, threshold, inhibition)
    direct = [slopes.weight, slopes.threshold[:, None], sigma * slopes.kappa]
    for which, slope in enumerate(direct):
        for i in range(neurons):
            for k in range(slope.shape[1]):
                if which == 2 and i == k:
                    continue
                place = (i,) if which == 1 else (i, k)
                ends = []
                for step in (1e-6, -1e-6):
                    given = [weight.clone(), threshold.clone(), kappa.clone()]
                    given[which][place] += step
                    ends.append(solve(*given))
                measured = (ends[0] - ends[1]) / 2e-6
                alone = torch.zeros(neurons, dtype=DOUBLE)
                alone[i] = slope[i, k]
                assert (inhibited(alone, inhibition) - measured).abs().max() < 1e-8
    assert torch.equal(slopes.drive, 1 / threshold)


def dense_drive_layer(**options):
    """Return a layer and inputs so strong that every neuron fires in every sample."""
    layer = MembraneLayer(5, 4, alpha=0.3, generator=generator(), **options).double()
    with torch.no_grad():
        layer.weight.abs_()
    return layer, trains(60, 3, 5, chance=0.5)


def test_the_gradient_of_a_layer_is_that_of_the_transfer_function_at_its_activities():
    layer, inputs = dense_drive_layer(normalise=False, scale=False, efficacy=0.1)
    x = activity(inputs, layer.decay).requires_grad_()
    found = layer(Signals(inputs, inputs.sum(0), x, x.detach()))
    assert (found.counts > 0).all()
    push = torch.randn(3, 4, generator=generator(1), dtype=DOUBLE)
    g_x, g_weight = torch.autograd.grad((found.activity * push).sum(), (x, layer.weight))
    ideal = transfer(x @ layer.weight.t(), layer.threshold, layer.inhibition)
    expected = torch.autograd.grad((ideal * push).sum(), (x, layer.weight))
    assert (g_x - expected[0]).abs().max() < 1e-12
    assert (g_weight - expected[1]).abs().max() < 1e-12


def test_the_gradient_by_thresholds_takes_the_measured_activities():
    layer, inputs = dense_drive_layer(normalise=False, scale=False)
    found = layer(inputs)
    push = torch.randn(3, 4, generator=generator(1), dtype=DOUBLE)
    (gradient,) = torch.autograd.grad((found.activity * push).sum(), layer.threshold)
    expected = torch.zeros(4, dtype=DOUBLE)
    x = activity(inputs, layer.decay)
    for sample in range(3):
        slopes = transfer_slopes(
            x[sample], found.activity[sample], layer.threshold, layer.inhibition
        )
        expected += inhibited(push[sample], layer.inhibition) * slopes.threshold
    assert (gradient - expected).abs().max() < 1e-12


def test_silent_neurons_pass_no_error_but_in_the_output():
    inputs = trains(20, 2, 6)
    for output in (False, True):
        layer = MembraneLayer(6, 3, alpha=0.2, generator=generator(), output=output).double()
        with torch.no_grad():
            layer.weight.abs_()
            layer.threshold[1] = 1e6
        layer(inputs).activity.sum().backward()
        assert bool(layer.weight.grad[1].any()) is output
        assert layer.weight.grad[[0, 2]].any()


def scaled_gradients(**options):
    """Return the gradients by inputs, weights and thresholds, and what was scaled by them."""
    layer, inputs = dense_drive_layer(kappa=0.0, **options)
    inputs[:, :, 0] = 0
    with torch.no_grad():
        layer.threshold.mul_(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    x = activity(inputs, layer.decay).requires_grad_()
    found = layer(Signals(inputs, inputs.sum(0), x, x.detach()))
    push = torch.randn(3, 4, generator=generator(1), dtype=DOUBLE)
    given = (x, layer.weight, layer.threshold)
    return torch.autograd.grad((found.activity * push).sum(), given), layer, found.activity > 0


def test_normalised_errors_have_the_gains_over_their_size_and_the_root_of_inputs_over_neurons():
    plain, layer, active = scaled_gradients(normalise=False, scale=False)
    scaled, _, _ = scaled_gradients(normalise=True, scale=False)
    assert active.all()
    size = (1 / layer.threshold).square().mean().sqrt()
    assert (scaled[0] * size / (5 / 4) ** 0.5 - plain[0]).abs().max() < 1e-12
    assert (scaled[1] * size - plain[1]).abs().max() < 1e-12


def test_updates_are_scaled_by_active_inputs():
    plain, _, _ = scaled_gradients(normalise=False, scale=False)
    scaled, _, _ = scaled_gradients(normalise=False, scale=True)
    root = (4 / 4) ** 0.5  # four neurons, four of five inputs are active
    assert (scaled[1] - root * plain[1]).abs().max() < 1e-12
    assert (scaled[2] - root / 5**0.5 * plain[2]).abs().max() < 1e-12
    assert torch.equal(scaled[0], plain[0])


def error_sizes(normalise):
    """Return the root mean square of the error below each of six layers, the last one first."""
    sizes = [100, 60, 80, 50, 90, 60, 40]
    options = {"kappa": 0.0, "alpha": 0.8, "generator": generator(1)}
    network = membrane_network(sizes, normalise=normalise, **options).double()
    found = signals_of(network, trains(50, 8, 100, chance=0.3))
    activities = [signals.activity for signals in found]
    for each in activities:
        each.retain_grad()
    push = torch.randn(activities[-1].shape, generator=generator(2), dtype=DOUBLE)
    (activities[-1] * push).sum().backward()
    return [each.grad.square().mean().sqrt().item() for each in reversed(activities)]


def test_normalised_errors_keep_their_size_through_layers_and_plain_ones_explode():
    kept, plain = (error_sizes(normalise) for normalise in (True, False))
    assert 0.4 < kept[-1] / kept[0] < 2.5
    assert plain[-1] / plain[0] > 100


def literal(network_layer, inputs):
    """Return what a layer in "surrogate" mode computes, step by step, for autograd."""
    drive = inputs @ network_layer.weight.t()
    membrane = torch.zeros_like(drive[0])
    threshold = network_layer.threshold
    spikes = []
    for now in drive:
        membrane = membrane * network_layer.decay + now
        fired = network_layer.surrogate(membrane / threshold - 1)
        fixed = fired.detach()
        others = fixed.sum(-1, keepdim=True) - fixed
        lost = fixed - network_layer.inhibition * others
        membrane = membrane - (lost * threshold).detach()
        if network_layer.clip:
            membrane = torch.where(membrane > -threshold, membrane, -threshold.detach())
        spikes.append(fired)
    return torch.stack(spikes)


@pytest.mark.parametrize("clip", [True, False])
def test_backpropagation_through_time_is_that_of_autograd(clip):
    layer = MembraneLayer(
        6,
        40,
        alpha=1.0,
        clip=clip,
        gradient="surrogate",
        surrogate="sigmoid",
        generator=generator(),
    ).double()
    inputs = trains(25, 3, 6, chance=0.5)
    inputs[3, 0, 0] = 1.5
    inputs.requires_grad_()
    found, expected = layer(inputs).spikes, literal(layer, inputs)
    assert torch.equal(found, expected)
    assert 0.02 < found.mean() < 0.5
    push = torch.randn(found.shape, generator=generator(1), dtype=DOUBLE)
    given = (inputs, layer.weight, layer.threshold)
    pairs = zip(
        torch.autograd.grad(found, given, push),
        torch.autograd.grad(expected, given, push),
        strict=True,
    )
    for one, other in pairs:
        assert (one - other).abs().max() < 1e-10


def test_both_gradients_have_the_same_forward_model():
    inputs = trains(40, 3, 6)
    found = [small(gradient=gradient)(inputs) for gradient in ("membranes", "surrogate")]
    for one, other in zip(*found, strict=True):
        assert torch.equal(one, other)


def test_an_output_in_surrogate_mode_gives_gradients_by_counts():
    network = small(gradient="surrogate", surrogate=Surrogate("sigmoid", 2.0))
    outputs = network(trains(40, 3, 6))
    nn.functional.cross_entropy(outputs.counts, torch.tensor([0, 1, 2])).backward()
    assert all(layer.weight.grad.any() and layer.threshold.grad.any() for layer in network)


def test_errors_are_counts_relative_to_the_largest_less_the_answer():
    counts = torch.tensor([[2.0, 4.0, 1.0], [0.0, 0.0, 0.0]])
    expected = [[0.5, 0.0, 0.25], [0.0, 0.0, -1.0]]
    assert peak_error(counts, torch.tensor([1, 2])).tolist() == expected


def test_the_gradient_of_the_signal_loss_is_the_error():
    spikes = trains(20, 3, 4)
    a = activity(spikes, 0.9).requires_grad_()
    labels = torch.tensor([0, 3, 1])
    loss = signal_loss(Signals(spikes, spikes.sum(0), a, a.detach()), labels)
    error = peak_error(spikes.sum(0), labels)
    assert loss.item() == pytest.approx(error.square().sum().item() / 6)
    (gradient,) = torch.autograd.grad(loss, a)
    assert (gradient - error / 3).abs().max() < 1e-12
    outputs = Signals(spikes, spikes.sum(0), a, a.detach())
    loss = signal_loss(outputs, labels, lambda counts, _: counts / 20)
    (gradient,) = torch.autograd.grad(loss, a)
    assert (gradient - spikes.sum(0) / 60).abs().max() < 1e-12


def test_weights_and_thresholds_start_as_the_inputs_ask():
    layer = MembraneLayer(300, 200, alpha=4.0, generator=generator())
    bound = (3 / 300) ** 0.5
    assert 0.99 * bound < layer.weight.max() <= bound
    assert -bound <= layer.weight.min() < -0.99 * bound
    assert layer.weight.square().sum(1).mean().item() == pytest.approx(1, abs=0.01)
    assert torch.allclose(layer.threshold, torch.tensor(4 * bound))


def test_the_penalty_is_its_formula_and_its_gradient_pulls_on_long_rows():
    weight = torch.tensor([[0.6, 0.8], [0.3, 0.4], [1.2, 0.0]], dtype=DOUBLE, requires_grad=True)
    penalty = exponential_penalty(weight, 3.0)
    sizes = (1.0, 0.25, 1.44)
    assert penalty.item() == pytest.approx(sum(math.exp(3 * (size - 1)) for size in sizes) / 2)
    (gradient,) = torch.autograd.grad(penalty, weight)
    for row, size, pull in zip(weight.tolist(), sizes, gradient.tolist(), strict=True):
        assert pull == pytest.approx([3 * math.exp(3 * (size - 1)) * w for w in row])


def test_rows_shrink_along_the_gradient_of_the_penalty_taken_after_the_step():
    weight = torch.randn(6, 5, generator=generator(), dtype=DOUBLE, requires_grad=True)
    shorter = weight.detach().clone()
    shrink_rows(shorter, 0.02, 4.0)
    after = shorter.clone().requires_grad_()
    (pull,) = torch.autograd.grad(exponential_penalty(after, 4.0), after)
    assert (shorter + 0.02 * pull - weight).abs().max() < 1e-9
    assert (shorter.norm(dim=1) < weight.norm(dim=1)).all()
    huge = torch.full((2, 3), 1e4)
    huge[1] = 0
    shrink_rows(huge, 1.0)
    assert 1 < huge[0].norm() < 1.5
    assert huge[1].tolist() == [0, 0, 0]


def test_ties_of_counts_are_ordered_by_the_membranes():
    counts = torch.tensor([[3.0, 3.0, 2.0, 0.0]])
    membrane = torch.tensor([[-0.5, 0.2, 9.0, -9.0]])
    outputs = Signals(torch.zeros(1, 1, 4), counts, counts, membrane)
    scores = count_scores(outputs, torch.full((4,), 2.0))
    assert scores.argsort(descending=True).tolist() == [[1, 0, 2, 3]]
    assert (scores - counts).abs().max() < 0.5


def test_winners_go_up_all_go_down_and_the_sum_stays():
    threshold = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=DOUBLE)
    counts = torch.tensor([[3.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    balance_thresholds(threshold, counts, 0.01)
    # of the two samples, the first has two winners, the second has one
    expected = [1 + 0.04 - 0.015, 2 - 0.015, 3 + 0.02 - 0.015, 4 - 0.015]
    assert threshold.tolist() == pytest.approx(expected)
    assert threshold.sum().item() == pytest.approx(10)
    balance_thresholds(threshold, counts, 1.0, floor=0.5)
    assert threshold.min().item() == 0.5
    assert threshold.sum().item() == pytest.approx(10)


def test_thresholds_learn_at_a_tenth_of_the_rate():
    network = membrane_network([4, 3, 2])
    weights, thresholds = parameter_groups(network, 0.5)
    assert [len(weights["params"]), len(thresholds["params"])] == [2, 2]
    assert [weights["lr"], thresholds["lr"]] == [0.5, 0.05]


def patterns(batch=40):
    labels = torch.arange(batch) % 4
    chance = torch.full((batch, 20), 0.02)
    for sample, label in enumerate(labels.tolist()):
        chance[sample, 5 * label : 5 * label + 5] = 0.3
    return (torch.rand(50, batch, 20, generator=generator(3)) < chance).float(), labels


def test_a_network_learns_to_tell_patterns():
    network = membrane_network([20, 30, 4], alpha=2.0, generator=generator())
    learner = MembraneLearner(network, lr=0.01)
    inputs, labels = patterns()
    first = learner.learn(inputs, labels)
    for _ in range(30):
        last = learner.learn(inputs, labels)
    errors = [peak_error(each.counts, labels).square().sum(1).mean() for each in (first, last)]
    assert errors[1] < errors[0] / 4
    assert (last.counts.argmax(1) == labels).float().mean() > 0.9


def test_one_update_is_that_of_its_parts():
    inputs, labels = patterns()
    one, other = (membrane_network([20, 12, 4], generator=generator()) for _ in range(2))
    MembraneLearner(one, lr=0.1, penalty=0.5, beta=3.0, balance=0.01).learn(inputs, labels)
    found = signals_of(other, inputs)
    signal_loss(found[-1], labels).backward()
    for layer, learnt, signals in zip(other, one, found, strict=True):
        weight = (layer.weight - 0.1 * layer.weight.grad).detach()
        shrink_rows(weight, 0.1 * 0.5, 3.0)
        threshold = (layer.threshold - 0.01 * layer.threshold.grad).detach()
        balance_thresholds(threshold, signals.counts, 0.01, layer.threshold / 10)
        assert torch.allclose(learnt.weight, weight, atol=1e-6)
        assert torch.allclose(learnt.threshold, threshold, atol=1e-6)


def test_a_learning_rate_that_has_fallen_to_0_leaves_the_network_as_it_is():
    inputs, labels = patterns()
    network = membrane_network([20, 12, 4], generator=generator())
    optimizer = torch.optim.SGD(parameter_groups(network, 0.1))
    learner = MembraneLearner(network, optimizer, balance=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: max(0.0, 1 - done / 2))
    moves = []
    for _ in range(3):
        before = network[0].threshold.detach().clone()
        learner.learn(inputs, labels)
        schedule.step()
        moves.append((network[0].threshold - before).abs().sum().item())
    assert moves[0] > moves[1] > moves[2] == 0


def test_the_balance_is_never_stronger_than_told_whatever_the_schedule(monkeypatch):
    """A cycle that starts at a 25th of its rate: rho as told while it rises, less as it falls."""
    strengths = []

    def note(threshold, counts, rho, floor):
        strengths.append(rho)

    monkeypatch.setattr(learner_module, "balance_thresholds", note)
    network = membrane_network([20, 4], generator=generator())
    optimizer = torch.optim.Adam(parameter_groups(network, 0.01))
    schedule = one_cycle(optimizer, 0.01, updates=10)
    learner = MembraneLearner(network, optimizer, balance=0.5)
    for _ in range(10):
        learner.learn(*patterns())
        schedule.step()
    assert strengths[:3] == [0.5] * 3
    assert strengths[3:] == sorted(strengths[3:], reverse=True)
    assert strengths[-1] < 0.05


BAD = {
    "inputs": lambda: MembraneLayer(0, 3),
    "neurons": lambda: MembraneLayer(3, 1.5),
    "alpha": lambda: MembraneLayer(3, 3, alpha=0.0),
    "kappa": lambda: MembraneLayer(3, 3, kappa=0.5),
    "efficacy": lambda: MembraneLayer(3, 3, kappa=-1.0, efficacy=1.0),
    "tau_mem": lambda: MembraneLayer(3, 3, tau_mem=-1.0),
    "dt": lambda: MembraneLayer(3, 3, dt=0.0),
    "refractory": lambda: MembraneLayer(3, 3, refractory=2.0, gradient="surrogate"),
    "gradient": lambda: MembraneLayer(3, 3, gradient="both"),
    "normalise": lambda: MembraneLayer(3, 3, normalise=1),
    "scale": lambda: MembraneLayer(3, 3, scale="no"),
    "output": lambda: MembraneLayer(3, 3, output=None),
    "clip": lambda: MembraneLayer(3, 3, clip=0),
    "generator": lambda: MembraneLayer(3, 3, generator=1),
    "sizes": lambda: membrane_network([3]),
    "network": lambda: signals_of(nn.Sequential(nn.Linear(3, 3)), torch.ones(2, 1, 3)),
    "times": lambda: run_events(small(), torch.tensor([-1.0]), torch.tensor([0])),
    "sources": lambda: run_events(small(), torch.tensor([1.0]), torch.tensor([6])),
    "spikes": lambda: spike_events(torch.full((3, 1, 2), 0.5)),
    "weight": lambda: exponential_penalty(torch.ones(3)),
    "beta": lambda: exponential_penalty(torch.ones(3, 2), 0.0),
    "counts": lambda: balance_thresholds(torch.ones(3), torch.ones(2, 4), 0.1),
    "strength": lambda: shrink_rows(torch.ones(3, 2), -1.0),
    "rho": lambda: balance_thresholds(torch.ones(3), torch.ones(2, 3), -0.1),
    "labels": lambda: peak_error(torch.ones(2, 3), torch.tensor([0, 3])),
    "lr": lambda: parameter_groups(small(), 0.0),
    "ratio": lambda: parameter_groups(small(), 0.1, -1.0),
    "penalty": lambda: MembraneLearner(small(), penalty=-1.0),
    "balance": lambda: MembraneLearner(small(), balance=-1.0),
    "optimizer": lambda: MembraneLearner(small(), 0.1),
}


@pytest.mark.parametrize("argument", BAD)
def test_bad_input_is_named(argument):
    with pytest.raises(ValueError, match=f"^{argument}: got "):
        BAD[argument]()


@pytest.mark.parametrize("shape", [(5, 3), (5, 2, 4), (0, 2, 3)])
def test_inputs_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="^inputs: got "):
        MembraneLayer(3, 2)(torch.ones(shape))
