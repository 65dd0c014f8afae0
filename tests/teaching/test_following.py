"""What page 23 shows of neurons that follow a curve: populations, read-outs, losses."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator
from snn_core.teaching.diagrams import against_rate, shared_error, taking_turns
from snn_core.teaching.diagrams.following import rates_and_errors
from snn_core.teaching.plotting import panels
from snn_core.teaching.studies import decoders, following
from snn_core.teaching.studies.decoders import (
    CURVES,
    filtered_spikes,
    fitted_filter,
    last_spikes,
    membrane_loss,
    read_by_least_squares,
    spike_loss,
    spiking_output,
    train_to_follow,
    tuned_network,
)
from snn_core.teaching.studies.following import (
    balanced,
    balanced_with,
    curve_error,
    drive,
    independent,
    late,
    two_sines,
)

SIZES = [4, 16, 64, 256]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def estimate_of(spikes, weights, tau=20.0):
    """Return the leaky sum of weighted spikes, by a plain loop in float64."""
    state, course = torch.zeros(len(weights), dtype=torch.float64), []
    for now in spikes[:, 0].double():
        state = math.exp(-1 / tau) * state + weights.double() @ now
        course.append(state)
    return torch.stack(course)[:, None]


def slope(errors):
    return np.polyfit(np.log(SIZES), np.log(errors), 1)[0]


def test_the_last_spikes_are_those_of_each_time_the_newest_first():
    spikes = (torch.rand(7, 2, 1, generator=seeded()) < 0.5).float()
    found = last_spikes(spikes, 3)
    assert found.shape == (7, 2, 3)
    for time in range(7):
        for lag in range(3):
            expected = spikes[time - lag, :, 0] if lag <= time else torch.zeros(2)
            assert torch.equal(found[time, :, lag], expected)
    with pytest.raises(ValueError, match="span"):
        last_spikes(spikes, 0)
    for wrong in (spikes[..., 0], spikes.expand(7, 2, 3)):
        with pytest.raises(ValueError, match="spikes"):
            last_spikes(wrong)


def test_a_fitted_filter_finds_the_weights_that_made_a_curve_and_no_others_are_better():
    spikes = (torch.rand(400, 2, 1, generator=seeded()) < 0.3).float()
    weights = torch.tensor([[0.5], [0.2], [-0.1]])
    made = last_spikes(spikes, 3) @ weights
    torch.testing.assert_close(fitted_filter(spikes, made, 3), weights, rtol=0, atol=1e-5)
    made[:100] = 7.0  # these do not count
    torch.testing.assert_close(fitted_filter(spikes, made, 3), weights, rtol=0, atol=1e-5)
    noisy = made + torch.randn(made.shape, generator=seeded(1))
    found = fitted_filter(spikes, noisy, 3)
    least = curve_error(last_spikes(spikes, 3) @ found, noisy)
    for lag in range(3):
        other = found.clone()
        other[lag] += 0.1
        assert curve_error(last_spikes(spikes, 3) @ other, noisy) > least
    with pytest.raises(ValueError, match="curves"):
        fitted_filter(spikes, made[:, :1], 3)


def test_the_leaky_sum_of_the_drive_is_the_curve():
    for tau in (5.0, 50.0):
        for draw in CURVES.values():
            curve = draw(2, seeded())
            current = drive(curve, tau_mem=tau)
            torch.testing.assert_close(LeakyIntegrator(tau_mem=tau)(current), curve)


def test_the_lif_neuron_spikes_whenever_that_makes_the_error_smaller():
    """A population of one, without noise, is the LIF neuron on a curve half a step higher."""
    curve, step = two_sines().double(), 0.25
    current = drive(curve + step / 2) / step
    alone = LIF(tau_mem=20.0)(current)
    one = balanced_with(curve, torch.full((1, 1), step).double(), noise=0.0, generator=seeded())
    assert alone.sum() > 50
    assert (alone != one).double().mean() < 0.003  # the start, where two spikes would be needed


def test_a_balanced_spike_is_sent_if_and_only_if_it_makes_the_error_smaller():
    """In two dimensions, against the squared error with and without each spike."""
    angle = torch.linspace(0, 2 * math.pi, 13)[:-1]
    weights = 0.1 * torch.stack([angle.cos(), angle.sin()]).double()
    time = torch.arange(300) / 50
    curve = torch.stack([time.cos(), time.sin()], -1)[:, None].double()
    spikes = balanced_with(curve, weights, noise=0.0, generator=seeded())
    found = estimate_of(spikes, weights)
    assert (spikes.sum((0, 1)) > 5).all()
    for now, fired, wanted in zip(found[:, 0], spikes[:, 0], curve[:, 0], strict=True):
        silent = fired == 0
        with_one_more = (wanted[:, None] - now[:, None] - weights).square().sum(0)
        assert (with_one_more[silent] >= (wanted - now).square().sum() - 1e-9).all()
    assert curve_error(found, curve) < 0.05


def test_a_balanced_population_is_lif_neurons_with_weights_of_minus_d_d():
    """The membranes, kept up to date by input and spikes alone, tell the same spikes."""
    curve = two_sines(400).double()
    weights = 0.05 + 0.05 * torch.rand(1, 8, generator=seeded(), dtype=torch.float64)
    spikes = balanced_with(curve, weights, noise=0.0, generator=seeded())
    membrane, beta = torch.zeros(8, dtype=torch.float64), math.exp(-1 / 20)
    for current, fired in zip(drive(curve)[:, 0], spikes[:, 0], strict=True):
        membrane = beta * membrane + weights[0] * current
        mine = torch.zeros_like(membrane)
        while True:
            excess = membrane / weights[0] ** 2 - 0.5
            excess[mine > 0] = -1
            if excess.max() <= 0:
                break
            first = excess.argmax()
            mine[first] = 1
            membrane = membrane - weights[0] * weights[0, first]
        assert torch.equal(mine, fired)
    assert spikes.sum() > 200


def test_independent_neurons_err_as_coins_do():
    """The variance of a leaky sum of coins: step · x / (1 + beta) / N, for a constant x."""
    curve, step, neurons = torch.full((20_000, 1, 1), 0.6), 0.4, 8
    spikes = independent(curve, neurons, step, generator=seeded())
    estimate = step * LeakyIntegrator(tau_mem=20.0)(spikes).mean(-1, keepdim=True)
    chance = 0.6 * (1 - math.exp(-1 / 20)) / step
    expected = step * 0.6 * (1 - chance) / (1 + math.exp(-1 / 20)) / neurons
    assert curve_error(estimate, curve) == pytest.approx(math.sqrt(expected), rel=0.05)


@pytest.mark.parametrize("seed", [10, 11])
def test_the_error_of_a_population_falls_with_its_size(seed):
    """Independent: one over the root of N. Balanced: one over N. Too late: not at all."""
    curve, errors = two_sines(), {"independent": [], "balanced": [], "late": []}
    for neurons in SIZES:
        weights = torch.full((1, neurons), 0.4 / neurons)
        spikes = {
            "independent": independent(curve, neurons, 0.4, generator=seeded(seed)),
            "balanced": balanced(curve, neurons, 0.4, generator=seeded(seed)),
            "late": late(curve, neurons, 0.4, generator=seeded(seed)),
        }
        for kind, fired in spikes.items():
            errors[kind].append(curve_error(estimate_of(fired, weights), curve))
    assert slope(errors["independent"]) == pytest.approx(-0.5, abs=0.08)
    assert slope(errors["balanced"]) == pytest.approx(-1.0, abs=0.05)
    assert slope(errors["late"]) > 0


def test_curves_stay_about_where_neurons_can_follow():
    for kind, draw in CURVES.items():
        curve = draw(64, seeded())
        assert curve.shape == (1000, 64, 1)
        assert 0.3 < curve.mean() < 0.6, kind
        assert 0.1 < curve.std() < 0.3, kind
        assert ((curve > -0.1) & (curve < 1.1)).float().mean() > 0.97, kind
    assert torch.equal(CURVES["walks"](2, seeded(3)), CURVES["walks"](2, seeded(3)))


def test_filtered_spikes_are_the_tuning_in_steps():
    """Of a slow curve: relu(w x + b), a trace that lies within one spike of it."""
    network = tuned_network(16, seeded())
    curve = torch.linspace(0, 1, 1000).view(-1, 1, 1)
    traces = filtered_spikes(network, curve)[100:, 0, :-1]
    linear = network[0]
    tuned = linear.weight[:, 0] * curve[100:, 0]
    tuned = tuned + linear.bias / -math.expm1(-1 / decoders.TAU) - 0.5
    inside = (tuned > 0.6) & (linear.weight[:, 0] > 0)
    assert inside.any(0).sum() > 2
    assert (traces - tuned)[inside].abs().max() < 0.75


def test_least_squares_finds_what_numpy_finds():
    network, curves = tuned_network(8, seeded()), CURVES["sines"](4, seeded(1))
    read_by_least_squares(network, curves, curves.square(), penalty=1e-4)
    traces = filtered_spikes(network, curves)[following.SKIPPED :].flatten(0, 1).double()
    goal = curves[following.SKIPPED :].flatten().double().square()
    size = traces.shape[1]
    rows = np.concatenate([traces.numpy(), math.sqrt(1e-4 * len(traces)) * np.eye(size)])
    expected, *_ = np.linalg.lstsq(rows, np.append(goal.numpy(), np.zeros(size)), rcond=None)
    found = [*network[2].weight.flatten().tolist(), network[2].bias.item()]
    assert found == pytest.approx(expected.tolist(), rel=1e-3, abs=1e-5)


def test_the_loss_of_spikes_is_that_of_their_trace_against_the_curve():
    curves, step = CURVES["sines"](3, seeded()).double(), 0.2
    spikes = (torch.rand(1000, 3, 1, generator=seeded(1)) < 0.1).double()
    trace = LeakyIntegrator(tau_mem=20.0)(spikes)
    squares = (trace - curves / step).square()
    ratio = 1 / 20
    after = ratio / math.expm1(2 * ratio)
    expected = (ratio * squares.sum(0) + after * squares[-1]).mean()
    found = spike_loss(step)(spikes, curves.transpose(0, 1))
    torch.testing.assert_close(found, expected)


def test_training_follows_better_and_leaves_alone_what_is_fixed():
    network, curves = tuned_network(8, seeded()), CURVES["sines"](8, seeded(1))
    fixed = copy.deepcopy(network)
    fixed[0].requires_grad_(False)
    before = curve_error(network(drive(curves)), curves)
    for each in (network, fixed):
        train_to_follow(each, curves, curves, seeded(2), epochs=15, lr=1e-2)
        assert curve_error(each(drive(curves)), curves) < 0.5 * before
    start = tuned_network(8, seeded())[0].weight
    assert torch.equal(fixed[0].weight, start)
    assert not torch.equal(network[0].weight, start)


def test_a_spiking_output_is_trained_by_its_spikes():
    network = nn.Sequential(*tuned_network(8, seeded())[:3], LIF(tau_mem=20.0))
    curves = CURVES["sines"](8, seeded(1))
    history = train_to_follow(
        network, curves, curves, seeded(2), loss=spike_loss(0.2), epochs=40, lr=1e-2
    )
    assert history.loss[-1] < 0.2 * history.loss[0]


def test_the_loss_of_membranes_leaves_out_the_beginning():
    output, wanted = torch.zeros(200, 2, 1), torch.zeros(2, 200, 1)
    wanted[:, :100] = 5.0
    assert membrane_loss(output, wanted) == 0
    wanted[:, 150] = 1.0
    assert membrane_loss(output, wanted) == pytest.approx(0.01)


@pytest.mark.parametrize("step", [0.2, 0.4])  # coarser than the steps of the membrane
def test_a_spiking_output_follows_the_membrane_that_is_read(step):
    """It errs against that membrane by the saw of one neuron: d over the root of 12."""
    network, curves = tuned_network(16, seeded()), CURVES["sines"](8, seeded(1))
    read_by_least_squares(network, curves, curves)
    with torch.no_grad():
        membrane = network(drive(curves))
        spikes = spiking_output(network, step)(drive(curves))
    trace = step * LeakyIntegrator(tau_mem=20.0)(spikes)
    assert curve_error(trace, membrane) == pytest.approx(step / math.sqrt(12), rel=0.1)
    assert torch.equal(network(drive(curves)), membrane)  # the network itself is as before


def test_steeper_neurons_prefer_the_same_values():
    """Where the drive of a constant keeps a membrane at 1/2, whatever the slope."""
    plain, steep = (tuned_network(8, seeded(), steepness=each)[0] for each in (1.0, 2.0))
    half = -0.5 * math.expm1(-1 / decoders.TAU)
    assert torch.allclose(steep.weight, 2 * plain.weight)
    assert torch.allclose(steep.bias - half, 2 * (plain.bias - half))


def test_the_best_number_of_late_neurons_depends_on_the_noise():
    curve, best = two_sines(), {}
    for noise in (0.1, 1.0):
        errors = []
        for neurons in SIZES:
            spikes = late(curve, neurons, 0.4, noise=noise, generator=seeded(10))
            weights = torch.full((1, neurons), 0.4 / neurons)
            errors.append(curve_error(estimate_of(spikes, weights), curve))
        best[noise] = SIZES[int(np.argmin(errors))]
    assert best == {0.1: 4, 1.0: 64}


def test_populations_are_drawn_with_the_spikes_of_a_short_while():
    curve, answers = two_sines(300), {}
    for kind, draw in {"coins": independent, "shared": balanced}.items():
        spikes = draw(curve, 5, 0.4, generator=seeded())
        answers[kind] = spikes, 0.08 * LeakyIntegrator(tau_mem=20.0)(spikes).sum(-1, keepdim=True)
    axes = taking_turns(curve, answers, first=100, last=140)
    for each, (kind, (spikes, estimate)) in zip(axes, answers.items(), strict=True):
        title = each.get_title() or each.get_title(loc="left")  # the style decides where
        assert title == f"{kind}: {spikes.sum():.0f} spikes"
        np.testing.assert_allclose(each.lines[0].get_ydata().ravel(), estimate.ravel())
    middle, bottom = axes[0].figure.axes[2], axes[0].figure.axes[4]
    steps, neurons = middle.lines[0].get_data()
    shown = answers["coins"][0][100:140, 0]
    assert len(steps) == shown.sum() > 5
    assert (shown[steps.astype(int), neurons.astype(int)] == 1).all()
    assert [bar.get_height() for bar in bottom.patches] == shown.sum(1).tolist()
    with pytest.raises(ValueError, match="first, last"):
        taking_turns(curve, answers, first=100, last=301)


def test_neurons_that_share_an_error_inhibit_all_others():
    axes = shared_error(4)
    arrows = [each for each in axes.texts if each.get_text() == ""]
    styles = [type(each.arrow_patch.get_arrowstyle()).__name__ for each in arrows]
    assert sorted(set(styles)) == ["BracketB", "CurveFilledB"]
    assert styles.count("CurveFilledB") == 2 * 4
    assert styles.count("BracketB") == 4 * 3
    with pytest.raises(ValueError, match="count"):
        shared_error(1)


def test_rates_and_errors_are_means_over_the_runs():
    found = {
        "BPTT": [{"rate": 10, "sines": 0.02, "seed": 0}, {"rate": 30, "sines": 0.05, "seed": 1}],
        "alone": [{"rate": 7.0, "sines": 0.1}],
    }
    assert rates_and_errors(found) == {"BPTT": (20.0, pytest.approx(0.035)), "alone": (7.0, 0.1)}


def test_errors_stand_at_their_rates_with_their_names():
    solved = {"1": (15.0, 0.03), "2": (35.0, 0.02)}
    trained = {"first": (17.0, 0.028), "second": (31.0, 0.027)}
    axes = panels()
    against_rate("curve", solved, trained, axes)
    line, *marks = axes.lines
    assert line.get_xydata().tolist() == [list(each) for each in solved.values()]
    assert [text.get_text() for text in axes.texts] == ["×1", "×2", "curve"]
    shown = {mark.get_label(): tuple(mark.get_xydata()[0]) for mark in marks}
    assert shown == trained
    assert len({mark.get_marker() for mark in marks}) == 2
    assert axes.get_xscale() == axes.get_yscale() == "log"
    against_rate("square", solved, trained, axes)
    assert len(axes.lines) == 6
    assert len(axes.get_legend_handles_labels()[1]) == 3
