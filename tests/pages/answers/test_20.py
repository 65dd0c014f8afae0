"""What the folded answers of page 20 say."""

import pytest
import torch

from snn_core.conversion import IF
from snn_core.teaching.explorers import RateStaircase

CURRENTS = torch.linspace(-0.5, 1.5, 2001, dtype=torch.float64)


def errors(**values):
    """Return what the neuron of the explorer says less the ReLU, for every current."""
    starts = {name: control.start for name, control in RateStaircase.controls.items()} | values
    neuron = IF(starts["threshold"], starts["start"])
    spikes = neuron(CURRENTS.expand(starts["steps"], 1, -1))
    return starts["threshold"] * spikes.mean(0).flatten() - CURRENTS.relu()


def place(current):
    """Return where the currents come closest to this one."""
    return (CURRENTS - current).abs().argmin()


def test_at_four_steps_the_error_grows_to_a_quarter_and_above_1_without_end():
    found = errors(steps=4)
    inside = (CURRENTS > 0) & (CURRENTS <= 1)
    assert found[inside].min() == pytest.approx(-0.25, abs=2e-3)
    assert found[inside].max() <= 1e-9
    assert found[place(0.501)] == pytest.approx(0, abs=2e-3)  # it has just spiked
    assert (found[CURRENTS > 1].diff() < 0).all()
    assert found[-1] == pytest.approx(-0.5)


def test_a_start_at_half_rounds_to_the_nearest_tread():
    inside = (CURRENTS > 0) & (CURRENTS < 1)
    means = {start: errors(start=start)[inside].mean().item() for start in (0.0, 0.5, 0.95)}
    assert means[0.0] < -0.05
    assert means[0.5] == pytest.approx(0, abs=2e-3)
    assert means[0.95] > 0.05
    assert errors(start=0.5)[inside].abs().max() == pytest.approx(1 / 16, abs=2e-3)


def test_half_the_threshold_halves_the_treads_and_the_highest_rate():
    half = errors(threshold=0.5)
    below = (CURRENTS > 0) & (CURRENTS < 0.5)
    assert half[below].min() == pytest.approx(errors()[below].min().item() / 2, abs=2e-3)
    said = half + CURRENTS.relu()
    assert said.max() == pytest.approx(0.5)
    assert said[place(0.501) :].min() == pytest.approx(0.5)


def test_the_membrane_of_solution_1_is_as_told():
    neuron = IF(threshold=2.0, start=0.5)
    spikes, membrane, _ = neuron(torch.full((4, 1, 1), 1.3), record=True)
    assert membrane.flatten().tolist() == pytest.approx([2.3, 1.6, 2.9, 2.2])
    assert spikes.flatten().tolist() == [1, 0, 1, 1]
