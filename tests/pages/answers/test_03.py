"""What the folded answers of page 03 say."""

import numpy as np
import pytest
import torch

from snn_core import Alpha, RecurrentLIF
from snn_core.teaching.exercises import find
from snn_core.teaching.explorers import NeuronModels

BESIDE = {"steady"}


def times(neuron):
    """Return when the neuron in the explorer fires, all of its other controls at their start."""
    current = torch.zeros(round(NeuronModels.duration), 1, 1)
    arrivals = NeuronModels.controls["arrivals"].start
    current[[int(time) for time in arrivals]] = NeuronModels.controls["weight"].start
    return neuron(current).flatten().nonzero().flatten().tolist()


def test_the_explorer_starts_as_the_page_says():
    start = {name: control.start for name, control in NeuronModels.controls.items()}
    assert len(start["arrivals"]) == 25
    assert set(np.diff(start["arrivals"])) == {4}
    assert (start["weight"], start["tau_mem"], start["tau_syn"]) == (0.8, 10, 5)


def test_the_smallest_self_weight_that_fires_to_the_end_is_the_threshold():
    step = NeuronModels.controls["self_weight"].step
    for weight, lasts in ((1 - step, False), (1.0, True), (1 + step, True)):
        neuron = RecurrentLIF(1, 10.0, recurrence="one_to_one")
        torch.nn.init.constant_(neuron.weight, weight)
        assert (times(neuron)[-1] == 199) == lasts


def test_a_slow_alpha_synapse_spreads_the_current_over_more_time():
    last = NeuronModels.controls["arrivals"].start[-1]
    quick, slow = times(Alpha(10.0, 5.0)), times(Alpha(10.0, 30.0))
    assert (quick[0], slow[0]) == (34, 75)
    assert len(slow) == 8
    assert sum(time > last for time in slow) == 4


def test_page_03_up_to_section_4(page):
    assert page["holds"] == {0.4: True, 0.21: True, 0.19: False}
    assert page["silent"]
    assert [strength for strength, wins in page["wins"].items() if wins] == [10, 12]
    assert [page["fires"][strength] for strength in (3.2, 3.4, 4, 8)] == [0, 1, 5, 18]
    just = page["scene"].clone()
    just[60:70, :, 15:18] += page["silent"][0]
    assert page["grouped"]()(just)[60:, 0, 15].sum() == 19
    standing, first = page["standing"], page["group"] == 1
    assert standing[first].mean() == pytest.approx(11, abs=0.6)
    assert standing[~first].mean() == pytest.approx(-21, abs=1)
    assert [page["firing"][0, dt] for dt in (1, 0.5, 0.25)] == [1000, 2000, 4000]
    for dt in (1, 0.5, 0.25):  # the pause, one step, 2 ms
        assert 1000 / page["firing"][5, dt] == pytest.approx(7 + dt, abs=0.05)


def test_two_decimals_are_enough_for_the_pencil():
    exercise = find("03.1")
    rounded = [[round(value, 2) for value in step] for step in exercise.expected]
    assert exercise.fault(rounded) is None
