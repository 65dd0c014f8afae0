"""What the folded answers of page 02 say."""

import numpy as np
import pytest
import torch

from snn_core import LIF
from snn_core.teaching.explorers import ComeTogether, LIFNeuron

BESIDE = {"counts_by_pause", "ticks"}


def count(**moved):
    """Return the spikes of the neuron in the explorer, with some of its controls moved."""
    values = {name: control.start for name, control in LIFNeuron.controls.items()} | moved
    dt = values["dt"]
    neuron = LIF(values["tau_mem"], dt=dt, threshold=values["threshold"], reset=values["reset"])
    drive = values["drive"] * (1 - neuron.beta.item())
    current = torch.full((round(LIFNeuron.duration / dt), 1, 1), drive)
    for time in values["arrivals"]:
        current[int(time / dt)] += values["weight"]
    return neuron(current).sum().item()


def answered(**moved):
    """Return when the live neuron at the head of the page spikes, with some controls moved."""
    values = {name: control.start for name, control in ComeTogether.controls.items()} | moved
    current = torch.zeros(round(ComeTogether.duration), 1, 1)
    for time in values["arrivals"]:
        current[int(time)] += values["weight"]
    return LIF(values["tau_mem"])(current).flatten().nonzero().flatten().tolist()


def test_the_live_neuron_begins_as_the_first_figure_stands():
    assert answered() == [88]


def test_the_spike_at_54_ms_has_to_come_2_ms_near_to_the_one_before():
    start = ComeTogether.controls["arrivals"].start
    assert start[2:4] == (42, 54)
    fires = [len(answered(arrivals=(*start[:3], 42 + gap, *start[4:]))) > 1 for gap in range(1, 13)]
    assert fires == [gap <= 2 for gap in range(1, 13)]


def test_every_spike_is_answered_from_a_weight_of_1_05_on():
    assert [len(answered(weight=weight)) == 7 for weight in (0.95, 1.0, 1.05, 1.2)] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("tau_mem", [10.0, 20.0])
def test_the_smallest_drive_that_fires_is_a_step_above_the_threshold(tau_mem):
    assert count(weight=0.0, drive=1.0, tau_mem=tau_mem) == 0
    assert count(weight=0.0, drive=1.05, tau_mem=tau_mem) > 0


def test_whatever_is_above_the_threshold_fires_within_the_window():
    controls = LIFNeuron.controls
    slowest = {"weight": 0.0, "tau_mem": controls["tau_mem"].high}
    for tenths in range(2, 20):
        for dt in (controls["dt"].low, controls["dt"].high):
            drive = tenths / 10 + controls["drive"].step
            assert count(**slowest, threshold=tenths / 10, drive=drive, dt=dt) > 0


def test_page_02_up_to_section_6(page):
    assert list(ComeTogether.controls["arrivals"].start) == page["arrivals"]
    assert page["tired"] == {1.5: [90.5, 50.5], 3: [245, 106], 5: [446, 158]}
    assert page["variations"] == [pytest.approx(0.91, abs=0.01), pytest.approx(0.64, abs=0.01)]
    assert page["relative_refractory"]([0.99 * (1 - np.exp(-0.01))] * 20_000, 0.1).sum() == 0
