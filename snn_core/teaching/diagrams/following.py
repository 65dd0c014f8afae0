"""Curves, what spikes make of them, and the spikes: figures of page 23."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from ... import _checks
from ..palette import BLACK, BLUE, VERMILION
from ..plotting import decorate, panels, raster

MARKS = "osD^v"


def following(curve: Tensor, estimate: Tensor, spikes: Tensor) -> list[Axes]:
    """Draw a curve with an estimate of it, and below it the spikes that the estimate is made of.

    Args:
        curve, estimate: ``[T, B, 1]``, of which the first sample is drawn.
        spikes: ``[T, B, N]``, in steps of 1 ms.

    Raises:
        ValueError: if the estimate does not fit the curve, or the spikes are not 0 and 1.
    """
    _checks.shape("estimate", estimate, curve.shape)
    axes = panels(2, stacked=True, height=3.4, ratios=(3, 0.5))
    axes[0].plot(estimate[:, 0], color=BLUE, label="estimate")
    axes[0].plot(curve[:, 0], color=BLACK, label="curve")
    raster(spikes[:, 0], axes[1], size=6, color=VERMILION)
    axes[1].set_yticks([])
    decorate(axes[0], y="value")
    decorate(axes[1], x="time (ms)", y="spikes")
    return axes


def against_rate(solved: dict[str, Sequence[float]], trained: dict[str, Sequence[float]], axes: Axes) -> None:
    """Draw errors against spikes per neuron and second: a line with names on it, and single marks.

    Args:
        solved: by how steep their slopes are, rate and error of networks read by least squares.
        trained: by name, the same of networks that are trained; at most five.
        axes: where to draw; both axes become logarithmic.
    """
    axes.loglog(*zip(*solved.values(), strict=True), ".-", color=BLUE, label="least squares")
    for name, (rate, error) in solved.items():
        axes.text(1.03 * rate, 1.03 * error, f"×{name}", color=BLUE)
    for (name, place), mark in zip(trained.items(), MARKS, strict=False):
        axes.plot(*place, mark, color=VERMILION, label=name)
    axes.set_xticks([10, 20, 50, 100], [10, 20, 50, 100])
    axes.set_yticks([0.01, 0.02, 0.05], [0.01, 0.02, 0.05])
    axes.minorticks_off()
    decorate(axes, x="spikes per neuron and second", y="error")


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
        raster(spikes[first:last, 0], middle, size=5, color=VERMILION)
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
