"""Figures that more than one page draws, in one style. Every function draws into given axes, or into new ones."""

import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from torch import Tensor

from .. import _checks
from ..neurons.base import Recording
from ..neurons.leaky import RESETS
from .arrays import array, classes_array, finite_number, spikes_array
from .palette import BLACK, BLUE, CYCLE, GREEN, GREY, OFF, ON, VERMILION

STYLE = Path(__file__).with_name("style.mplstyle")
COLOURS = {"axes.prop_cycle": cycler(color=CYCLE)}
PHONE = 3.75  # inches; the width of a figure on a phone
MOMENTS = 4  # of a film, which fit beside each other there
NAME = 10  # letters of a line of a name beside pictures
MARKS = [  # of things that are compared by single marks; each at least 3 to 1 on white
    {"marker": marker, "color": color}
    for marker, color in zip("osD^v", (BLUE, VERMILION, GREEN, BLACK, GREY), strict=True)
]


def use_style() -> None:
    """Switch matplotlib to the style of the collection."""
    plt.style.use([STYLE, COLOURS])


def panels(
    count: int = 1,
    *,
    stacked: bool = False,
    width: float | None = None,
    height: float | None = None,
    share: bool = False,
    ratios: tuple[float, ...] | None = None,
) -> Axes | list[Axes]:
    """Return empty axes of a new figure: one, or a list of several.

    Args:
        count: how many, at least 1.
        stacked: one above the other, with one axis of time for all; otherwise side by side.
        width, height: size of the whole figure in inches; from the number of axes if None.
        share: side by side, with one vertical axis for all.
        ratios: heights of stacked axes, or widths of others, relative to each other.

    Raises:
        ValueError: for a number of axes below 1, or another number of ratios.
    """
    _checks.whole("count", count)
    _checks.require(ratios is None or len(ratios) == count, "ratios", ratios, f"{count} numbers")
    size = (width or (6.5 if stacked or count == 1 else 4.5 * count), height or (1.3 * count + 0.5 if stacked else 2.8))
    if stacked:
        _, axes = plt.subplots(count, 1, figsize=size, sharex=True, height_ratios=ratios, squeeze=False)
    else:
        _, axes = plt.subplots(1, count, figsize=size, sharey=share, width_ratios=ratios, squeeze=False)
    return axes.item() if count == 1 else list(axes.flat)


def decorate(
    axes: Axes,
    *,
    title: str | None = None,
    x: str | None = None,
    y: str | None = None,
    xlim: tuple[float | None, float | None] | None = None,
    ylim: tuple[float | None, float | None] | None = None,
) -> None:
    """Give axes the finding as title, labels with units, and a legend if anything in it has a label.

    Args:
        axes: from `panels`.
        title: what the figure shows, in one sentence.
        x, y: names of the quantities, with units.
        xlim, ylim: what is shown; None for an end leaves it as it is.
    """
    texts = {"title": title, "xlabel": x, "ylabel": y, "xlim": xlim, "ylim": ylim}
    axes.set(**{name: value for name, value in texts.items() if value is not None})
    if axes.get_legend_handles_labels()[1]:
        axes.legend()


def on_phones(axes: list[Axes], draw: Callable, *arguments, **options) -> None:
    """Let a figure be drawn by other means where it is narrow: the site calls `draw` for small screens.

    Nothing is noted if the figure has other axes too, since they would be missing.

    Args:
        axes: which `draw` draws too.
        draw: draws into a new figure, `PHONE` inches wide.
        arguments, options: what `draw` is called with.
    """
    if axes[0].figure.axes == axes:
        axes[0].figure.for_phones = partial(draw, *arguments, **options)


