"""What the folded answers of page 19 say."""

import math

import pytest
import torch
from torch.autograd import gradcheck

from snn_core.spike_times import Dynamics, membrane_slope, spike_time, spike_time_gradient

NEURON = Dynamics()
ARRIVALS = torch.tensor([0.0, 4.0, 18.0], dtype=torch.float64)


def spike(w):
    """Return when the neuron of the explorer spikes."""
    return spike_time(ARRIVALS, weights(w), NEURON).item()


def weights(w):
    return torch.tensor([w, 0.8, 1.4], dtype=torch.float64)


def test_the_answers_at_the_explorer():
    misses = []
    for change in (0.02, 0.5):
        by_weight, _ = spike_time_gradient(ARRIVALS, weights(1.6), NEURON)
        promised = change * by_weight[0].item()
        misses.append(abs(spike(1.6 + change) - spike(1.6) - promised))
    assert misses[0] < 0.01
    assert misses[1] > 0.5
    slopes = []
    for w in (1.6, 1.4, 1.3, 1.29):
        moment = torch.tensor(spike(w), dtype=torch.float64)
        slopes.append(membrane_slope(moment, ARRIVALS, weights(w), NEURON).item())
    assert slopes == sorted(slopes, reverse=True)
    assert slopes[-1] < 0.02


def test_page_19_up_to_section_1(page):
    assert page["spike_at"] == pytest.approx(8.05, abs=5e-3)
    leaf = weights(1.6).requires_grad_()
    assert gradcheck(lambda weights: page["SpikeTime"].apply(weights, ARRIVALS, NEURON), (leaf,))
    times = torch.tensor([[math.inf, 1.0]])
    woken = page["woken_weights"](torch.zeros(2, 4), times, 1.0, 0.5)
    assert woken.sum(1).tolist() == [1, 0]
