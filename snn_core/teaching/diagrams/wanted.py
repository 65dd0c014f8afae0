"""Drawings of losses: the output that each one wants, and what every code gave with every loss."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ... import _checks
from ..palette import BLUE, GREEN, GREY, PALE, VERMILION
from ..plotting import decorate, panels
from ..records import Record
from ..studies.codes_and_losses import FAMILIES, NAMES

STEPS = 16
COLOURS = dict(zip(FAMILIES, (VERMILION, BLUE, GREEN), strict=True))
MARKS = ("o", "s", "^", "v", "D")  # of codes


def wanted_outputs(family: str) -> list[Axes]:
    """Draw the output that each loss of a family wants of the right class and of another one.

    Args:
        family: "counts", "membranes" or "first spikes".

    Returns:
        One axes per loss, in the order of `FAMILIES`.
    """
    _checks.choice("family", family, FAMILIES)
    losses = FAMILIES[family]
    axes = panels(len(losses), width=9.0, height=1.9, share=True)
    draw = _membranes if family == "membranes" else _spikes
    for axis, loss in zip(axes, losses, strict=True):
        draw(axis, loss)
        axis.grid(visible=False)
        axis.set_xticks([0, 8, 16])
        decorate(axis, title=NAMES[loss], x="step", xlim=(-0.7, STEPS))
    return axes


def _spikes(axis: Axes, loss: str) -> None:
    """Draw spikes of the right class in the upper lane and of another one in the lower."""
    each = np.arange(STEPS)
    wanted = {
        "count_cross_entropy": (each[1::2], each[2::6]),
        "count_mse": (each[~np.isin(each, (5, 9, 13))], [5, 13]),
        "first_spike_cross_entropy": ([4, 10], [9]),
        "first_spike_mse": ([0, 7], []),
        "relative_first_spike_mse": ([5, 12], [8.2, 14]),
    }
    rows = wanted.get(loss)
    if rows is None:  # a population: five neurons for each class
        rng = np.random.default_rng(3)
        rows = [[each[rng.random(STEPS) < p] for _ in range(5)] for p in (0.35, 0.12)]
        for bottom, trains, colour in ((1.15, rows[0], VERMILION), (0, rows[1], GREY)):
            for n, train in enumerate(trains):
                axis.vlines(train, bottom + 0.17 * n, bottom + 0.17 * n + 0.13, color=colour)
    else:
        for bottom, train, colour in ((1.15, rows[0], VERMILION), (0, rows[1], GREY)):
            axis.axhline(bottom, color=PALE, linewidth=0.8)
            axis.vlines(train, bottom, bottom + 0.75, color=colour, linewidth=2)
    if loss == "relative_first_spike_mse":
        arrow = {"arrowstyle": "<->", "shrinkA": 0, "shrinkB": 0}
        axis.annotate("", (8.2, 1), (5, 1), arrowprops=arrow)
        axis.text(8.8, 1, "margin", va="center", fontsize=9)
    if loss == "first_spike_mse":
        axis.text(8, 0.35, "never", ha="center", va="center", color=GREY, fontsize=9)
    axis.set_yticks([0.35, 1.5], ["another", "right"])
    axis.set_ylim(-0.1, 2.05)


def _membranes(axis: Axes, loss: str) -> None:
    """Draw the membrane of the right class, and in grey that of another one."""
    time = np.arange(STEPS)
    bump = np.exp(-((time - 10) ** 2) / 6)
    right, other = {
        "max_membrane_cross_entropy": (1.3 * bump, 0.6 - 0.4 * bump),
        "summed_membrane_cross_entropy": (0.9 - 0.8 * bump, 0.3 + 0.1 * bump),
        "stepwise_membrane_cross_entropy": (0.8 + 0 * bump, 0.25 + 0.2 * bump),
        "membrane_mse": (1 + 0 * bump, 0 * bump),
    }[loss]
    axis.plot(time, right, color=BLUE)
    axis.plot(time, other, color=GREY)
    if loss == "max_membrane_cross_entropy":
        axis.plot([10, 0], [right[10], other[0]], "o", color=GREY, markersize=5)
        axis.plot([10], [right[10]], "o", color=BLUE, markersize=6)
    elif loss == "summed_membrane_cross_entropy":
        axis.fill_between(time, other, right, where=right > other, color=BLUE, alpha=0.2)
        axis.fill_between(time, other, right, where=right < other, color=GREY, alpha=0.3)
    elif loss == "stepwise_membrane_cross_entropy":
        axis.vlines(time, other, right, color=BLUE, alpha=0.4)
    else:
        axis.text(0, 0.85, "target 1", va="top", color=BLUE, fontsize=9)
        axis.text(0, 0.08, "target 0", color=GREY, fontsize=9)
    axis.set_yticks([0, 1])
    axis.set_ylim(-0.15, 1.5)


def map_of_pairs(record: Record, words: dict[tuple[str, str], tuple[float, float]]) -> Axes:
    """Draw accuracy against spikes of every code with every loss, with a bar over the seeds.

    Args:
        record: that of `experiments.codes_and_losses`.
        words: pairs (loss, code) that are named in the figure, and where: shift in points.

    Returns:
        The axes.
    """
    losses, codes = record.settings["losses"], record.settings["codes"]
    colour_of = {loss: COLOURS[family] for family, names in FAMILIES.items() for loss in names}
    axis = panels(width=8.5, height=4.2)
    at = {}
    for loss, *rows in zip(losses, record.results["accuracy"], record.results["spikes"], strict=True):
        for code, mark, right, sent in zip(codes, MARKS, *rows, strict=True):
            if right:  # some losses were trained with some codes only
                at[loss, code] = (np.mean(sent), 100 * np.mean(right))
                bar = [100 * min(right), 100 * max(right)]
                axis.plot([np.mean(sent)] * 2, bar, color=colour_of[loss], alpha=0.5)
                axis.plot(*at[loss, code], mark, color=colour_of[loss], markersize=5.5)
    for (loss, code), shift in words.items():
        axis.annotate(
            f"{NAMES[loss]}, {code}",
            at[loss, code],
            shift,
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "color": GREY},
            fontsize=9,
        )
    _key(axis, codes)
    return axis


def _key(axis: Axes, codes: list[str]) -> None:
    """Explain colours and marks beside the axes."""
    plain = {"color": "none", "marker": "o", "markersize": 8}
    colours = [
        Line2D([], [], **plain, markerfacecolor=colour, markeredgecolor=colour, label=family)
        for family, colour in COLOURS.items()
    ]
    marks = [
        Line2D([], [], color="none", marker=mark, markeredgecolor=GREY, markerfacecolor=GREY, label=code)
        for mark, code in zip(MARKS, codes, strict=True)
    ]
    first = axis.legend(handles=colours, title="loss on", loc="upper left", bbox_to_anchor=(1.01, 1))
    axis.add_artist(first)
    axis.legend(handles=marks, title="code", loc="upper left", bbox_to_anchor=(1.01, 0.62))


def populations(record: Record) -> list[Axes]:
    """Draw accuracy and share of ties against the number of steps, for each kind of output.

    Args:
        record: that of `experiments.population_sizes`.

    Returns:
        The axes of the accuracy and of the ties.
    """
    axes = panels(2, width=9.5)
    steps = record.settings["steps"]
    for arm, found in record.results.items():
        label = "1 membrane per class" if arm == "membrane" else f"{arm} spiking per class"
        for axis, name in zip(axes, ("accuracy", "ties"), strict=True):
            runs = 100 * np.array(found[name])
            axis.errorbar(range(len(steps)), runs.mean(1), runs.std(1, ddof=1), marker=".", label=label)
            axis.set_xticks(range(len(steps)), steps)
    decorate(axes[0], title="Several neurons pay at one or two steps", x="steps T", y="test accuracy (%)")
    decorate(axes[1], title="One neuron ties, at one step", x="steps T", y="images with a tie (%)")
    return axes