def lanes(
    current: Tensor,
    membrane: Tensor | None = None,
    spikes: Tensor | None = None,
    *,
    dt: float = 1.0,
    threshold: float | None = 1.0,
    reset: str = "soft",
    title: str | None = None,
) -> list[Axes]:
    """Draw one neuron in three lanes over time: what comes in, its membrane, the spikes that go out.

    At a spike the membrane falls from u, where it is compared, to v, from where it goes on. Input that comes at some
    steps only makes it jump, by what the step adds; input at every step charges it in between.

    Args:
        current: ``[T, 1, 1]`` or ``[T]``, what each step adds to the membrane; bars, or an area if no step is without.
        membrane: as many values, before the reset, in units of the threshold; None, and no spikes, leaves two lanes
            empty: what the neuron does is still asked.
        spikes: as many values, 0 or 1.
        dt: step in ms.
        threshold: drawn as a dashed line; None for a neuron without one.
        reset: "soft" or "hard", where the membrane falls to.
        title: what the figure shows.

    Raises:
        ValueError: if the three differ in their number of values, for a membrane without spikes or the other way
            round, spikes that are not 0 or 1, a step that is not above 0, or another reset.
    """
    _checks.choice("reset", reset, RESETS)
    _checks.number("dt", dt, 0)
    threshold = finite_number("threshold", threshold)
    rows = _rows_of_lanes(current, membrane, spikes)
    time = np.arange(len(rows[0])) * dt
    axes = panels(3, stacked=True, height=3.6, ratios=(1, 2, 0.6))
    if rows[0].all():  # bars at every step would look like spikes
        axes[0].fill_between(time, rows[0], color=GREEN, alpha=0.4, linewidth=0)
    else:
        axes[0].vlines(time, 0, rows[0], color=GREEN)
    if len(rows) == 1:
        axes[1].set_ylim(0, 1.3 * (threshold or 1.0))
    else:
        _answer(axes, time, rows, threshold or 0.0, reset)
    if threshold is not None:
        axes[1].axhline(threshold, color=GREY, linestyle="--", linewidth=1.2)
    decorate(axes[0], title=title, y="input")
    decorate(axes[1], y="membrane u")
    decorate(axes[2], x="time (ms)", y="spikes", ylim=(0, 1.1))
    axes[2].set_yticks([])
    return axes


def _rows_of_lanes(current, membrane, spikes) -> list[np.ndarray]:
    """Return what is known of a neuron, checked: its input alone, or its membrane and spikes too."""
    known = {"current": current, "membrane": membrane, "spikes": spikes}
    known = {name: row for name, row in known.items() if row is not None}
    _checks.require(len(known) != 2, "membrane, spikes", "one of the two", "both or none")
    rows = [array(name, row).ravel() for name, row in known.items()]
    sizes = [len(row) for row in rows]
    _checks.require(len(set(sizes)) == 1, "membrane, spikes", sizes[1:], f"as many values as the current, {sizes[0]}")
    if len(rows) == 3:
        spikes_array("spikes", rows[2], rows[0].shape)
    return rows


def _answer(axes: list[Axes], time: np.ndarray, rows: list[np.ndarray], threshold: float, reset: str) -> None:
    """Draw a membrane, with the jumps at single inputs and the fall at a spike, and the spikes below it."""
    current, membrane, spikes = rows
    decayed = membrane if current.all() else membrane - current
    drop = (membrane if reset == "hard" else threshold) * spikes
    _course(axes[1], time, decayed, membrane, membrane - drop)
    axes[2].vlines(time[spikes > 0], 0, 1, color=VERMILION)


def _course(axes: Axes, time: np.ndarray, before: np.ndarray, at: np.ndarray, after: np.ndarray) -> None:
    """Draw a membrane with upright jumps: in each step by the input, `before` to `at`, and by the reset, to `after`."""
    axes.plot(np.repeat(time, 3), np.stack([before, at, after], 1).ravel(), color=BLUE)


