"""Synapses that learn while neurons listen, what is measured of them, and how they are drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from snn_core import LIF
from snn_core.plasticity import PairSTDP, TripletSTDP
from snn_core.teaching.diagrams import competing_weights, synapse_lanes
from snn_core.teaching.inputs import pulse
from snn_core.teaching.studies.plasticity import (
    chance_changes,
    correlated_inputs,
    fit_exponential,
    listen,
    pairings,
    rates_around,
    slots_with_pattern,
)

RULE = PairSTDP(a_plus=0.03, a_minus=0.04)


@pytest.fixture
def source():
    return torch.Generator().manual_seed(0)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_frozen_neurons_spike_as_lif_neurons_do(source):
    arrivals = correlated_inputs(500, 3, source)
    weight = torch.rand(3, 1, 40, generator=source)
    heard = listen(PairSTDP(a_plus=0.0, a_minus=0.0), arrivals, weight, drive=1.5, tau_mem=10.0)
    neuron = LIF(tau_mem=10.0, reset="hard")
    gain = 1.5 * (1 - neuron.beta) / 0.4
    current = gain * (arrivals * weight[:, 0]).sum(2)
    assert (heard.spikes == neuron(current.unsqueeze(2))[..., 0]).float().mean() > 0.999
    assert heard.spikes.sum() > 20
    assert torch.equal(heard.course[-1], weight[:, 0])


def test_listening_in_pieces_is_listening_at_once(source):
    arrivals = correlated_inputs(300, 2, source)
    start = torch.full((2, 1, 40), 0.5)
    whole = listen(RULE, arrivals, start, every=100)
    first = listen(RULE, arrivals[:100], start)
    then = listen(RULE, arrivals[100:], first.ears)
    assert torch.equal(torch.cat([first.spikes, then.spikes]), whole.spikes)
    assert torch.equal(then.ears.weight, whole.ears.weight)
    assert torch.equal(whole.course[1], first.ears.weight[:, 0])
    assert not torch.equal(whole.ears.weight, start)


def test_what_listening_neurons_learn_is_what_the_rule_says_of_their_spikes(source):
    arrivals = correlated_inputs(300, 1, source)
    heard = listen(RULE, arrivals, torch.full((1, 1, 40), 0.5))
    learnt = RULE(arrivals, heard.spikes[:, :, None], torch.full((1, 40), 0.5))
    assert torch.allclose(heard.ears.weight[0], learnt, atol=1e-5)


def test_listening_neurons_refuse_what_the_rule_refuses():
    quiet = torch.zeros(3, 1, 4)
    with pytest.raises(ValueError, match="weight: got values from 2 to 2"):
        listen(RULE, quiet, torch.full((1, 1, 4), 2.0))
    with pytest.raises(ValueError, match="weight: got shape"):
        listen(RULE, quiet, torch.full((1, 1, 5), 0.5))
    late = quiet.index_fill(0, torch.tensor(2), torch.nan)
    with pytest.raises(ValueError, match="arrivals: got NaN"):
        listen(RULE, late, torch.full((1, 1, 4), 0.5))


@pytest.mark.parametrize("copied", [0.0, 0.5])
def test_correlated_inputs_share_spikes_and_keep_their_rate(source, copied):
    trains = correlated_inputs(20_000, 1, source, copied=copied)[:, 0]
    assert 1000 * trains.mean(0) == pytest.approx(np.full(40, 20), abs=4)
    together = np.corrcoef(trains.T.numpy())
    first = together[:20, :20][~np.eye(20, dtype=bool)].mean()
    assert first == pytest.approx(copied**2, abs=0.04)
    assert abs(together[:20, 20:].mean()) < 0.01


def test_about_a_third_of_the_slots_hold_the_pattern(source):
    shown = slots_with_pattern(3000, source)
    assert 0.3 < shown.float().mean() < 0.37


def test_rates_around_spikes_know_before_from_after():
    came = torch.zeros(100, 1, 2)
    came[48, 0, 0] = 1  # 2 ms before
    came[53, 0, 1] = 1  # 3 ms after
    sent = torch.zeros(100, 1)
    sent[50] = 1
    around = rates_around(sent, came, torch.arange(-5, 6))
    assert around.nonzero().tolist() == [[2, 1], [7, 0]]
    with pytest.raises(ValueError, match="lags"):
        rates_around(sent, came, torch.arange(-50, 51))


def test_no_other_exponential_fits_better(source):
    lags = torch.arange(4.0, 61, 4)
    changes = torch.exp(-lags / 20) + 0.1 * torch.randn(5, 15, generator=source)
    taus, amplitudes = fit_exponential(lags, changes)

    def missed(tau, a):
        return (changes - a[:, None] * torch.exp(-lags / tau[:, None])).square().sum(1)

    best = missed(taus, amplitudes)
    for tau, a in ((1.02, 1.0), (0.98, 1.0), (1.0, 1.02), (1.0, 0.98)):
        assert (missed(tau * taus, a * amplitudes) >= best).all()


def test_at_50_per_second_both_lags_are_the_same_train_but_for_the_ends():
    (early, late) = (pairings([50], lag)[1][:, 0, 0].nonzero().flatten() for lag in (-10, 10))
    assert early[1:].tolist() == late[:-1].tolist()
    assert len(early) == 60


@pytest.mark.parametrize("rule", [RULE, TripletSTDP(a3_plus=0.3)])
@pytest.mark.parametrize("traces", [False, True])
def test_the_lanes_of_a_synapse_end_where_the_rule_does(traces, rule):
    pre, post = pulse(50, at=[5, 30]), pulse(50, at=[10, 40])
    axes = synapse_lanes(pre, post, rule, traces=traces)
    assert len(axes) == (4 if traces else 3)
    assert axes[-1].lines[-1].get_ydata()[-1] == pytest.approx(
        rule(pre, post, torch.full((1, 1), 0.5)).item()
    )


def test_the_lanes_of_triplets_show_the_slow_trace_of_post():
    rule = TripletSTDP()
    *_, slow = synapse_lanes(pulse(50, at=5), pulse(50, at=10), rule, traces=True)[1].lines
    before, after = slow.get_ydata().reshape(-1, 2).T  # its jumps are upright
    assert after[[9, 10, 30]] == pytest.approx([0, 1, rule.alpha_y**20])
    assert before[10] == 0


def test_chance_changes_are_the_sum_over_all_pairs_of_what_is_not_skipped():
    generator = torch.Generator().manual_seed(2)
    pre, post = (torch.rand(2, 60, 3, 1, generator=generator) < 0.2).float()
    skip = 25
    for synapse, change in enumerate(chance_changes(RULE, pre, post, skip=skip)):
        here, there = (spikes[:, synapse, 0].nonzero().flatten() for spikes in (pre, post))
        pairs = [(after - before, max(after, before)) for before in here for after in there]
        by_hand = sum(RULE.window((lag * 1.0).view(1)).item() for lag, end in pairs if end >= skip)
        assert change.item() == pytest.approx(by_hand, abs=1e-6)


def test_competing_weights_are_all_drawn():
    axes = competing_weights(torch.rand(10, 40), every=50)
    assert sum(len(line.get_xdata()) == 10 for line in axes.lines) == 40
    with pytest.raises(ValueError, match="course"):
        competing_weights(torch.rand(10, 30))
