"""What the folded answers of page 02 say."""

import numpy as np
import pytest
import torch

from snn_core import LIF
from snn_core.teaching.explorers import LIFNeuron

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


def test_the_third_spike_may_come_11_ms_after_the_second():
    first, second, _ = LIFNeuron.controls["arrivals"].start
    fires = [count(arrivals=(first, second, second + gap)) == 1 for gap in range(1, 20)]
    assert fires == [gap <= 11 for gap in range(1, 20)]


@pytest.mark.parametrize("tau_mem", [10.0, 20.0])
def test_the_smallest_drive_that_fires_is_a_step_above_the_threshold(tau_mem):
    assert count(weight=0.0, drive=1.0, tau_mem=tau_mem) == 0
    assert count(weight=0.0, drive=1.05, tau_mem=tau_mem) > 0


def test_page_02_up_to_section_6(page):
    assert page["tired"] == {1.5: [90.5, 50.5], 3: [245, 106], 5: [446, 158]}
    assert page["variations"] == [pytest.approx(0.91, abs=0.01), pytest.approx(0.64, abs=0.01)]
    assert page["relative_refractory"]([0.99 * (1 - np.exp(-0.01))] * 20_000, 0.1).sum() == 0