def compare_lanes(
    current: Tensor,
    answers: dict[str, Recording],
    *,
    dt: float = 1.0,
    thresholds: dict[str, Tensor | float | None] | None = None,
    falls: dict[str, float] | None = None,
    title: str | None = None,
) -> list[Axes]:
    """Draw what several neurons make of one input: the input, and below it one lane for each membrane.

    Jumps are upright, as in `lanes`: by input that comes at some steps only, where all of it reaches the membrane at
    once, and by the reset.

    Args:
        current: ``[T, 1, 1]`` or ``[T]``; bars, or an area if no step is without.
        answers: by name, what a neuron returned with ``record=True``; a spike is a mark at the top of its lane.
        dt: step in ms.
        thresholds: drawn dashed, by name: a number, one for each step, or None for none; 1 where not named.
        falls: by how much a membrane falls at a spike, by name; by its threshold where not named, and without one to
            where it is a step later.
        title: what the figure shows.

    Raises:
        ValueError: for membranes or thresholds that do not fit the current, spikes that are not 0 or 1, or a step that
            is not above 0.
    """
    _checks.number("dt", dt, 0)
    heights = array("current", current).ravel()
    time = np.arange(len(heights)) * dt
    count = 1 + len(answers)
    lane = 0.85 if count <= 5 else 0.55  # inches: many lanes are lower
    axes = panels(count, stacked=True, height=0.8 + lane * count, ratios=(0.7, *[1] * len(answers)))
    if heights.all():
        axes[0].fill_between(time, heights, color=GREEN, alpha=0.4, linewidth=0)
    else:
        axes[0].vlines(time, 0, heights, color=GREEN)
    for lane, (name, answer) in zip(axes[1:], answers.items(), strict=True):
        membrane = array(f"membrane of {name}", answer.membrane).ravel()
        _checks.require(len(membrane) == len(time), name, f"{len(membrane)} values", f"{len(time)}, as the current")
        fired = spikes_array(f"spikes of {name}", answer.spikes, tuple(answer.membrane.shape)).ravel() > 0
        threshold = (thresholds or {}).get(name, 1.0)
        after = np.append(membrane[1:], membrane[-1])
        if threshold is not None:
            level = np.broadcast_to(array(f"threshold of {name}", threshold).ravel(), time.shape)
            after = membrane - (falls or {}).get(name, level)
        _course(lane, time, membrane - _at_once(heights, membrane), membrane, np.where(fired, after, membrane))
        if threshold is not None:
            lane.plot(time, level, color="0.2", linestyle="--", linewidth=1.2, zorder=3)  # over the membrane
        marks = {"markersize": 9, "markeredgewidth": 1.6, "color": VERMILION, "clip_on": False}
        lane.plot(time[fired], np.ones(fired.sum()), "|", transform=lane.get_xaxis_transform(), **marks)
        lane.margins(y=0.15)  # room for the marks above the membrane
    for lane, name in zip(axes, ("input", *answers), strict=True):
        lane.set_ylabel(name, rotation=0, ha="right", va="center")
    decorate(axes[0], title=title)
    decorate(axes[-1], x="time (ms)")
    return axes


def _at_once(current: np.ndarray, membrane: np.ndarray) -> np.ndarray:
    """Return by how much a membrane jumps at each step: by single inputs, if the first lifts it from rest at once."""
    first = current.nonzero()[0][:1]
    alone = not current.all() and np.allclose(membrane[first], current[first], rtol=1e-4)
    return current if alone else np.zeros_like(current)


def _axes(axes: Axes | None, width: float = 7.0, height: float = 2.6) -> Axes:
    return plt.subplots(figsize=(width, height))[1] if axes is None else axes


def raster(spikes: Tensor, axes: Axes | None = None, *, dt: float = 1.0, size: float = 3.0, color: str = BLUE) -> Axes:
    """Draw one dot per spike: time in ms to the right, neurons upwards.

    Args:
        spikes: ``[T, N]``.
        axes: where to draw; new axes if None.
        dt: step in ms.
        size: size of a dot in points.
        color: any matplotlib colour.

    Raises:
        ValueError: if the spikes are not ``[T, N]`` of 0 and 1, or for a step or size that is not above 0.
    """
    _checks.sequence("spikes", spikes)
    _checks.require(spikes.dim() == 2, "spikes", f"shape {list(spikes.shape)}", "[T, N]")
    _checks.number("dt", dt, 0)
    _checks.number("size", size, 0)
    steps, neurons = spikes_array("spikes", spikes, tuple(spikes.shape)).nonzero()
    axes = _axes(axes)
    mark = "|" if spikes.shape[1] < 40 else "."
    axes.plot(steps * dt, neurons, mark, markersize=size, markeredgewidth=1.4 if mark == "|" else None, color=color)
    axes.set(xlabel="time (ms)", ylabel="neuron", xlim=(-dt, len(spikes) * dt), ylim=(-0.5, spikes.shape[1] - 0.5))
    return axes


