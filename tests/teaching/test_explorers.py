"""Explorers: every slider goes to both ends, the picture follows, the model is the core's."""

import numpy as np
import pytest
import torch
from torch import nn

from snn_core import LIF, AdaptiveLIF, Surrogate
from snn_core.losses import count_cross_entropy
from snn_core.online import OnlineNetwork, count_error
from snn_core.plasticity import PairSTDP
from snn_core.teaching import explorers
from snn_core.teaching.explorers import ALL_EXPLORERS, LiveExplorer
from snn_core.teaching.explorers.local_credit import _fixed


def test_every_explorer_is_listed():
    kinds = {name: kind for name, kind in vars(explorers).items() if isinstance(kind, type)}
    found = {name for name, kind in kinds.items() if issubclass(kind, LiveExplorer)}
    assert found - {"LiveExplorer"} == set(ALL_EXPLORERS)


@pytest.mark.parametrize("name", ALL_EXPLORERS)
def test_starts_are_values_that_their_controls_allow(name):
    figure = ALL_EXPLORERS[name]().sliders()
    starts = dict(figure.values)
    figure.values = starts
    assert figure.values == starts


@pytest.mark.parametrize(
    ("drive", "tau_mem", "threshold"), [(0.9, 10.0, 1.0), (1.2, 20.0, 0.5), (3.0, 10.0, 1.0)]
)
def test_the_firing_rate_is_that_of_simulated_neurons(drive, tau_mem, threshold):
    neuron = LIF(tau_mem, threshold=threshold, reset="hard", dt=0.02)
    spikes = neuron(torch.full((50_000, 1, 1), drive * (1 - neuron.beta.item())))
    assert explorers.firing_rate(np.array(drive), tau_mem, threshold) == pytest.approx(
        spikes.sum().item(), abs=2
    )


def test_credit_of_a_silent_neuron_is_beta_to_the_k():
    silent = torch.zeros(50, 1, 2, dtype=torch.float64)
    lif = LIF(torch.tensor([5.0, 20.0], dtype=torch.float64), reset="hard")
    steps_back = torch.arange(49, -1, -1, dtype=torch.float64)[:, None, None]
    assert torch.allclose(explorers.credit(lif, silent), lif.beta**steps_back, rtol=1e-12)


@pytest.mark.parametrize(
    ("bound", "a_plus", "a_minus", "rate", "steps", "far"),
    [
        ("additive", 0.05, 0.066, 20.0, 15_000, 0.11),  # two peaks, at the explorer's rate
        ("multiplicative", 0.02, 0.05, 50.0, 5000, 0.06),
        ("soft", 0.04, 0.04, 50.0, 5000, 0.06),
    ],
)
def test_the_density_of_weights_is_that_of_simulated_synapses(
    bound, a_plus, a_minus, rate, steps, far
):
    rule, generator = (
        PairSTDP(bound=bound, a_plus=a_plus, a_minus=a_minus),
        torch.Generator().manual_seed(0),
    )
    weight, found = torch.rand(500, 1, 1, generator=generator), torch.zeros(10)
    state = rule.initial_state(weight[:, 0], weight[:, 0])
    for step in range(steps):
        pre, own, heard = torch.rand(3, 500, 1, generator=generator)
        pre = (pre < rate / 1000).float()
        post = ((own < rate / 1000) | ((heard < 0.3 * weight[:, 0]) & (pre > 0))).float()
        weight, state = rule.step(pre, post, weight, state)
        if step >= steps // 2 and step % 50 == 0:
            found += torch.histc(weight, 10, 0, 1)
    simulated = found.numpy() / found.sum().item()
    expected, unheard = (
        explorers.weight_density(rule, rate=rate, influence=i, bins=10) for i in (0.3, 0.0)
    )
    distance, flat, deaf = (
        np.abs(simulated - other).sum() / 2 for other in (expected, 0.1, unheard)
    )
    assert expected.sum() == pytest.approx(1)
    assert distance < far
    assert distance < flat / 2
    assert distance < deaf / 2


