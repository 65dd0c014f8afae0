"""Figures: what is drawn is what was given, axes are labelled, colours can be told apart."""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex

from snn_core import LIF, CuBaLIF
from snn_core.teaching import palette, plotting
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


def test_rasters_stand_side_by_side_and_show_the_first_example():
    batch = torch.zeros(5, 2, 3)
    batch[1, 0, 2] = batch[4, 1, 0] = 1
    axes = plotting.rasters([batch, batch[:, 1]], ["first", "second"], colors=["red", "blue"])
    assert [each.lines[0].get_color() for each in axes] == ["red", "blue"]
    assert [each.get_title(loc="left") or each.get_title() for each in axes] == ["first", "second"]
    drawn = [set(zip(*each.lines[0].get_data(), strict=True)) for each in axes]
    assert drawn == [{(1, 2)}, {(4, 0)}]
    assert [each.get_ylabel() for each in axes] == ["neuron", ""]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_rasters_need_two_trains_and_as_many_titles(count):
    with pytest.raises(ValueError, match="trains|titles"):
        plotting.rasters([torch.zeros(5, 3)] * count, ["one"] * min(count, 2))


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


BAD_CLASSES = {
    "one answer for two": (torch.tensor([0]), torch.tensor([0, 1]), "predicted"),
    "a negative label": (torch.tensor([0, 1]), torch.tensor([0, -1]), "labels"),
    "a negative answer": (torch.tensor([-1, 1]), torch.tensor([0, 1]), "predicted"),
    "too many classes": (torch.tensor([0, 100]), torch.tensor([0, 1]), "predicted"),
    "floats": (torch.tensor([0.0, 1.0]), torch.tensor([0, 1]), "predicted"),
    "truth values": (torch.tensor([0, 1]), torch.tensor([False, True]), "labels"),
    "no samples": (torch.tensor([0]), torch.zeros(0, dtype=torch.int64), "labels"),
    "a column": (torch.tensor([0, 1]), torch.tensor([[0], [1]]), "labels"),
    "a list": (torch.tensor([0, 1]), [0, 1], "labels"),
}


@pytest.mark.parametrize(("predicted", "labels", "name"), BAD_CLASSES.values(), ids=BAD_CLASSES)
def test_confusion_matrix_refuses_what_are_no_classes(predicted, labels, name):
    with pytest.raises(ValueError, match=f"{name}: got"):
        plotting.confusion_matrix(predicted, labels)
    assert not plt.get_fignums()  # nothing half drawn


def test_a_film_has_one_row_for_each_name_and_shows_what_there_is_after_so_many_steps():
    grey = torch.linspace(0, 1, 5).view(5, 1, 1).expand(5, 2, 2)
    axes = plotting.film({"spikes": grey, "so far": 1 - grey}, [1, 3, 5], dt=2.0)
    assert axes.shape == (2, 3)
    assert [ax.get_title() for ax in axes[0]] == ["after 2 ms", "after 6 ms", "after 10 ms"]
    assert [row[0].texts[0].get_text() for row in axes] == ["spikes", "so far"]
    assert [ax.images[0].get_array().max() for ax in axes.flat] == [0, 0.5, 1, 1, 0.5, 0]
    assert all(ax.images[0].get_clim() == (0, 1) for ax in axes.flat)


def test_images_share_one_grey_scale():
    axes = plotting.images([torch.zeros(2, 2), torch.ones(2, 2)], ["a", "b"])
    assert all(ax.images[0].get_clim() == (0, 1) for ax in axes)


def test_events_have_their_colours_and_frames_are_on_less_off():
    off_only = torch.stack([torch.ones(3, 3), torch.zeros(3, 3)])
    axes = plotting.event_images([off_only, off_only[0]], ["a", "b"], rows=2, high=1.0)
    assert axes[0].images[0].get_array().tolist() == (-np.ones((3, 3))).tolist()
    shades = [ax.images[0].to_rgba(ax.images[0].get_array())[0, 0, :3] for ax in axes]
    assert [to_hex(shade).upper() for shade in shades] == [palette.OFF, palette.ON]


def test_arrows_of_events_have_one_length_and_point_where_they_are_told():
    pictures = [torch.zeros(8, 20)] * 3
    axes = plotting.event_images(pictures, ["a", "b", "c"], arrows=[(3, 4), None, (-6, 0)])
    (first,), none, (last,) = (ax.texts for ax in axes)
    assert not none
    ways = [np.array(arrow.xy) - arrow.xyann for arrow in (first, last)]
    assert np.allclose(ways, [(2.64, 3.52), (-4.4, 0)])
    with pytest.raises(ValueError, match="^arrows: got 1"):
        plotting.event_images(pictures, ["a", "b", "c"], arrows=[None])