def rasters(
    trains: list[Tensor], titles: list[str], *, size: float = 1.5, colors: list[str] | None = None
) -> list[Axes]:
    """Draw rasters of equally many neurons side by side, such as those of the layers of a network.

    Args:
        trains: two or more, each ``[T, N]``, or ``[T, B, N]``, of which the first example is drawn.
        titles: one for each.
        size: of the dots.
        colors: one for each; those of spikes that neurons send if None.

    Raises:
        ValueError: for fewer than two trains, another number of titles or colours, or what `raster` does not take.
    """
    _checks.require(len(trains) > 1, "trains", f"{len(trains)}", "at least two")
    _checks.require(len(titles) == len(trains), "titles", f"{len(titles)}", f"{len(trains)}, one for each train")
    colors = colors or [VERMILION] * len(trains)
    _checks.require(len(colors) == len(trains), "colors", f"{len(colors)}", f"{len(trains)}, one for each train")
    axes = panels(len(trains), width=1.5 + 3.2 * len(trains), share=True)
    for train, title, color, each in zip(trains, titles, colors, axes, strict=True):
        raster(train[:, 0] if train.dim() == 3 else train, each, size=size, color=color)
        each.set_title(title)
    for each in axes[1:]:
        each.set_ylabel("")
    return axes


def traces(
    membrane: Tensor,
    axes: Axes | None = None,
    *,
    spikes: Tensor | None = None,
    threshold: float | None = None,
    dt: float = 1.0,
    label: str | None = None,
    color: str = BLUE,
) -> Axes:
    """Draw the membrane of one neuron over time, with its threshold and its spikes.

    Args:
        membrane: ``[T]``, in units of the threshold.
        axes: where to draw; new axes if None.
        spikes: ``[T]``, marked by triangles above the trace.
        threshold: drawn as a dashed line if given.
        dt: step in ms.
        label: entry of the legend.
        color: any matplotlib colour.

    Raises:
        ValueError: if the membrane is not ``[T]``, the spikes are not of that shape, or the step is not above 0.
    """
    _checks.floats("membrane", membrane)
    membrane = array("membrane", membrane, rank=1)
    _checks.number("dt", dt, 0)
    threshold = finite_number("threshold", threshold)
    at = None if spikes is None else spikes_array("spikes", spikes, membrane.shape) > 0
    axes = _axes(axes)
    time = np.arange(len(membrane)) * dt
    axes.plot(time, membrane, color=color, label=label)
    if threshold is not None:
        axes.axhline(threshold, color=GREY, linestyle="--", linewidth=1.2)
    if at is not None:
        axes.plot(time[at], membrane[at], "v", color=color, markersize=5)
    axes.set(xlabel="time (ms)", ylabel="membrane u")
    return axes


def images(pictures: list[Tensor], titles: list[str], axes=None, *, low: float = 0.0, high: float = 1.0):
    """Draw pictures side by side on one grey scale; return the axes.

    Args:
        pictures: one or more, each ``[height, width]``.
        titles: one for each.
        axes: where to draw, one for each; new axes if None.
        low, high: the values that are black and white.

    Raises:
        ValueError: for no pictures, pictures of another shape, or another number of titles or axes.
    """
    pictures = [array("pictures", picture, rank=2) for picture in pictures]
    _checks.require(len(pictures) > 0, "pictures", "none", "at least one")
    _checks.require(len(titles) == len(pictures), "titles", f"{len(titles)}", f"{len(pictures)}, one for each picture")
    if axes is None:
        _, axes = plt.subplots(1, len(pictures), figsize=(1.5 * len(pictures), 1.8), squeeze=False)
        axes = axes[0]
    _checks.require(len(axes) == len(pictures), "axes", f"{len(axes)}", f"{len(pictures)}, one for each picture")
    for picture, title, ax in zip(pictures, titles, axes, strict=True):
        ax.imshow(picture, cmap="gray", vmin=low, vmax=high)
        ax.set_title(title, fontsize=9, loc="center")
        ax.axis("off")
    return axes


