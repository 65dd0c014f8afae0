"""What the folded answers of page 04 say."""

import functools

import pytest
import torch
from torch import nn

from experiments import random_reader
from snn_core import LIF, LeakyIntegrator
from snn_core.encoding import rate
from snn_core.losses import accuracy, first_spike, predict, spike_count
from snn_core.teaching.digit_reader import EXAMPLES, STEPS, fit_readout
from snn_core.teaching.digit_reader import random_reader as fitted_reader
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

reader_of = functools.cache(fitted_reader)  # nothing here changes a reader


def zero_sum(spikes, neurons, spread, generator=None):
    """Return a layer whose rows add up to zero, scaled afterwards."""
    layer = nn.Linear(spikes.shape[2], neurons, bias=False).requires_grad_(False)
    nn.init.normal_(layer.weight, generator=generator)
    layer.weight -= layer.weight.mean(1, keepdim=True)
    layer.weight *= spread / LeakyIntegrator()(layer(spikes)).std()
    return layer


@pytest.mark.parametrize("seed", range(4, 9))
def test_layers_whose_rows_add_up_to_zero(seed):
    """The fourth answer: rates of all layers at a spread of 1.5, and what is left of the offset."""
    spikes = rate(torch.full((16, 200), 0.1), 200, generator=seed_torch(seed))
    rates, offsets = [], []
    for _ in range(5):
        layer = zero_sum(spikes, 200, 1.5)
        membrane = LeakyIntegrator()(layer(spikes))[50:]
        offsets.append((membrane.mean((0, 1)).var() / membrane.var()).item())
        spikes = LIF()(layer(spikes))
        rates.append(100 * spikes.mean().item())
    assert all(5 < each < 7 for each in rates)
    assert [round(rates[0]), round(rates[4])] == [7, 5]
    assert offsets[0] < 0.01  # what is left since the mean over time is measured
    assert all(0.003 < each - offsets[0] < 0.025 for each in offsets[1:])


def test_a_reader_whose_rows_add_up_to_zero():
    images, labels, test, test_labels = random_reader.flat_digits()
    found = []
    for seed in range(5):
        chance = seed_torch(seed)
        layer = zero_sum(rate(images[:EXAMPLES], STEPS, generator=chance), 256, 2.0, chance)
        spikes = random_reader.hidden_spikes(layer, images, STEPS, chance)
        readout = fit_readout(spike_count(spikes), labels)
        spikes = random_reader.hidden_spikes(layer, test, STEPS, chance)
        found.append(accuracy(readout(spike_count(spikes)), test_labels))
    before = recorded("random_reader").results["accuracy"]["256"]
    assert 100 * sum(found) / 5 == pytest.approx(87.1, abs=0.3)
    assert 100 * sum(before) / 5 == pytest.approx(86.5, abs=0.05)
    assert max(before) - min(before) > 0.02


def test_one_neuron_with_a_head_start_is_as_early_as_a_population():
    """Section 6: after one step, from five seeds."""
    _, _, test, labels = random_reader.flat_digits()
    found = []
    for seed in range(5):
        current = reader_of(seed=seed)(rate(test, 1, generator=seed_torch(seed + 10)))
        spikes = LIF()(current, torch.full((len(test), 10), 0.9))
        found.append(accuracy(spikes[0], labels))
    population = recorded("random_reader").results["curves"]["population"]
    first = sum(run[0] for run in population) / 5
    assert sum(found) / 5 == pytest.approx(first, abs=0.03)


def right_by_first_spike(current, labels):
    """Return the accuracy of first spikes with ties, and with ties decided by the membrane."""
    run = LIF()(current, record=True)
    score = first_spike(run.spikes)
    best = score.amax(1, keepdim=True)
    step = -best[:, 0].long().clamp(min=1 - len(run.membrane))
    at_step = run.membrane[step, torch.arange(len(step))]
    only_tied = predict(torch.where(score == best, at_step, -torch.inf))
    assert torch.equal(only_tied, predict(at_step))  # who has not spiked is below the threshold
    return accuracy(score, labels), accuracy(at_step, labels)


def test_more_than_half_of_what_a_weaker_current_gains_is_not_fewer_ties():
    """Section 6: from a gain of 1 to one of 0.5, from five seeds."""
    _, _, test, labels = random_reader.flat_digits()
    gains = []
    for seed in range(5):
        current = reader_of(seed=seed)(rate(test, 30, generator=seed_torch(seed + 10)))
        strong, weak = (
            torch.tensor(right_by_first_spike(gain * current, labels)) for gain in (1, 0.5)
        )
        gains.append(100 * (weak - strong))
    plain, without_ties = torch.stack(gains).mean(0).tolist()
    assert plain == pytest.approx(6, abs=1)
    assert 0.5 < without_ties / plain < 0.7


def test_page_04_up_to_section_6(page):
    def shares(gain):
        run = page["LIF"]()(gain * page["reader"](page["unseen"]), record=True)
        plain = page["predict"](page["first_spike"](run.spikes))
        ours = page["first_spike_winner"](run.spikes, run.membrane)
        return [100 * (each == page["labels"]).float().mean().item() for each in (plain, ours)]

    assert shares(2) == pytest.approx([64.5, 76.2], abs=0.05)
    assert shares(1) == pytest.approx([80.2, 82.8], abs=0.05)
    assert shares(0.5) == pytest.approx([85.1, 85.9], abs=0.05)