@pytest.mark.parametrize(
    ("pictures", "titles", "rows", "named"),
    [
        ([], [], 1, "pictures"),
        ([torch.ones(3, 2, 2)], ["a"], 1, "pictures"),
        ([torch.ones(2, 2)], [], 1, "titles"),
        ([torch.ones(2, 2)] * 3, ["a"] * 3, 2, "rows"),
    ],
)
def test_other_pictures_of_events_are_named(pictures, titles, rows, named):
    with pytest.raises(ValueError, match=f"^{named}: "):
        plotting.event_images(pictures, titles, rows=rows)


# Numbers that half precision holds exactly, so that every dtype must give the same picture.
COURSE = torch.tensor([0.0, 0.5, 1.25, -0.75])
FIRED = torch.tensor([0.0, 0.0, 1.0, 0.0])
TABLE = torch.tensor([[1.5, 2.0], [3.0, -4.0]])


VERBS = {
    "lanes": lambda as_: plotting.lanes(
        as_(COURSE), as_(COURSE), as_(FIRED), threshold=as_(COURSE[1])
    ),
    "raster": lambda as_: plotting.raster(as_(torch.stack([FIRED, 1 - FIRED], 1))),
    "traces": lambda as_: plotting.traces(as_(COURSE), spikes=as_(FIRED)),
    "images": lambda as_: plotting.images([as_(TABLE), as_(TABLE.T)], ["a", "b"]),
    "film": lambda as_: plotting.film({"up": as_(torch.stack([TABLE, TABLE]))}, [2]),
    "images of a stack": lambda as_: plotting.images(as_(torch.stack([TABLE, TABLE.T])), "ab"),
    "heat_table": lambda as_: plotting.heat_table(as_(TABLE), "ab", "xy"),
    "heat_table of rows": lambda as_: plotting.heat_table(list(as_(TABLE)), "ab", "xy"),
    "dots_per_seed": lambda as_: plotting.dots_per_seed({"a": list(as_(TABLE))}, ["x", "y"]),
}
KINDS = {
    "with a gradient": lambda tensor: tensor.clone().requires_grad_(),
    "computed": lambda tensor: tensor.clone().requires_grad_() * 1,
    "bfloat16": torch.Tensor.bfloat16,
    "bfloat16 with a gradient": lambda tensor: tensor.bfloat16().requires_grad_(),
    "float16": torch.Tensor.half,
    "float64": torch.Tensor.double,
    "negated view": lambda tensor: torch.imag(torch.conj(torch.complex(0 * tensor, -tensor))),
    "on another device": lambda tensor: tensor.cuda(),
}


def _drawn():
    """Return all numbers and words in the figures that are open."""
    found = []
    for axes in [axes for number in plt.get_fignums() for axes in plt.figure(number).axes]:
        found += [line.get_xydata().tolist() for line in axes.lines]
        found += [image.get_array().tolist() for image in axes.images]
        found += [patch.get_height() for patch in axes.patches]
        found += [path.vertices.tolist() for each in axes.collections for path in each.get_paths()]
        found += [text.get_text() for text in axes.texts]
    plt.close("all")
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", VERBS)
def test_every_figure_takes_every_kind_of_tensor(verb, kind):
    if kind == "on another device" and not torch.cuda.is_available():
        pytest.skip("there is no other device")
    VERBS[verb](torch.Tensor.float)
    expected = _drawn()
    VERBS[verb](KINDS[kind])
    assert _drawn() == expected
    assert expected


def test_confusion_matrix_takes_every_kind_of_integer():
    for dtype in (torch.uint8, torch.int8, torch.int32, torch.int64):
        plotting.confusion_matrix(torch.tensor([0, 1], dtype=dtype), torch.tensor([0, 1]))
        counts = _drawn()[0]
        assert counts == [[1, 0], [0, 1]]