def event_images(
    pictures: list[Tensor],
    titles: list[str],
    *,
    rows: int = 1,
    high: float = 2.0,
    arrows: list[tuple[float, float] | None] | None = None,
) -> list[Axes]:
    """Draw pictures of events, ON in its colour, OFF in its own, nothing in white; return the axes.

    Args:
        pictures: one or more: frames ``[2, height, width]`` of OFF and ON, or the difference, ``[height, width]``
            or ``[1, height, width]``.
        titles: one for each.
        rows: in so many rows of equal length, the first row first.
        high: the value, of either sign, that has the full colour; above 0.
        arrows: for each picture, how far right and down its content moves, drawn in the corner below on the right as
            an arrow of one length; or None, for no arrow.

    Raises:
        ValueError: for no pictures, pictures of another shape, or another number of titles or arrows.
    """
    _checks.number("high", high, 0)
    _checks.whole("rows", rows)
    _checks.require(len(pictures) > 0, "pictures", "none", "at least one")
    _checks.require(len(titles) == len(pictures), "titles", f"{len(titles)}", f"{len(pictures)}, one for each picture")
    arrows = [None] * len(pictures) if arrows is None else arrows
    _checks.require(len(arrows) == len(pictures), "arrows", f"{len(arrows)}", f"{len(pictures)}, one for each picture")
    columns = len(pictures) / rows
    _checks.require(columns == int(columns), "rows", rows, f"a divisor of {len(pictures)}, the number of pictures")
    colours = LinearSegmentedColormap.from_list("events", [OFF, "white", ON])
    _, axes = plt.subplots(rows, int(columns), figsize=(1.9 * columns, 2.2 * rows), squeeze=False)
    for picture, title, arrow, ax in zip(pictures, titles, arrows, axes.flat, strict=True):
        shown = array("pictures", picture).astype(float)
        fits = shown.ndim == 2 or (shown.ndim == 3 and len(shown) in (1, 2))
        _checks.require(fits, "pictures", f"shape {list(shown.shape)}", "[2, height, width] or [height, width]")
        difference = shown[1] - shown[0] if len(shown) == 2 and shown.ndim == 3 else shown.reshape(shown.shape[-2:])
        ax.imshow(difference, cmap=colours, vmin=-high, vmax=high)
        if arrow is not None:
            _motion_arrow(ax, arrow, difference.shape)
        ax.set_title(title, fontsize=9, loc="center")
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
    return list(axes.flat)


def _motion_arrow(axes: Axes, arrow: tuple[float, float], shape: tuple[int, ...]) -> None:
    """Draw an arrow right and down in the corner below on the right of an image ``[height, width]``."""
    height, width = shape
    length = 0.22 * max(height, width)
    step = length * np.array(arrow) / np.hypot(*arrow)
    tail = np.array([width, height]) - 0.5 - 0.6 * length - step / 2
    style = {"arrowstyle": "-|>", "color": "black", "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", tail + step, tail, arrowprops=style)


def film(rows: dict[str, Tensor], at: list[int], *, dt: float = 1.0):
    """Draw moments of one or more films, one film a row, on one grey scale; return the axes ``[rows, moments]``.

    Args:
        rows: films ``[T, height, width]`` of greys from 0 to 1, by their names, which stand on the left.
        at: which moments: after how many steps, from 1 to T.
        dt: step in ms.

    Raises:
        ValueError: for no rows, a film of another rank, no moments, or a moment that is not from 1 to T.
    """
    _checks.require(len(rows) > 0, "rows", "none", "at least one")
    _checks.require(len(at) > 0, "at", "none", "at least one moment")
    _checks.number("dt", dt, 0)
    axes = _film(rows, at, dt, (1.5 * len(at) + 0.9, 1.45 * len(rows) + 0.3))
    if len(at) <= MOMENTS:
        on_phones(list(axes.flat), _film, rows, at, dt, (PHONE, 0.95 * len(rows) + 0.25), upright=True)
    return axes


