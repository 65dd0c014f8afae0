"""Drawings of surrogates: what they show is what the core computes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from snn_core import ALL_SURROGATES, LIF, Surrogate
from snn_core.teaching.diagrams import (
    contributions,
    push_weight,
    step_and_bump,
    table_of_surrogates,
)
from snn_core.teaching.inputs import pulse

TRAIN = pulse(60, at=[5, 8, 20, 22, 24, 40])


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_a_pushed_weight_shows_spikes_and_loss():
    spikes, loss = push_weight(TRAIN, target=2, at=(0.1, 0.9), highest=1.0)
    weights, counts = spikes.lines[0].get_data()
    expected = [LIF()(float(weight) * TRAIN).sum().item() for weight in weights[::100]]
    assert counts[::100].tolist() == expected
    assert max(expected) > 2
    np.testing.assert_allclose(loss.lines[0].get_ydata(), (counts - 2) ** 2 / 2)


def test_arrows_go_against_the_surrogate_gradient():
    _, loss = push_weight(TRAIN, target=2, at=(0.1, 0.9), highest=1.0, lr=0.01)
    steps = [text.xy[0] - text.xyann[0] for text in loss.texts[:2]]
    weights = torch.tensor([0.1, 0.9], requires_grad=True)
    ((LIF()(weights[:, None] * TRAIN).sum(0) - 2) ** 2 / 2).sum().backward()
    assert steps == pytest.approx((-0.01 * weights.grad).tolist(), rel=1e-4)
    assert steps[0] > 0 > steps[1]


@pytest.mark.parametrize("w", [0.1, 0.3])
@pytest.mark.parametrize("surrogate", [Surrogate("fast_sigmoid", 10), Surrogate("arctan", 3)])
def test_contributions_sum_to_the_surrogate_gradient_of_the_count(w, surrogate):
    neuron = LIF(surrogate=surrogate, threshold=1.5)
    upper, lower = contributions(TRAIN, w, neuron)
    bars = [segment[1, 1] for segment in lower.collections[0].get_segments()]
    weight = torch.tensor(w, requires_grad=True)
    spikes, membrane, _ = neuron(weight * TRAIN, record=True)
    spikes.sum().backward()
    assert len(bars) == len(TRAIN)
    assert sum(bars) == pytest.approx(weight.grad.item(), rel=1e-4)
    title = upper.get_title() or upper.get_title("left")  # where the style puts it
    assert title.endswith(f" {weight.grad:.2f}")
    np.testing.assert_allclose(upper.lines[0].get_ydata(), membrane.detach().flatten())
    assert upper.lines[1].get_ydata()[0] == 1.5


@pytest.mark.parametrize(("train", "w"), [(TRAIN, 0.0), (TRAIN, 1.5), (torch.zeros(5, 1, 2), 0.2)])
def test_contributions_need_one_silent_neuron(train, w):
    with pytest.raises(ValueError, match="train" if train is not TRAIN else "w"):
        contributions(train, w, LIF())


def test_a_train_for_several_neurons_is_refused():
    with pytest.raises(ValueError, match="train"):
        push_weight(torch.zeros(5, 1, 2), target=1, at=())


def test_step_and_bump_mark_the_same_distances():
    surrogate = Surrogate("triangular", 2.0)
    forward, backward = step_and_bump(surrogate, at=(-0.25, 0.25))
    assert forward.lines[1].get_ydata().tolist() == [0, 1]
    assert backward.lines[1].get_ydata().tolist() == [0.5, 0.5]


def test_the_table_has_a_row_for_each_surrogate():
    rows = table_of_surrogates(width=0.5)
    assert [row.get_ylabel().splitlines()[0] for row in rows] == list(ALL_SURROGATES)
    for row in rows[:-1]:
        x, y = row.lines[0].get_data()
        assert np.ptp(x[y >= 0.5]) == pytest.approx(0.5, abs=0.01)