def test_the_additive_bound_has_two_peaks_in_a_narrow_range_only():
    steps = [round(0.005 + 0.001 * i, 3) for i in range(46)]
    density = {
        bound: [
            explorers.weight_density(PairSTDP(a_plus=0.02, a_minus=a, bound=bound), bins=20)
            for a in steps
        ]
        for bound in ("additive", "soft")
    }
    both = [
        a
        for a, share in zip(steps, density["additive"], strict=True)
        if share[[0, -1]].min() > 0.02
    ]
    assert both == [0.026, 0.027, 0.028]
    for share in density["soft"]:
        slopes = np.sign(np.diff(np.concatenate([[0.0], share, [0.0]])))
        assert (np.diff(slopes[slopes != 0]) < 0).sum() == 1


def test_only_the_additive_bound_has_two_peaks():
    heights = {}
    for bound, a_minus in (("additive", 0.027), ("multiplicative", 0.05), ("soft", 0.027)):
        rule = PairSTDP(a_plus=0.02, a_minus=a_minus, bound=bound)
        heights[bound] = explorers.weight_density(rule, bins=20)
    assert heights["additive"][[0, -1]].min() > 10 * heights["additive"][10]
    assert all(heights[bound][8:12].sum() > 0.5 for bound in ("multiplicative", "soft"))


@pytest.mark.parametrize(
    "surrogate", [Surrogate("triangular", 1.0), Surrogate("fast_sigmoid", 5.0)]
)
@pytest.mark.parametrize(("level", "error"), [(0.8, 1.0), (1.3, -1.0), (0.5, 0.0)])
def test_the_gradient_window_is_that_of_autograd_through_the_literal_steps(surrogate, level, error):
    neuron = LIF(beta=torch.tensor(0.9, dtype=torch.float64), surrogate=surrogate)
    lags = torch.tensor([-3, -1, 0, 1, 4])
    window = explorers.gradient_window(neuron, lags, level, error)
    for lag, change in zip(lags.tolist(), window.tolist(), strict=True):
        weight, state = (
            torch.zeros(1, dtype=torch.float64, requires_grad=True),
            torch.zeros(1, dtype=torch.float64),
        )
        for step in range(8):
            current = weight * (step == 4 - lag) + level * (step == 4)
            spike, _, state = neuron.step(current, state)
            if step == 4:
                (-error * spike).sum().backward()
        assert change == pytest.approx(-weight.grad.item(), abs=1e-12)


def test_the_level_of_the_gradient_window_is_in_units_of_the_threshold():
    neuron = LIF(threshold=torch.tensor(2.0, dtype=torch.float64))
    window = explorers.gradient_window(neuron, torch.tensor([0.0]), level=0.8)
    assert window.item() == pytest.approx(1 / (1 + 10 * 0.4) ** 2)


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_with_an_attached_reset_each_step_at_rest_lowers_the_gradient_window(reset):
    neuron = LIF(beta=0.9, reset=reset, detach_reset=False, surrogate=Surrogate(scale=2.0))
    window = explorers.gradient_window(neuron, torch.arange(5), level=0.8)
    factor = 0.9 * (
        1 - 1 / 9 if reset == "soft" else 1
    )  # at rest u = 0, so the hard reset has nothing to subtract
    torch.testing.assert_close(window / window[0], factor ** torch.arange(5).double())


def test_the_gradient_window_has_no_acausal_side_and_follows_the_error():
    neuron, lags = LIF(tau_mem=20.0, surrogate=Surrogate(scale=5.0)), torch.arange(-40, 41)
    window = explorers.gradient_window(neuron, lags, 0.8)
    assert (window[:40] == 0).all()
    assert window[60] / window[40] == pytest.approx(np.exp(-1), abs=1e-6)
    assert window[40] == pytest.approx(0.25)
    unwanted = explorers.gradient_window(neuron, lags, 1.2, error=-1.0)
    torch.testing.assert_close(unwanted, -window)


