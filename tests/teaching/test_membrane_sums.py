"""Drawings and measures of page 18: what they show is what the core computes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch import nn

from snn_core.membrane_signals import MembraneLayer, run_events
from snn_core.teaching.diagrams import (
    gradients_measured,
    membrane_sums,
    neighbours,
    without_each,
)
from snn_core.teaching.diagrams.signals_measured import (
    LEFT_OUT,
    WAYS,
    controls_measured,
    last_epochs,
    lowest_layer,
)
from snn_core.teaching.records import Record
from snn_core.teaching.studies.membranes import (
    deep_membranes,
    digits_as_spikes,
    silent_patient,
    vital_signs,
)

TIMES = torch.tensor([1.0, 3, 4, 9, 10, 12, 13])
SOURCES = torch.tensor([0, 1, 0, 0, 1, 1, 0])


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def pair(**options):
    layer = MembraneLayer(2, 2, refractory=0.0, clip=False, **options)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.7, 0.5], [0.4, 0.6]]))
        layer.threshold.fill_(1.0)
    return layer


def curves(axis):
    return {line.get_label(): line.get_data() for line in axis.lines}


def test_the_curves_jump_to_the_sums_of_the_core_and_add_up_to_the_membrane():
    layer = pair(kappa=-1.0)
    _, axis = membrane_sums(layer, TIMES, SOURCES, neuron=1)
    drawn = curves(axis)
    came, went, taken, membrane = (
        drawn[name][1]
        for name in ("came in", "went out", "taken by the other", "V, after its spike")
    )
    np.testing.assert_allclose(came - went - taken, membrane, atol=1e-12)
    for moment in run_events(nn.Sequential(layer), TIMES, SOURCES):
        at = np.flatnonzero(drawn["V, after its spike"][0] == moment.time)[-1]
        assert membrane[at] == pytest.approx(moment.membrane[1].item())
        assert went[at] == pytest.approx(moment.a[1].item())


def test_a_neuron_without_neighbours_has_no_curve_of_theirs():
    _, axis = membrane_sums(pair(kappa=0.0), TIMES, SOURCES)
    assert "taken by the other" not in curves(axis)


def test_spikes_stand_above_the_membranes_that_sent_them():
    layers = {"alone": pair(kappa=0.0), "inhibited": pair(kappa=-1.0)}
    grid = np.array(neighbours(layers, TIMES, SOURCES)).reshape(2, 2)
    for column, layer in zip(grid.T, layers.values(), strict=True):
        moments = run_events(nn.Sequential(layer), TIMES, SOURCES)
        for neuron, axis in enumerate(column):
            fired = [moment.time for moment in moments if moment.spikes[neuron]]
            assert axis.lines[-1].get_xdata().tolist() == fired
    titles = [axis.get_title("left") or axis.get_title() for axis in grid[0]]
    counts = [
        [sum(m.spikes[n] for m in run_events(nn.Sequential(each), TIMES, SOURCES)) for n in (0, 1)]
        for each in layers.values()
    ]
    assert titles == [
        f"{name}: {one:.0f} and {two:.0f} spikes"
        for name, (one, two) in zip(layers, counts, strict=True)
    ]


def test_errors_explode_or_vanish_without_normalisation_and_keep_their_size_with_it():
    given = digits_as_spikes(30)
    growth = {}
    for alpha in (1.0, 3.0):
        for normalise in (False, True):
            network = deep_membranes(6, alpha=alpha, normalise=normalise)
            error = vital_signs(network, *given)["error"]
            growth[alpha, normalise] = error[0] / error[-1]
    assert growth[1.0, False] > 1000
    assert growth[3.0, False] < 0.2
    assert min(growth[1.0, True], growth[3.0, True]) > 0.3
    assert max(growth[1.0, True], growth[3.0, True]) < 10


def test_vital_signs_count_who_fires_and_leave_no_gradient_behind():
    network = deep_membranes(1)
    with torch.no_grad():
        network[0].threshold[:25] = 1e6
        network[0].weight.fill_(0.1)
    signs = vital_signs(network, *digits_as_spikes(20))
    assert signs["silent"][0] == pytest.approx(0.25)
    assert signs["firing"][0] == pytest.approx(0.75)
    assert signs["weights"][0] == pytest.approx(7.84, rel=1e-5)
    assert all(layer.weight.grad is None for layer in network)


def test_the_patient_is_silent_from_its_second_layer_on():
    firing = vital_signs(silent_patient(), *digits_as_spikes())["firing"]
    assert firing[0] > 0.5
    assert max(firing[1:]) < 0.01


def measured(way, depth, rate, kappa=0.0):
    """Return numbers that tell way, depth, rate and inhibition."""
    place = [*WAYS, "differences"].index(way) + 1
    value = 0.6 + place / 100 + rate / 1000 + depth / 1e4 - kappa / 1e5
    return {"cosine": value, "size": 10 * value}


def record_of(name, settings, results):
    return Record(name, "2026-01-01", 2, 1, {}, settings, results)


def gradients():
    ways = [*WAYS, "differences"]
    runs = [
        {"depth": depth, "wanted": rate, "kappa": kappa}
        | {way: measured(way, depth, rate, kappa) for way in ways}
        for depth in (1, 4)
        for rate in (1.0, 10.0)
        for kappa in (0.0, -0.4)
        for _ in range(3)
    ]
    control = [{"kappa": kappa, "membranes": {"cosine": -kappa, "size": 5}} for kappa in (0, -0.4)]
    settings = {
        "depths": [1, 4],
        "spikes": [1.0, 10.0],
        "kappas": [0.0, -0.4],
        "steps": 50,
        "control": {"depth": 1, "spikes": 10.0},
    }
    results = {"runs": runs, "controls": {"no clip": control}}
    return record_of("signals_gradients", settings, results)


@pytest.mark.parametrize("kappa", [0.0, -0.4])
@pytest.mark.parametrize("depth", [1, 4])
def test_gradients_of_the_lowest_layer_are_drawn_against_the_rate(depth, kappa):
    direction, length = gradients_measured(gradients(), depth, kappa)

    def wanted(way, quantity):
        return [measured(way, depth, rate, kappa)[quantity] for rate in (1.0, 10.0)]

    for way in WAYS:
        assert curves(direction)[way][1].tolist() == wanted(way, "cosine")
        assert curves(length)[way][1].tolist() == wanted(way, "size")
    assert curves(direction)["two measurements"][1].tolist() == wanted("differences", "cosine")
    assert lowest_layer(gradients(), "membranes", "size", depth, kappa).shape == (2, 3)


def test_no_direction_is_cut_off():
    record = gradients()
    record.results["runs"][0]["surrogate 3"]["cosine"] = -0.27
    assert gradients_measured(record, 1)[0].get_ylim()[0] < -0.27


def test_a_depth_or_an_inhibition_that_was_not_recorded_is_refused():
    with pytest.raises(ValueError, match="depth"):
        gradients_measured(gradients(), depth=3)
    with pytest.raises(ValueError, match="kappa"):
        gradients_measured(gradients(), depth=1, kappa=-1.0)


def test_controls_stand_beside_the_case_that_they_repeat():
    usual = measured("membranes", 1, 10.0, -0.4)
    assert controls_measured(gradients(), -0.4) == {
        "as in the figure": (usual["cosine"], usual["size"]),
        "no clip": (0.4, 5),
    }


def test_the_last_epochs_are_averaged_for_each_seed():
    runs = [{"test": [0.1, 0.5, 0.7]}, {"test": [0.2, 0.8, 0.6]}]
    record = record_of("membranes_as_signals", {}, {"one": runs})
    assert last_epochs(record, 2)["one"] == pytest.approx([0.6, 0.7])


def test_every_run_without_an_ingredient_is_a_dot():
    results = {
        f"{hidden} hidden layers, {arm}": {"runs": [{"accuracy": hidden / 10 + place / 100}] * 2}
        for hidden in (2, 4)
        for place, arm in enumerate(LEFT_OUT.values())
    }
    record = record_of("signals_ingredients", {"hidden": [2, 4]}, results)
    axis = without_each(record)
    heights = [line.get_ydata()[0] for line in axis.lines if len(line.get_ydata()) == 2]
    assert sorted(heights)[-1] == pytest.approx(0.46)
    assert [text.get_text() for text in axis.get_xticklabels()] == list(LEFT_OUT)
