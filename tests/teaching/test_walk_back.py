"""The drawings of page 12: a gradient that walks back, and three factors with their product."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from snn_core import LIF, Surrogate
from snn_core.teaching.diagrams import gradient_walks_back, product_lanes


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def heights(collection):
    return np.array([segment[1, 1] for segment in collection.get_segments()])


@pytest.mark.parametrize("lag", [0, 8, 40])
def test_the_bars_shrink_by_beta_and_end_at_the_target(lag):
    neuron = LIF(tau_mem=5.0, surrogate=Surrogate(scale=4.0))
    entry, membrane, gradient = gradient_walks_back(neuron, lag=lag, level=0.5, title="A title")
    bars = heights(gradient.collections[0])
    assert bars[40] == pytest.approx(1 / 9)
    assert bars[:40] / bars[1:41] == pytest.approx(np.exp(-0.2))
    assert not bars[41:].any()
    assert heights(gradient.collections[1]) == pytest.approx(bars[40 - lag])
    assert membrane.lines[0].get_ydata().max() == pytest.approx(0.5)
    assert entry.collections[0].get_segments()[0][0, 0] == 40 - lag


@pytest.mark.parametrize(("name", "wrong"), [("lag", -1), ("lag", 41), ("level", 1.1)])
def test_a_walk_needs_an_input_before_a_target_without_a_spike(name, wrong):
    with pytest.raises(ValueError, match=name):
        gradient_walks_back(LIF(), **{"lag": 3, "level": 0.5} | {name: wrong})


def test_the_last_lane_is_the_product():
    sparse = torch.tensor([0.0, 0, 2, 0, -1])
    lanes = product_lanes({"one": torch.arange(5.0), "other": sparse.view(5, 1)}, dt=2.0)
    assert [lane.get_ylabel() for lane in lanes] == ["one", "other", "product"]
    assert heights(lanes[2].collections[0]).tolist() == [0, 0, 4, 0, -4]
    assert lanes[0].lines[0].get_xdata().tolist() == [0, 2, 4, 6, 8]


@pytest.mark.parametrize(
    "factors", [{"one": torch.ones(3)}, {"one": torch.ones(3), "other": torch.ones(4)}]
)
def test_factors_are_at_least_two_of_one_length(factors):
    with pytest.raises(ValueError, match="factors"):
        product_lanes(factors)