@pytest.mark.parametrize(("strength", "tau_adapt"), [(0.0, 100.0), (0.2, 400.0), (0.5, 50.0)])
def test_the_eligibility_of_a_cue_is_the_gradient_of_the_spikes(strength, tau_adapt):
    cue, recall = torch.zeros(2, 100, dtype=torch.float64)
    cue[:10], recall[50:60] = 1, 1
    strength, tau = (
        torch.tensor(strength, dtype=torch.float64),
        torch.tensor(tau_adapt, dtype=torch.float64),
    )
    neuron = AdaptiveLIF(torch.tensor(20.0, dtype=torch.float64), tau, strength=strength, dt=5.0)
    weight = torch.full(
        (100,), 0.6, dtype=torch.float64, requires_grad=True
    )  # one for each step: all are summed
    spikes, membrane, _ = neuron((weight * cue + 0.6 * recall)[:, None, None], record=True)
    decays = neuron.beta.item(), neuron.rho.item()
    u, threshold, e = explorers.cue_eligibility(
        cue.numpy(), recall.numpy(), *decays, strength.item()
    )
    assert u == pytest.approx(membrane.detach().flatten().numpy(), abs=1e-12)
    assert ((u > threshold) == (spikes.flatten().detach().numpy() > 0)).all()
    for t in (5, 30, 55, 90):
        (gradient,) = torch.autograd.grad(spikes[t].sum(), weight, retain_graph=True)
        assert e[t] == pytest.approx(gradient.sum().item(), abs=1e-12)


@pytest.mark.parametrize(
    ("steps", "beta_out", "symmetry"), [(20, 0.9, 1.0), (50, 0.5, 0.0), (7, 0.98, 0.3)]
)
def test_local_credit_is_what_autograd_and_the_online_network_find(steps, beta_out, symmetry):
    inputs, first, second, other = _fixed()
    net = nn.Sequential(
        nn.Linear(20, 30, bias=False), LIF(10.0), nn.Linear(30, 5, bias=False), LIF(beta=beta_out)
    )
    net = net.double()
    for linear, weight in zip(net[::2], (first, second), strict=True):
        linear.weight.data.copy_(weight)
    labels, credit = torch.arange(8) % 5, explorers.local_credit(steps, beta_out, symmetry)
    hidden = net[:2](inputs[:steps])
    output = net[2:](hidden)
    loss = count_cross_entropy(output, labels)
    signal, exact = torch.autograd.grad(loss, [hidden, net[0].weight])
    torch.testing.assert_close(credit.exact_signal, signal[:, 0], rtol=0, atol=1e-12)
    torch.testing.assert_close(credit.exact, exact, rtol=0, atol=1e-12)
    final = count_error(output.detach().sum(0), labels)
    online = OnlineNetwork(net, "feedback_alignment", error=lambda counts, labels: final)
    online.matrices = [symmetry * second + (1 - symmetry) * other]
    online.run(inputs[:steps], labels)
    assert exact.abs().max() > 1e-3
    torch.testing.assert_close(credit.local, net[0].weight.grad, rtol=0, atol=1e-12)


def angle_between(steps, beta_out, symmetry):
    credit = explorers.local_credit(steps, beta_out, symmetry)
    cosine = torch.cosine_similarity(credit.exact.flatten(), credit.local.flatten(), dim=0)
    return cosine.clamp(-1, 1).arccos().rad2deg().item()


def test_local_credit_is_exact_for_one_step_or_an_output_without_memory():
    for steps, beta_out in ((1, 0.9), (50, 0.0)):
        credit = explorers.local_credit(steps, beta_out, 1.0)
        torch.testing.assert_close(credit.local, credit.exact, rtol=0, atol=1e-12)
        torch.testing.assert_close(credit.local_signal, credit.exact_signal, rtol=0, atol=1e-12)
    assert 10 < angle_between(20, 0.9, 1.0) < 30


def test_three_tenths_of_the_weights_in_the_feedback_are_enough_and_a_random_matrix_is_not():
    assert angle_between(20, 0.9, 0.3) < 60 < angle_between(20, 0.9, 0.25)
    assert all(75 < angle_between(20, beta_out, 0.0) < 105 for beta_out in (0.0, 0.9))