BAD_FIGURES = {
    "spikes of another length": (
        lambda: plotting.traces(COURSE, spikes=FIRED[:-1]),
        r"spikes: got shape \[3\], expected shape \[4\]",
    ),
    "spikes that are none": (lambda: plotting.raster(torch.full((2, 2), 0.5)), "spikes: got"),
    "lanes of spikes that are none": (
        lambda: plotting.lanes(COURSE, COURSE, COURSE),
        "spikes: got other values",
    ),
    "a membrane [T, 1]": (lambda: plotting.traces(COURSE.view(4, 1)), "membrane: got shape"),
    "no step": (lambda: plotting.raster(torch.zeros(2, 2), dt=0), "dt: got 0"),
    "no step of a trace": (lambda: plotting.traces(COURSE, dt=-1.0), "dt: got -1.0"),
    "no step of lanes": (lambda: plotting.lanes(COURSE, COURSE, FIRED, dt=np.nan), "dt: got"),
    "no size": (lambda: plotting.raster(torch.zeros(2, 2), size=0), "size: got 0"),
    "a threshold NaN": (lambda: plotting.traces(COURSE, threshold=np.nan), "threshold: got nan"),
    "a truth value": (lambda: plotting.traces(COURSE, threshold=True), "threshold: got True"),
    "two thresholds": (lambda: plotting.traces(COURSE, threshold=COURSE[:2]), "threshold: got"),
    "lanes, threshold": (
        lambda: plotting.lanes(COURSE, COURSE, FIRED, threshold="1"),
        "threshold: got",
    ),
    "a picture of rank 1": (lambda: plotting.images([COURSE], ["a"]), "pictures: got shape"),
    "a film without rows": (lambda: plotting.film({}, [1]), "rows: got none"),
    "a film without moments": (lambda: plotting.film({"up": TABLE[None]}, []), "at: got none"),
    "a film of rank 2": (lambda: plotting.film({"up": TABLE}, [1]), "up: got shape"),
    "a moment after the end": (lambda: plotting.film({"up": TABLE[None]}, [2]), "at: got 2"),
    "a moment before the first": (lambda: plotting.film({"up": TABLE[None]}, [0]), "at: got 0"),
    "no pictures": (lambda: plotting.images([], []), "pictures: got none"),
    "one title for two": (lambda: plotting.images([TABLE, TABLE], ["a"]), "titles: got 1"),
    "one axes for two": (
        lambda: plotting.images([TABLE, TABLE], "ab", [plotting.panels()]),
        "axes: got 1",
    ),
    "complex pictures": (lambda: plotting.images([TABLE + 0j], ["a"]), "pictures: got complex64"),
    "text": (lambda: plotting.heat_table("ab", "a", "x"), "values: got"),
    "rows of unlike length": (lambda: plotting.heat_table([[1], [1, 2]], "ab", "x"), "values: got"),
    "no cell": (lambda: plotting.heat_table(torch.zeros(0, 2), "", "xy"), "values: got"),
    "infinite": (lambda: plotting.heat_table([[np.inf]], "a", "x"), "values: got an infinite"),
    "another shape": (lambda: plotting.heat_table(TABLE, "abc", "xy"), "values: got shape"),
    "a seed for each": (
        lambda: plotting.dots_per_seed({"a": [[[1.0]]]}, ["x"]),
        r"a: got shape \[1, 1\]",
    ),
}


@pytest.mark.parametrize(("draw", "message"), BAD_FIGURES.values(), ids=BAD_FIGURES)
def test_figures_refuse_by_name_what_they_cannot_show(draw, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        draw()


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


def test_live_figures_have_the_letters_and_lines_of_the_others():
    with plt.style.context([plotting.STYLE, plotting.COLOURS]):
        shown = {name: mpl.rcParams[name] for name in mpl.rcParams}
        axes = plotting.traces(torch.zeros(3), threshold=1.0)
    pixels = shown["figure.dpi"] / 72
    size, families = palette.PEN["font"].split(" ", 1)
    assert size == f"{shown['xtick.labelsize'] * pixels:g}px"
    assert families.split(",")[0].strip('"') == shown["font.sans-serif"][0]
    line, level = (each.get_linewidth() for each in axes.lines)
    widths = {"line": line, "level": level, "axis": shown["axes.linewidth"]}
    assert {name: round(width * pixels, 1) for name, width in widths.items()} == {
        name: palette.PEN[name] for name in widths
    }


@pytest.mark.parametrize("best", ["high", "low"])
def test_heat_table_writes_every_number_and_darkens_the_best(best):
    axes = plotting.heat_table(
        [[1.0, 2.0], [3.0, 4.0]], ["a", "b"], ["x", "y"], form="{:.0f}", best=best
    )
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3", "4"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b"]
    shade = axes.images[0].get_array()
    assert (shade[1, 1] > shade[0, 0]) == (best == "high")


def test_heat_table_shows_the_sign_by_its_colour():
    axes = plotting.heat_table([[-2.0, 0.0, 2.0]], ["a"], list("xyz"), largest=2.0)
    image = axes.images[0]
    red, middle, blue = image.cmap(image.norm(image.get_array()))[0]
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert middle[:3].min() > 0.95


def test_heat_table_leaves_a_cell_without_a_number_empty():
    axes = plotting.heat_table([[1.0, np.nan]], ["a"], ["x", "y"])
    assert [text.get_text() for text in axes.texts] == ["1.0"]
    assert not plotting.heat_table([[np.nan]], ["a"], ["x"]).texts


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


