"""Curves, what spikes make of them, and the spikes: figures of page 23."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from ... import _checks
from ..palette import BLACK, BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels, raster

MARKS = "osD^v"
INHIBITS = "-[,widthB=0.35,lengthB=0"  # a line that ends in a bar


def following(curve: Tensor, estimate: Tensor, spikes: Tensor) -> list[Axes]:
    """Draw a curve with an estimate of it, and below it the spikes that the estimate is made of.

    Args:
        curve, estimate: ``[T, B, 1]``, of which the first sample is drawn.
        spikes: ``[T, B, N]``, in steps of 1 ms.

    Raises:
        ValueError: if the estimate does not fit the curve, or the spikes are not 0 and 1.
    """
    _checks.shape("estimate", estimate, curve.shape)
    axes = panels(2, stacked=True, height=3.4, ratios=(3, 0.6))
    axes[0].plot(estimate[:, 0], color=BLUE, label="estimate")
    axes[0].plot(curve[:, 0], color=BLACK, label="curve")
    raster(spikes[:, 0], axes[1], size=11, color=VERMILION)
    axes[1].set_yticks([])
    decorate(axes[0], y="value")
    decorate(axes[1], x="time (ms)", y="spikes")
    return axes


def rates_and_errors(found: dict[str, list[dict]]) -> dict[str, tuple[float, float]]:
    """Return by name the means over runs of spikes per neuron and second, and of the error at sines.

    Args:
        found: by name, the runs of a network in the record of `following_a_signal`.

    >>> from snn_core.teaching.diagrams.following import rates_and_errors
    >>> rates_and_errors({"BPTT": [{"rate": 20, "sines": 0.02}, {"rate": 30, "sines": 0.04}]})
    {'BPTT': (25.0, 0.03)}
    """
    pairs = {name: [(run["rate"], run["sines"]) for run in runs] for name, runs in found.items()}
    return {name: tuple(np.mean(each, 0).tolist()) for name, each in pairs.items()}


def against_rate(
    target: str, solved: dict[str, Sequence[float]], trained: dict[str, Sequence[float]], axes: Axes
) -> None:
    """Draw errors against spikes per neuron and second: a line with names on it, and single marks.

    Args:
        target: what is read, written at the line.
        solved: by how steep their slopes are, rate and error of networks read by least squares.
        trained: by name, the same of networks that are trained; at most five.
        axes: where to draw; both axes become logarithmic. A second target gets no second legend.
    """
    labels = [None] * (len(trained) + 1) if axes.lines else ["least squares", *trained]
    axes.loglog(*zip(*solved.values(), strict=True), ".-", color=BLUE, label=labels[0])
    for name, (rate, error) in solved.items():
        axes.text(1.03 * rate, 1.03 * error, f"×{name}", color=BLUE)
    rate, error = next(iter(solved.values()))
    axes.text(0.96 * rate, 1.03 * error, target, ha="right")
    for place, mark, label in zip(trained.values(), MARKS, labels[1:], strict=False):
        axes.plot(*place, mark, color=VERMILION, label=label)
    axes.set_xticks([10, 20, 50, 100], [10, 20, 50, 100])
    axes.set_yticks([0.01, 0.02, 0.05], [0.01, 0.02, 0.05])
    axes.minorticks_off()
    axes.margins(0.06, 0.12)
    decorate(axes, x="spikes per neuron and second", y="error")


def shared_error(count: int = 3) -> Axes:
    """Draw neurons that share one error: what they hear, how they inhibit each other, what they lift.

    Args:
        count: how many neurons, at least 2.

    Raises:
        ValueError: for fewer than 2 neurons.
    """
    _checks.whole("count", count, 2)
    _, axes = plt.subplots(figsize=(6, 0.9 * count))
    middle = (count - 1) / 2
    for place in range(count):
        axes.plot(2, place, "o", markersize=22, markerfacecolor="white", color=BLUE, zorder=3)
        _line(axes, (0.4, middle), (1.82, place), "-|>", GREEN)
        _line(axes, (2.18, place), (3.6, middle), "-|>", VERMILION)
        for other in range(place):
            side, bend = (0.07, 0.0) if place - other == 1 else (0.13, 0.4)
            _line(axes, (2 - side, place - 0.2), (2 - side, other + 0.2), INHIBITS, GREY, bend)
            _line(axes, (2 + side, other + 0.2), (2 + side, place - 0.2), INHIBITS, GREY, bend)
    centred = {"ha": "center", "va": "center"}
    for x, y, words, color in (
        (0.05, middle, "curve", BLACK),
        (4.05, middle, "estimate", BLUE),
        (1.0, count - 0.7, "current, times the weight", GREEN),
        (3.1, count - 0.7, "spikes, times the weight", VERMILION),
        (2.0, -0.6, "each inhibits the others at once", GREY),
    ):
        axes.text(x, y, words, color=color, **centred)
    axes.set(xlim=(-0.4, 4.6), ylim=(-0.8, count - 0.5))
    axes.axis("off")
    return axes


def _line(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    style: str,
    color: str,
    bend: float = 0.0,
) -> None:
    arrow = {"arrowstyle": style, "color": color, "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
    arrow["connectionstyle"] = f"arc3,rad={bend}"
    axes.annotate("", xy=end, xytext=start, arrowprops=arrow)


def taking_turns(
    curve: Tensor, answers: dict[str, tuple[Tensor, Tensor]], *, first: int = 400, last: int = 450
) -> list[Axes]:
    """Draw how populations follow a curve, side by side, and below it who spikes in a short while.

    Args:
        curve: ``[T, 1, 1]``, in steps of 1 ms.
        answers: by name, the spikes of a population ``[T, 1, N]`` and their estimate ``[T, 1, 1]``.
        first, last: of the steps whose spikes are drawn, and counted.

    Returns:
        The axes of the curves, one for each population.

    Raises:
        ValueError: for spikes that are not 0 and 1, or steps that there are not.
    """
    _checks.require(0 <= first < last <= len(curve), "first, last", (first, last), "steps in order")
    size = (4.5 * len(answers), 4.6)
    rows = {"figsize": size, "height_ratios": (3, 2.4, 1), "sharey": "row", "squeeze": False}
    columns = plt.subplots(3, len(answers), **rows)[1].T
    for (name, (spikes, estimate)), (top, middle, bottom) in zip(answers.items(), columns, strict=True):
        top.plot(estimate[:, 0], color=BLUE)
        top.plot(curve[:, 0], color=BLACK)
        top.axvspan(first, last, color=VERMILION, alpha=0.15, linewidth=0)
        raster(spikes[first:last, 0], middle, size=7, color=VERMILION)
        counts = spikes[first:last].sum((1, 2)).tolist()
        bottom.bar(range(len(counts)), counts, 0.9, color=VERMILION)
        decorate(top, title=f"{name}: {spikes.sum():.0f} spikes", x="time (ms)")
        decorate(middle, x="", y="")
        decorate(bottom, x=f"time after {first} ms (ms)", xlim=(-1, last - first))
        middle.set_xticks([])
        bottom.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    columns[-1, 0].legend(columns[-1, 0].lines, ("estimate", "curve"))
    for axes, label in zip(columns[0], ("value", "neuron", "spikes"), strict=True):
        axes.set_ylabel(label)
    return list(columns[:, 0])
