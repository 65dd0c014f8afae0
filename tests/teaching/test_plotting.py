"""Figures: what is drawn is what was given, axes are labelled, colours can be told apart."""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from snn_core import LIF
from snn_core.diagnostics import LayerReport, Report
from snn_core.teaching import plotting
from snn_core.teaching.diagrams import fold_and_unroll
from snn_core.training import History


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_raster_draws_one_dot_per_spike_at_its_time():
    spikes = torch.zeros(5, 3)
    spikes[1, 2] = spikes[4, 0] = 1
    axes = plotting.raster(spikes, dt=2.0)
    drawn = set(zip(*axes.lines[0].get_data(), strict=True))
    assert drawn == {(2.0, 2), (8.0, 0)}
    assert axes.get_xlabel() == "time (ms)"


def test_traces_mark_the_spikes_and_the_threshold():
    axes = plotting.traces(
        torch.tensor([0.1, 1.2, 0.3]), spikes=torch.tensor([0.0, 1.0, 0.0]), threshold=1.0, dt=0.5
    )
    assert axes.lines[0].get_xdata().tolist() == [0, 0.5, 1.0]
    assert axes.lines[2].get_data()[0].tolist() == [0.5]


def test_confusion_matrix_counts():
    axes = plotting.confusion_matrix(torch.tensor([0, 1, 1]), torch.tensor([0, 1, 0]))
    assert {(text.get_position(), text.get_text()) for text in axes.texts} == {
        ((0, 0), "1"),
        ((1, 1), "1"),
        ((1, 0), "1"),
    }


def test_membrane_histogram_has_one_panel_per_layer():
    layer = LayerReport("1", 0.1, 0.0, 0.0, torch.randn(100), 1.0, 0.1, spiking=True)
    axes = plotting.membrane_histogram(Report([layer, layer], 1.0, 0.0, 0.0, None))
    assert [ax.get_title(loc="left") or ax.get_title() for ax in axes] == ["layer 1", "layer 1"]


def test_images_share_one_grey_scale():
    axes = plotting.images([torch.zeros(2, 2), torch.ones(2, 2)], ["a", "b"])
    assert all(ax.images[0].get_clim() == (0, 1) for ax in axes)


def test_the_unrolled_graph_has_every_symbol_at_every_step():
    folded, unrolled = fold_and_unroll(steps=4)
    shown = [text.get_text() for text in unrolled.texts]
    assert {f"${symbol}[{step}]$" for symbol in "xIuzv" for step in range(1, 5)} <= set(shown)
    assert shown.count("$\\beta$") == 3
    assert shown.count("$-\\theta$") == 4
    assert {f"${symbol}$" for symbol in "xIuzv"} <= {text.get_text() for text in folded.texts}


def _luminance(colour):
    channels = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_style_is_opaque_and_its_colours_differ_in_hue_or_lightness():
    with plt.style.context([plotting.STYLE, plotting.COLOURS]):
        assert mpl.rcParams["figure.facecolor"] == mpl.rcParams["savefig.facecolor"] == "white"
        colours = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert len(set(colours)) == len(colours) >= 6
    first_two = [_luminance(colour) for colour in colours[:2]]
    assert all(
        (1.05 / (luminance + 0.05)) > 3 for luminance in first_two
    )  # WCAG contrast of graphics on white
    assert all(
        np.abs(np.subtract(mpl.colors.to_rgb(a), mpl.colors.to_rgb(b))).sum() > 0.3
        for a, b in itertools.combinations(colours, 2)
    )


@pytest.mark.parametrize("best", ["high", "low"])
def test_heat_table_writes_every_number_and_darkens_the_best(best):
    axes = plotting.heat_table(
        [[1.0, 2.0], [3.0, 4.0]], ["a", "b"], ["x", "y"], form="{:.0f}", best=best
    )
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3", "4"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b"]
    shade = axes.images[0].get_array()
    assert (shade[1, 1] > shade[0, 0]) == (best == "high")


def test_heat_table_leaves_a_cell_without_a_number_empty():
    axes = plotting.heat_table([[1.0, np.nan]], ["a"], ["x", "y"])
    assert [text.get_text() for text in axes.texts] == ["1.0"]


