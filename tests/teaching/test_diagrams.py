"""Drawings: the unrolled graph and where gradient runs, a neuron in slow motion, its circuit."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from snn_core import LIF
from snn_core.teaching.diagrams import (
    before_and_after,
    class_lines,
    distance_of_two_spikes,
    error_by_steps,
    fields,
    follow_digit,
    labels_needed,
    late_inhibition,
    map_of_pairs,
    populations,
    rc_circuit,
    slow_motion,
    spared,
    wanted_outputs,
)
from snn_core.teaching.diagrams.unrolled import unrolled_graph
from snn_core.teaching.diagrams.wanted import SHOWN
from snn_core.teaching.palette import BLACK, BLUE, GREEN, PURPLE, VERMILION
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.codes_and_losses import FAMILIES, NAMES


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def arrows(axes, color):
    patches = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    return [patch for patch in patches if to_hex(patch.get_edgecolor()).upper() == color.upper()]


@pytest.mark.parametrize("steps", [1, 3, 4])
def test_every_node_of_every_step_is_drawn(steps):
    texts = [text.get_text() for text in unrolled_graph(steps=steps).texts]
    for neuron in "ab":
        for kind in "Iuzv":
            assert all(f"${kind}_{neuron}[{step}]$" in texts for step in range(1, steps + 1))


@pytest.mark.parametrize("attached", [False, True])
def test_gradient_runs_against_every_arrow_that_leads_to_the_loss_but_a_detached_reset(attached):
    axes = unrolled_graph(steps=3, attached=attached)
    forward = (
        2 * (3 * 5 + 2) + 3
    )  # per neuron I-u, u-z, u-v, z-v, z-out at each step and v-u between steps; the inputs
    assert len(arrows(axes, BLACK)) == forward
    assert len(arrows(axes, GREEN)) == 6
    assert len(arrows(axes, BLUE)) == (4 if attached else 0)
    assert len(arrows(axes, VERMILION)) == forward - 14


def test_values_and_gradients_are_written_into_their_nodes():
    axes = unrolled_graph(steps=2, values={"u_a": [0.8, 1.2]}, gradients={"u_a": [-0.5, 0.25]})
    texts = [text.get_text() for text in axes.texts]
    assert "$u_a[1]$ = 0.80\n" in texts
    assert "$u_a[2]$ = 1.20\n" in texts
    assert [text for text in texts if text in ("-0.500", "0.250")] == ["-0.500", "0.250"]


def test_a_gradient_that_is_not_known_yet_is_a_question_mark():
    axes = unrolled_graph(steps=2, gradients={"u_b": [None, -0.1]})
    texts = [text.get_text() for text in axes.texts]
    assert [text for text in texts if text in ("?", "-0.100")] == ["?", "-0.100"]


def test_lines_of_named_classes_lie_in_front_and_the_first_on_top():
    values = torch.arange(40.0).view(4, 10)
    axes = class_lines(values, [9, 4])
    lines = sorted(axes.lines, key=lambda line: line.get_zorder())
    assert lines[-1].get_ydata().tolist() == values[:, 9].tolist()
    assert lines[-2].get_ydata().tolist() == values[:, 4].tolist()
    assert len(lines) == 10
    assert [to_hex(line.get_color()).upper() for line in lines[-2:]] == [PURPLE, BLUE]
    assert axes.get_legend_handles_labels()[1] == ["9", "4", "others"]


def test_a_digit_is_followed_from_its_pixels_to_its_scores():
    pixels, hidden = torch.zeros(6, 16), torch.zeros(6, 5)
    pixels[2, 3 * 4 + 1] = pixels[3, 3 * 4 + 2] = hidden[4, 1] = 1
    axes = follow_digit(torch.eye(4), pixels, hidden, torch.rand(6, 10), [9, 4], 1)
    assert len(axes) == 4
    assert axes[0].images[0].get_array().tolist() == torch.eye(4).tolist()
    places = [set(zip(*each.lines[0].get_data(), strict=True)) for each in axes[1:3]]
    assert places == [{(2, 3)}, {(4, 1)}]
    assert axes[0].patches[0].get_bbox().bounds == (0.5, -0.5, 1, 4)
    bottom, top = axes[1].get_ylim()
    assert bottom > top  # row 0 above, as in the image
    assert len(axes[3].lines) == 10


def test_a_digit_before_and_after_has_the_spikes_of_both_layers():
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(28, 28, generator=generator)
    pixels, before, after, output = (
        (torch.rand(10, size, generator=generator) < 0.3).float() for size in (784, 60, 60, 10)
    )
    silent = torch.zeros(10, 10)
    rows = before_and_after(image, pixels, (before, silent), (after, output))
    (digit, *above), (below, *under) = rows
    assert torch.equal(torch.as_tensor(digit.images[0].get_array()), image)
    drawn = [below, *above, *under]
    for axes, spikes in zip(drawn, (pixels, before, silent, after, output), strict=True):
        marks = axes.lines[0].get_xydata().round().astype(int)
        assert sorted(marks.tolist()) == spikes.nonzero().tolist()
    titles = [axes.get_title(loc="left") or axes.get_title() for axes in drawn[1:]]
    assert titles[1] == "before: output, 0 spikes"
    assert titles[3] == f"after: output, {output.sum():.0f} spikes"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"column": 4}, "column"),
        ({"column": -1}, "column"),
        ({"pixels": torch.zeros(6, 15)}, "pixels"),
    ],
)
def test_a_digit_is_followed_along_one_of_its_columns(change, named):
    known = {"pixels": torch.zeros(6, 16), "hidden": torch.zeros(6, 5), "scores": torch.rand(6, 10)}
    with pytest.raises(ValueError, match=named):
        follow_digit(torch.eye(4), **{**known, "named": [9], "column": 1, **change})


@pytest.mark.parametrize("named", [[10], [-1], [1.5], list(range(5))])
def test_a_class_that_is_not_there_has_no_line(named):
    with pytest.raises(ValueError, match="named"):
        class_lines(torch.zeros(4, 10), named)


def dots(axes):
    """Return the heights of the open and of the filled dots."""
    return [line.get_ydata() for line in axes.lines if line.get_marker() == "o"]


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_slow_motion_shows_the_membrane_before_the_reset_and_after_it(reset):
    current = torch.full((12, 1, 1), 0.9)
    neuron = LIF(beta=0.9, reset=reset)
    spikes, membrane, _ = neuron(current, record=True)
    lands, goes_on = dots(slow_motion(current, 0.9, reset=reset))
    assert lands == pytest.approx(membrane.flatten().tolist())
    assert goes_on[:-1] == pytest.approx([(u - 0.9) / 0.9 for u in lands[1:]], abs=1e-6)
    assert [v < u for u, v in zip(lands, goes_on, strict=True)] == spikes.flatten().bool().tolist()
    with pytest.raises(ValueError, match="reset"):
        slow_motion(current, 0.9, reset="none")


def test_slow_motion_writes_the_small_steps_beside_the_step_that_is_asked_for():
    current = torch.full((4,), 0.6)
    assert not slow_motion(current, 0.9).texts[0].get_text()
    axes = slow_motion(current, 0.9, explain=2)
    words = {
        text.get_text().split(":")[0]: text.get_position() for text in axes.texts if text.get_text()
    }
    assert list(words) == ["1 integrate", "2 compare", "3 emit a spike", "4 reset"]
    assert words["3 emit a spike"][0] == 2
    assert all(abs(x - 2) < 0.5 for x, _ in words.values())
    assert axes.get_legend() is not None


def test_slow_motion_counts_its_steps_from_1_or_from_0():
    for first in (1, 0):
        axes = slow_motion(torch.full((4,), 0.6), 0.9, first=first, explain=first + 1)
        assert axes.get_xticks().tolist() == list(range(first, first + 4))
        emits = [text for text in axes.texts if text.get_text() == "3 emit a spike"]
        assert emits[0].get_position()[0] == first + 1


def test_the_circuit_names_what_the_cell_is_made_of():
    cell, circuit = rc_circuit()
    assert {"current J", "voltage U", "leak"} <= {text.get_text() for text in cell.texts}
    assert {"R", "C", "U", "above rest", "J"} <= {text.get_text() for text in circuit.texts}


@pytest.mark.parametrize("family", SHOWN)
def test_every_loss_of_a_family_has_a_panel_with_something_in_it(family):
    axes = wanted_outputs(family)
    titles = ["".join(axis.get_title(loc) for loc in ("left", "center")) for axis in axes]
    assert titles == [NAMES[loss] for loss in SHOWN[family]]
    assert all(len(axis.lines) + len(axis.collections) > 1 for axis in axes)


def test_one_loss_of_each_family_can_be_drawn():
    for loss, losses in zip(SHOWN["one of each"], FAMILIES.values(), strict=True):
        assert loss in losses


def test_another_family_of_losses_is_refused():
    with pytest.raises(ValueError, match="family: got 'spikes'"):
        wanted_outputs("spikes")


def test_the_map_has_one_mark_and_one_bar_for_each_pair_that_was_trained():
    record = recorded("codes_and_losses")
    name = "stepwise_membrane_cross_entropy"
    place = record.settings["losses"].index(name), record.settings["codes"].index("direct")
    trained = sum(len(runs) > 0 for row in record.results["accuracy"] for runs in row)
    for axis, quantity in zip(map_of_pairs(record), ("spikes", "steps"), strict=True):
        marks = [line for line in axis.lines if line.get_marker() != "None"]
        bars = [line for line in axis.lines if line.get_marker() == "None"]
        assert len(marks) == len(bars) == trained
        found, runs = (record.results[each][place[0]][place[1]] for each in (quantity, "accuracy"))
        (named,) = [text for text in axis.texts if text.get_text() == f"{NAMES[name]}, direct"]
        assert named.xy[0] == pytest.approx(sum(found) / len(found))
        assert named.xy[1] == pytest.approx(100 * sum(runs) / len(runs))


def test_populations_are_drawn_as_they_are_recorded():
    record = recorded("population_sizes")
    axes = populations(record)
    for axis, name in zip(axes, ("accuracy", "ties"), strict=True):
        drawn = [container[0].get_ydata() for container in axis.containers]
        for values, found in zip(drawn, record.results.values(), strict=True):
            expected = [100 * sum(runs) / len(runs) for runs in found[name]]
            assert values == pytest.approx(expected)


def test_charges_are_drawn_as_they_are_recorded_but_for_those_without_a_spike():
    record = recorded("sparing_spikes")
    lines = {line.get_label(): line for line in spared(record).lines}
    for strength in record.settings["charges"]:
        arm = record.results[f"{strength:g}"]
        line = lines.get(f"charge {strength:g}")
        assert (line is None) == (min(arm["spikes"]) == 0)
        if line:
            assert list(line.get_xdata()) == arm["spikes"]
            assert line.get_ydata() / 100 == pytest.approx(arm["accuracy"])


def test_two_spikes_are_nearer_than_none_up_to_tau_times_ln_2():
    (step_by_step, *curves), taus = distance_of_two_spikes((1.0, 10.0, 30.0)).lines[:4], (1, 10, 30)
    assert list(step_by_step.get_ydata()) == [0] + [2] * 40
    for curve, tau in zip(curves, taus, strict=True):
        lags = curve.get_xdata()
        assert curve.get_ydata() == pytest.approx(2 * (1 - np.exp(-lags / tau)), abs=1e-9)
        assert ((curve.get_ydata() < 1) == (lags < tau * np.log(2))).all()


def test_errors_of_converted_networks_are_drawn_as_they_are_recorded():
    record = recorded("converted_digits")
    runs, told = record.results["runs"], record.settings
    axis = error_by_steps(record)
    drawn = dict(zip(legend_of(axis), axis.lines, strict=False))
    trained = np.mean([run["trained for 8"]["accuracy"] for run in runs], axis=0)
    assert np.allclose(drawn["trained for 8 steps"].get_ydata(), 100 - 100 * trained)
    assert np.allclose(drawn["trained for 8 steps"].get_xdata(), told["steps"])
    direct = np.mean([[each["accuracy"][0] for each in run["direct"]] for run in runs], axis=0)
    assert np.allclose(drawn["trained directly"].get_ydata(), 100 - 100 * direct)
    assert np.allclose(drawn["trained directly"].get_xdata(), told["few"])
    own = np.mean([run["ReLU"]["accuracy"] for run in runs])
    assert np.allclose(axis.lines[-1].get_ydata(), 100 - 100 * own)
    assert axis.get_xscale() == axis.get_yscale() == "log"


def legend_of(axes):
    """Return the entries of a legend."""
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_each_field_stands_in_its_place_on_a_scale_of_its_own():
    weight = torch.rand(7, 784)
    axis = fields(weight, columns=3, names=list("abcdefg"), title="seven")
    picture = np.asarray(axis.images[0].get_array())
    assert picture.shape == (3 * 30, 3 * 30)
    expected = weight[4].view(28, 28) / weight[4].max()
    assert np.allclose(picture[31:59, 31:59], expected.numpy())
    assert not picture[61:89, 61:89].any()
    assert [text.get_text() for text in axis.texts] == list("abcdefg")
    assert "seven" in (axis.get_title(), axis.get_title(loc="left"))


@pytest.mark.parametrize(
    ("weight", "options"),
    [
        (torch.rand(3, 100), {}),
        (torch.rand(0, 784), {}),
        (torch.rand(2, 784), {"names": [1]}),
        (torch.rand(2, 784), {"columns": 0}),
    ],
)
def test_fields_that_do_not_fit_are_refused(weight, options):
    with pytest.raises(ValueError, match=r"weight|names|columns"):
        fields(weight, **options)


def test_labels_and_late_inhibition_are_drawn_as_recorded():
    record = recorded("digits_without_labels")
    axis = labels_needed(record)
    few = record.results["few_labels"]
    assert [line.get_label() for line in axis.lines] == list(few)
    for line, runs in zip(axis.lines, few.values(), strict=True):
        assert line.get_xdata().tolist() == record.settings["labels"]
        assert line.get_ydata() == pytest.approx(100 * np.mean(runs, axis=0))
        assert (line.get_linestyle() == "--") == ("nearest" in line.get_label())
    for axis, what in zip(late_inhibition(record), ("accuracy", "silent"), strict=True):
        runs = [100 * np.array(each[what]) for each in record.results["inhibition"].values()]
        assert [line.get_ydata() for line in axis.lines] == [pytest.approx(each) for each in runs]