def test_lanes_of_a_neuron_that_has_not_answered_are_empty():
    current = torch.tensor([0.0, 0.5, 0.0])
    top, middle, bottom = plotting.lanes(current)
    assert len(top.collections[0].get_segments()) == 3
    (threshold,) = middle.lines
    assert set(threshold.get_ydata()) == {1.0}
    assert middle.get_ylim()[0] < 1 < middle.get_ylim()[1]
    assert not bottom.collections
    for known in ({"membrane": current}, {"spikes": current}):
        with pytest.raises(ValueError, match="membrane, spikes.*both or none"):
            plotting.lanes(current, **known)


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
    with pytest.raises(ValueError, match="columns: got 6"):
        plotting.dots_per_seed({"a": [[0.1]] * 6}, list("uvwxyz"))


def test_a_single_column_of_dots_is_named_below_the_axes_and_not_in_a_legend():
    axes = plotting.dots_per_seed({"a": [[0.1, 0.2]]}, ["a seed"])
    plotting.decorate(axes, y="accuracy")
    assert axes.get_xlabel() == "each dot: a seed"
    assert axes.get_legend() is None


def test_the_columns_of_dots_differ_in_colour_and_shape():
    axes = plotting.dots_per_seed({"a": [[0.1]] * 5}, list("vwxyz"))
    assert len({line.get_color() for line in axes.lines}) == 5
    assert len({line.get_marker() for line in axes.lines}) == 5


def test_lanes_of_several_neurons_hold_what_each_made_of_the_input():
    current = torch.tensor([0.0, 1.5, 0.0, 0.7, 0.7]).view(5, 1, 1)
    answers = {name: LIF(beta=beta)(current, record=True) for name, beta in (("a", 0), ("b", 0.9))}
    levels = torch.arange(5.0)
    axes = plotting.compare_lanes(current, answers, dt=2.0, thresholds={"a": None, "b": levels})
    assert [lane.get_ylabel() for lane in axes] == ["input", "a", "b"]
    bars = [path[1].tolist() for path in axes[0].collections[0].get_segments() if path[1, 1]]
    assert np.allclose(bars, [[2, 1.5], [6, 0.7], [8, 0.7]])
    for lane, answer in zip(axes[1:], answers.values(), strict=True):
        membrane, *_, marks = lane.lines
        bottom, top = lane.get_ylim()
        assert top - max(membrane.get_ydata()) > 0.1 * (top - bottom)  # no mark covers the membrane
        before, at, after = membrane.get_ydata().reshape(-1, 3).T
        assert np.allclose(at, answer.membrane.flatten())
        assert np.allclose(before, at - current.flatten().numpy(), atol=1e-6)
        lower = at - levels.numpy() if lane is axes[2] else np.append(at[1:], at[-1])
        fired = answer.spikes.flatten().numpy() > 0
        assert np.allclose(after, np.where(fired, lower, at), atol=1e-6)
        assert (
            marks.get_xdata().tolist() == (2 * answer.spikes.flatten().nonzero()).flatten().tolist()
        )
    assert [len(lane.lines) for lane in axes[1:]] == [2, 3]
    assert axes[2].lines[1].get_ydata().tolist() == levels.tolist()
    assert answers["a"].spikes.sum() == 1
    assert answers["b"].spikes.sum() > 1


def test_a_membrane_that_a_synapse_charges_does_not_jump_and_one_falls_as_far_as_it_is_told():
    current = torch.tensor([0.0, 9.0, 0.0, 0.0]).view(4, 1, 1)
    answers = {name: CuBaLIF(10.0, 5.0)(current, record=True) for name in ("a", "b")}
    assert answers["a"].spikes.sum() > 0
    _, *lanes = plotting.compare_lanes(current, answers, falls={"b": -2.0})
    for lane, fall in zip(lanes, (1.0, -2.0), strict=True):
        before, at, after = lane.lines[0].get_ydata().reshape(-1, 3).T
        assert before.tolist() == at.tolist()
        assert np.allclose(at - after, fall * answers["a"].spikes.flatten().numpy())


def test_lanes_refuse_an_answer_to_another_input():
    answer = LIF()(torch.ones(4, 1, 1), record=True)
    with pytest.raises(ValueError, match="a: got 4 values, expected 5"):
        plotting.compare_lanes(torch.ones(5), {"a": answer})
    with pytest.raises(ValueError, match="dt"):
        plotting.compare_lanes(torch.ones(4), {"a": answer}, dt=0.0)
    axes = plotting.compare_lanes(torch.ones(4), {"a": answer})
    assert isinstance(axes[0].collections[0], PolyCollection)
    assert axes[1].lines[1].get_ydata().tolist() == [1.0] * 4