def _film(rows: dict[str, Tensor], at: list[int], dt: float, size: tuple[float, float], upright: bool = False):
    """Draw moments of films into a figure of some size; the names on the left are upright where that is narrow."""
    _, axes = plt.subplots(len(rows), len(at), figsize=size, squeeze=False)
    beside = {"ha": "right", "va": "center", "rotation": 90 if upright else 0, "multialignment": "center"}
    for place, (name, frames) in enumerate(rows.items()):
        frames = array(name, frames, rank=3)
        for step in at:
            _checks.whole("at", step)
            _checks.require(step <= len(frames), "at", step, f"at most {len(frames)}")
        titles = [f"after {step * dt:g} ms" if place == 0 else "" for step in at]
        images([frames[step - 1] for step in at], titles, axes[place])
        axes[place, 0].text(-0.08, 0.5, textwrap.fill(name, NAME), transform=axes[place, 0].transAxes, **beside)
    return axes


def loss_curve(history, axes=None):
    """Draw the loss per batch and the accuracy per epoch of a `History`; return the two axes."""
    if axes is None:
        _, axes = plt.subplots(1, 2, figsize=(8, 2.8))
    axes[0].plot(np.arange(1, len(history.loss) + 1) / history.batches_per_epoch, history.loss, linewidth=1.2)
    axes[0].set(xlabel="epoch", ylabel="loss of the batch", ylim=(0, None))
    for name, values in (("training", history.train_accuracy), ("test", history.test_accuracy)):
        if values:
            axes[1].plot(range(1, len(values) + 1), np.multiply(values, 100), "o-", markersize=3, label=name)
    axes[1].set(xlabel="epoch", ylabel="accuracy (%)")
    axes[1].legend()
    return axes