def test_loss_curve_of_a_history():
    history = History([3.0, 2.0, 1.0], [0.5, 0.6, 0.7], [0.4, 0.5, 0.6])
    loss, accuracy = plotting.loss_curve(history)
    assert loss.lines[0].get_xdata()[-1] == 3
    assert [line.get_label() for line in accuracy.lines] == ["training", "test"]


def test_panels_are_one_or_several_and_stacked_ones_share_time():
    one, two, three = plotting.panels(), plotting.panels(2), plotting.panels(3, stacked=True)
    assert isinstance(one, Axes)
    assert len(two) == 2
    three[0].set_xlim(0, 7)
    assert three[2].get_xlim() == (0, 7)
    with pytest.raises(ValueError, match="ratios: got"):
        plotting.panels(2, ratios=(1, 2, 3))


def test_decorate_gives_a_legend_to_what_has_labels():
    plain, labelled = plotting.panels(2)
    plain.plot([0, 1], [0, 1])
    labelled.plot([0, 1], [0, 1], label="line")
    for axes in (plain, labelled):
        plotting.decorate(axes, title="A line", x="time (ms)", ylim=(0, 2))
    assert plain.get_legend() is None
    assert labelled.get_legend() is not None
    assert (plain.get_xlabel(), plain.get_ylim()) == ("time (ms)", (0, 2))
    assert "A line" in (
        plain.get_title(),
        plain.get_title("left"),
    )  # as the style of the session says


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_lanes_show_what_comes_in_the_membrane_and_what_goes_out(reset):
    current = torch.full((20, 1, 1), 0.3)
    neuron = LIF(tau_mem=10.0, reset=reset)
    spikes, membrane, state = neuron(current, record=True)
    top, middle, bottom = plotting.lanes(current, membrane, spikes, dt=0.5, reset=reset)
    decayed, landed, went_on = middle.lines[0].get_ydata().reshape(-1, 3).T
    assert np.allclose(landed, membrane.flatten())
    assert np.allclose(decayed, landed)  # a current at every step charges in between
    assert np.allclose(landed[1:], neuron.beta.item() * went_on[:-1] + 0.3)
    assert went_on[-1] == pytest.approx(state.item())
    drawn = [segment[0][0] for segment in bottom.collections[0].get_segments()]
    assert drawn == [0.5 * step for step in spikes.flatten().nonzero().flatten().tolist()]
    assert isinstance(top.collections[0], PolyCollection)
    current[::4] = 0
    spikes, membrane, _ = neuron(current, record=True)
    top, middle, _ = plotting.lanes(current, membrane, spikes, dt=0.5, reset=reset)
    assert len(top.collections[0].get_segments()) == 20
    decayed, landed, went_on = middle.lines[0].get_ydata().reshape(-1, 3).T
    assert np.allclose(landed - decayed, current.flatten())  # single inputs make it jump
    assert np.allclose(decayed[1:], neuron.beta.item() * went_on[:-1])
    with pytest.raises(ValueError, match="membrane, spikes"):
        plotting.lanes(current, membrane[1:], spikes)
    with pytest.raises(ValueError, match="reset"):
        plotting.lanes(current, membrane, spikes, reset="none")


def test_dots_per_seed_draws_one_dot_for_each_run():
    results = {"a": [[0.5, 0.9, 0.7], [1.0, 1.0, 0.8]], "b": [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]}
    axes = plotting.dots_per_seed(results, ["wide", "narrow"], level=0.5, y="accuracy")
    *runs, level = axes.lines
    assert [line.get_ydata().tolist() for line in runs] == [*results["a"], *results["b"]]
    assert (list(level.get_ydata()), axes.get_ylabel()) == ([0.5, 0.5], "accuracy")
    places = [line.get_xdata().mean() for line in runs]
    assert places == sorted(places)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["wide", "narrow"]
    with pytest.raises(ValueError, match="b: got 1 columns"):
        plotting.dots_per_seed(results | {"b": [[0.1]]}, ["wide", "narrow"])
