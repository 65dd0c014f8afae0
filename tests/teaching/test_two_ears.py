"""Drawings of two ears: what they draw is what the task and the record say."""

import math

import numpy as np
import pytest
import torch

from snn_core.tasks import TwoEars
from snn_core.teaching.diagrams import jeffress_row, two_detectors
from snn_core.teaching.diagrams.two_ears import errors_measured, jitters, learnt_delays
from snn_core.teaching.records import Record
from snn_core.teaching.studies.two_ears import matched_weight, two_ears_network
from snn_core.training import seed_torch


def test_the_matched_weight_lifts_both_ears_to_the_threshold_written_out():
    """Against the mean membrane at a moment: an exponential that forgets normal times."""
    task = TwoEars(jitter=0.2, dt=0.001)
    ages = np.arange(0, 3, 0.001)
    heights = []
    for moment in np.arange(-0.2, 0.8, 0.005):
        density = np.exp(-(((moment - ages) / 0.2) ** 2) / 2) / (0.2 * math.sqrt(2 * math.pi))
        heights.append((np.exp(-ages / 0.2) * density).sum() * 0.001)
    assert 16 * matched_weight(task) * max(heights) == pytest.approx(1, rel=0.01)


def test_the_detector_whose_right_ear_waits_long_enough_fires_most():
    task = TwoEars()
    spikes = task.inputs(torch.tensor([45.0]), generator=seed_torch(0))
    axes = two_detectors(task, spikes, (task.difference(torch.tensor(45.0)).item(), 0.0))
    titles = [axis.get_title("left") or axis.get_title() for axis in axes[1:]]
    counts = [int(title.split(": ")[1].split()[0]) for title in titles]
    assert counts[0] > 10 > 3 * counts[1]
    dots = [line.get_xydata() for line in axes[0].lines]
    assert sum(map(len, dots)) == spikes[:200].sum()
    assert dots[0][:, 1].max() < 10 <= dots[1][:, 1].min()


@pytest.mark.parametrize(("direction", "place"), [(0.0, 0.5), (45.0, 0.23), (-90.0, 0.88)])
def test_in_a_row_the_spikes_meet_the_farther_from_the_ear_that_is_first(direction, place):
    axes = jeffress_row(TwoEars(), direction, detectors=101)
    tips = [line.get_xdata()[0] for line in axes[2].lines if len(line.get_xdata()) == 1]
    assert tips == pytest.approx([place, place], abs=0.005)
    filled = axes[2].collections[-1].get_facecolors()[:, 2] < 0.5
    assert filled.nonzero()[0].tolist() == pytest.approx([100 * place], abs=1)
    ways = [len(axis.lines) for axis in axes]  # none has gone, or a trail and a tip each
    assert ways == [0 if direction == 0 else 2, 4, 4]


@pytest.mark.parametrize("wrong", [{"direction": 91.0}, {"direction": 0.0, "longest": 0.7}])
def test_a_row_that_is_too_short_or_a_direction_behind_is_refused(wrong):
    with pytest.raises(ValueError, match=list(wrong)[-1]):
        jeffress_row(TwoEars(), **wrong)


def test_a_louder_network_has_larger_weights_and_the_same_delays():
    task = TwoEars()
    plain, louder = (
        two_ears_network(task, louder=factor, generator=seed_torch(0)) for factor in (1.0, 2.0)
    )
    assert torch.equal(louder[0].weight, 2 * plain[0].weight)
    assert torch.equal(louder[0].delay, plain[0].delay)


def record_of(errors):
    """Return a record with these errors of a network by jitter."""
    runs = {
        f"jitter {jitter:g}": [
            {
                "seed": seed,
                "errors": {"network": error, "likeliest": error / 2, "limit": error / 4},
                "awake": [True, True, False],
                "made up for": [0.1, 0.2, 0.9],
                "preferred": [0.15, 0.25, -0.9],
            }
            for seed, error in enumerate(each)
        ]
        for jitter, each in errors.items()
    }
    settings = {"arms": dict.fromkeys([*runs, "no delays"])}
    return Record("two_ears", "2026-01-01", 1, 1, {}, settings, runs)


def test_the_errors_and_the_detectors_that_are_awake_are_drawn():
    record = record_of({0.1: [2.0, 3.0], 0.2: [4.0, 6.0]})
    assert jitters(record) == [0.1, 0.2]
    assert errors_measured(record, "likeliest").tolist() == [[1, 1.5], [2, 3]]
    left, right = learnt_delays(record)
    assert left.lines[0].get_xydata().tolist() == [[0.1, 0.15], [0.2, 0.25]]
    network, second = (line.get_ydata().tolist() for line in right.lines[:2])
    assert (network, second) == ([2, 4], [3, 6])
    assert right.lines[-1].get_ydata() == pytest.approx([0.625, 1.25])