def confusion_matrix(predicted: Tensor, labels: Tensor, axes: Axes | None = None) -> Axes:
    """Draw how often each true class (rows) was taken for each class (columns).

    Args:
        predicted: integers ``[samples]`` from 0 to 99.
        labels: what is true, alike.
        axes: where to draw; new axes if None.

    Raises:
        ValueError: for classes that are not such integers, no samples, or two numbers of samples.
    """
    true = classes_array("labels", labels)
    answers = classes_array("predicted", predicted, len(true))
    axes = _axes(axes, 4.2, 4.0)
    classes = max(answers.max(), true.max()) + 1
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (true, answers), 1)
    axes.imshow(np.sqrt(counts), cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        if count:
            shade = "white" if row == column else "black"
            axes.text(column, row, count, ha="center", va="center", fontsize=8, color=shade)
    axes.set(xlabel="answer", ylabel="true digit", xticks=range(classes), yticks=range(classes))
    return axes


def heat_table(
    values,
    rows,
    columns,
    axes: Axes | None = None,
    *,
    form: str = "{:.1f}",
    best: str = "high",
    largest: float | None = None,
) -> Axes:
    """Draw a table of numbers on shades of blue, the better the darker; NaN leaves a cell empty.

    Args:
        values: ``[rows, columns]``, array or tensor, finite or NaN.
        rows, columns: names of the rows, from the top, and of the columns.
        axes: where to draw; new axes if None.
        form: how a number is written.
        best: "high" or "low", which end is dark.
        largest: if given, positive numbers are blue and negative ones red instead, the darker the nearer to
            this size.

    Raises:
        ValueError: if the names do not fit the shape of the table, for a table without cells or with infinite values,
            or for another `best`.
    """
    _checks.choice("best", best, ("high", "low"))
    values = array("values", values).astype(float)
    expected = (len(rows), len(columns))
    _checks.require(values.shape == expected, "values", f"shape {list(values.shape)}", f"shape {list(expected)}")
    _checks.require(values.size > 0, "values", f"shape {list(values.shape)}", "at least one cell")
    _checks.require(not np.isinf(values).any(), "values", "an infinite value", "finite values, or NaN")
    axes = _axes(axes, 1.5 + len(columns), 1.0 + 0.4 * len(rows))
    low = np.fmin.reduce(values, axis=None)
    high = np.fmax.reduce(values, axis=None)
    share = (values - low) / max(high - low, 1e-12)
    share = share if best == "high" else 1 - share
    colors = {"cmap": "Blues", "vmin": 0}
    if largest is not None:
        share = values / largest
        colors = {"cmap": "RdBu", "vmin": -1.8}
    axes.imshow(share, **colors, vmax=1.8, aspect="auto")  # never too dark for the text
    for (row, column), value in np.ndenumerate(values):
        if not np.isnan(value):
            axes.text(column, row, form.format(value), ha="center", va="center", fontsize=9)
    axes.set(xticks=range(len(columns)), yticks=range(len(rows)), xticklabels=columns, yticklabels=rows)
    axes.grid(visible=False)
    return axes


def dots_per_seed(
    results: dict[str, list[list[float]]],
    columns: list[str],
    axes: Axes | None = None,
    *,
    level: float | None = None,
    y: str | None = None,
    title: str | None = None,
) -> Axes:
    """Draw one mark for each run, side by side for the columns of each group, so that spread and modes are seen.

    Args:
        results: for each group, by its name, one list for each column, with one value for each seed.
        columns: their names, for the legend, at most five; each has a colour and a shape of mark. A single one says
            below the axes what each dot is, since a dot in a legend would look like one more.
        axes: where to draw; new axes if None.
        level: drawn as a dashed line, such as what guessing would give.
        y: name of the quantity, with its unit.
        title: what the figure shows.

    Raises:
        ValueError: if a group has another number of columns, or for more than five.
    """
    _checks.require(len(columns) <= len(MARKS), "columns", f"{len(columns)}", f"at most {len(MARKS)}")
    axes = _axes(axes, 1.3 * len(results) + 1.5, 3.2)
    for group, (name, rows) in enumerate(results.items()):
        _checks.require(len(rows) == len(columns), name, f"{len(rows)} columns", f"{len(columns)}")
        for column, values in enumerate(rows):
            place = group + 0.8 * (column + 0.5) / len(columns) - 0.4
            around = place + np.linspace(-0.25, 0.25, len(values)) / len(columns)
            axes.plot(
                around,
                array(name, values, rank=1),
                **MARKS[column],
                **{"linestyle": "", "markersize": 5, "markeredgecolor": "white"},
                markeredgewidth=0.5 if len(values) <= 20 else 0,  # crowded marks would look pale
                label=columns[column] if group == 0 and len(columns) > 1 else None,
            )
    if level is not None:
        axes.axhline(level, color=GREY, linestyle="--", linewidth=1.2)
    alone = len(columns) == 1
    decorate(axes, title=title, y=y, x=f"each dot: {columns[0]}" if alone else None)
    axes.set(xticks=range(len(results)), xticklabels=results)
    if not alone:
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def lines_per_seed(
    results: dict[str, list[list[float]]],
    axes: Axes | None = None,
    *,
    at: dict[str, list[float]] | None = None,
    x: str | None = None,
    y: str | None = None,
    title: str | None = None,
) -> Axes:
    """Draw one line for each run, in one colour for each group, so that the spread is seen.

    Args:
        results: for each group, by its name, one list of values for each seed.
        axes: where to draw; new axes if None.
        at: for each group, where its values lie; 1, 2, … if None.
        x, y: names of the quantities, with their units.
        title: what the figure shows.

    Raises:
        ValueError: for a run with another number of values than there are places for.
    """
    axes = panels() if axes is None else axes
    for (name, runs), color in zip(results.items(), CYCLE, strict=False):
        for number, run in enumerate(runs):
            values = array(name, run, rank=1)
            places = np.arange(1, len(values) + 1) if at is None else array(name, at[name], rank=1)
            _checks.require(len(values) == len(places), name, f"{len(values)} values", f"{len(places)}")
            axes.plot(places, values, color=color, linewidth=1.2, label=None if number else name)
    decorate(axes, title=title, x=x, y=y)
    return axes
