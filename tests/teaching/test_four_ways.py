"""Drawings of page 14: ways back to a spike, layers read one by one, angles to BPTT."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from snn_core.teaching.diagrams import accuracy_by_depth, angles_measured, four_ways
from snn_core.teaching.diagrams.four_ways import depths_of
from snn_core.teaching.palette import BLUE, PURPLE
from snn_core.teaching.records import recorded

TOLD = {"BPTT": -0.09, "OTTT": -0.01, "FA": 0.01, "DFA": 0.4}


def arrows(axis):
    """Return the colours of the arrows, and the rows from which they start."""
    return [(to_hex(text.arrow_patch.get_edgecolor()), text.xyann[1]) for text in axis.texts]


def title_of(axis):
    """Return a title, wherever the style puts it."""
    return axis.get_title(loc="left") or axis.get_title()


def test_each_rule_has_its_way():
    bptt, ottt, fa, dfa = four_ways([0.1, 0.5, 0.2], TOLD)
    assert len(bptt.texts) == 6  # three errors, two steps back, one way down
    assert {color for color, _ in arrows(bptt) + arrows(ottt)} == {BLUE.lower()}
    assert len(ottt.texts) == len(fa.texts) == 2
    assert [color for color, _ in arrows(fa)] == [BLUE.lower(), PURPLE.lower()]
    ((color, start),) = arrows(dfa)
    assert color == PURPLE.lower()
    assert start > 1.9  # past the output


def test_a_layer_of_its_own_hears_nothing_from_above():
    (decolle,) = four_ways([0.1, 0.5, 0.2], {"DECOLLE": None})
    assert title_of(decolle) == "DECOLLE"
    name, *ways = decolle.texts
    assert name.get_text() == "own readout R"
    rows = [row for text in ways for row in (text.xy[1], text.xyann[1])]
    assert len(ways) == 2
    assert max(rows) < 1  # below the output


def test_titles_tell_the_signals():
    titles = [title_of(axis) for axis in four_ways([0.1, 0.5, 0.2], TOLD)]
    assert titles == ["BPTT: −0.090", "OTTT: −0.010", "FA: +0.010", "DFA: +0.400"]


@pytest.mark.parametrize("readouts", ["", " + readouts"])
def test_depths_are_those_of_the_record(readouts):
    record = recorded("deep_local")
    found = depths_of(record, readouts)
    accuracy = record.results["accuracy"]
    assert {each.shape for each in found.values()} == {(3, 4)}
    assert found["BPTT of the last loss"][1, 2] == pytest.approx(
        100 * accuracy[f"BPTT{readouts} 3"][1][-1]
    )
    assert found["each layer alone"][2] == pytest.approx(
        100 * np.array(accuracy[f"local{readouts} 4"][2])
    )


def test_lines_are_means_of_the_dots():
    axis = accuracy_by_depth(recorded("deep_local"), title="Found")
    assert title_of(axis) == "Found"
    means = [line.get_ydata() for line in axis.lines if line.get_linestyle() == "-"]
    found = depths_of(recorded("deep_local"))
    names = ("BPTT of all losses", "BPTT of the last loss", "each layer alone")
    for name, line in zip(names, means, strict=True):
        assert line == pytest.approx(found[name].mean(0))
    heights = [text.xy[1] for text in axis.texts]  # of the names at the ends, from the lowest
    assert np.diff(heights).min() >= 1.8 - 1e-9
    assert [text.get_text().split()[0] for text in axis.texts] == ["each", "last", "all"]
    assert sum(line.get_marker() == "o" for line in axis.lines) == 9


def test_angles_are_shown_for_each_seed_and_in_the_mean():
    record = recorded("alignment")
    axis = angles_measured(record, title="Found")
    assert [text.get_text() for text in axis.texts] == ["OTTT", "DFA", "FA", "FA, drawn anew"]
    mean = axis.lines[3 * (6 + 1) - 1]  # behind those of the seeds, of the third rule
    runs = [run["angles"] for run in record.results["DFA"]]
    assert mean.get_ydata() == pytest.approx(np.mean(runs, axis=0))
    assert len(axis.lines) == 4 * (6 + 1) + 1
