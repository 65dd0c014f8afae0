"""Drawings of what trainings gave: every code with every loss, several outputs per class, charges on spikes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..palette import BLUE, GREEN, GREY, VERMILION
from ..plotting import PHONE, decorate, on_phones, panels
from ..records import Record
from ..studies.codes_and_losses import FAMILIES, NAMES

COLOURS = dict(zip(FAMILIES, (VERMILION, BLUE, GREEN), strict=True))
MARKS = ("o", "s", "^", "v", "D")  # of codes
MAPPED = {  # what accuracy is drawn against
    "spikes": "hidden + output spikes per image",
    "steps": "steps until the answer is settled",
}
NAMED = {  # pairs that the map names, and where: shift in points
    ("spikes", "membrane_mse", "direct"): (0, 100),
    ("spikes", "summed_membrane_cross_entropy", "direct"): (-14, 38),
    ("spikes", "count_mse", "rate"): (20, 24),
    ("spikes", "stepwise_membrane_cross_entropy", "direct"): (-130, 38),
    ("steps", "stepwise_membrane_cross_entropy", "direct"): (-5, 62),
}
NARROW = dict(zip(NAMED, [(2, 88), (4, 48), (20, 12), (-127, -68), (-2, 58)], strict=True))  # the same on phones


def map_of_pairs(record: Record) -> list[Axes]:
    """Draw accuracy against spikes, and against steps, of every code with every loss, with bars over the seeds.

    Args:
        record: that of `experiments.codes_and_losses`.

    Returns:
        The axes of the spikes, and of the steps until the answer is settled.
    """
    axes = dict(zip(MAPPED, panels(2, width=10.5, height=4.2, share=True, ratios=(3, 2)), strict=True))
    _map(axes, record, NAMED, 96)
    decorate(axes["spikes"], title="No pair is best at both: right often, few spikes", y="test accuracy (%)")
    decorate(axes["steps"], title="Answers settle after 1 to 9 of 16 steps")
    beside = axes["steps"]
    (colours, marks), at = _key(record.settings["codes"]), {"loc": "upper left"}
    beside.add_artist(beside.legend(handles=colours, title="loss on", bbox_to_anchor=(1.01, 1), **at))
    beside.legend(handles=marks, title="code", bbox_to_anchor=(1.01, 0.62), **at)
    on_phones(list(axes.values()), _map_on_phones, record)
    return list(axes.values())


def _map_on_phones(record: Record) -> None:
    """Draw the same map with one panel below the other, and the legends below them."""
    figure, axes = plt.subplots(2, 1, figsize=(PHONE, 7.8))
    _map(dict(zip(MAPPED, axes, strict=True)), record, NARROW, 98)
    for axis in axes:
        axis.set_ylabel("test accuracy (%)")
    colours, marks = _key(record.settings["codes"])
    heads = [Line2D([], [], color="none", label=name) for name in ("loss on", "code", " ", " ")]
    figure.legend(handles=[heads[0], *colours, *heads[2:], heads[1], *marks], loc="outside lower center", ncols=2)


def _map(axes: dict[str, Axes], record: Record, named: dict, top: float) -> None:
    """Draw the marks of all pairs into both axes, and the names of some."""
    for quantity, axis in axes.items():
        at = _marks(axis, record, quantity)
        for (shown, loss, code), shift in named.items():
            if shown == quantity and (loss, code) in at:
                arrow = {"arrowstyle": "-", "color": GREY, "relpos": (0.1, 0)}
                words = {"textcoords": "offset points", "arrowprops": arrow, "fontsize": 9}
                axis.annotate(f"{NAMES[loss]}, {code}", at[loss, code], shift, **words)
        decorate(axis, x=MAPPED[quantity], xlim=(0, None), ylim=(None, top))


def _marks(axis: Axes, record: Record, quantity: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Draw a mark and a bar for each pair that was trained; return where the marks are."""
    colour_of = {loss: COLOURS[family] for family, names in FAMILIES.items() for loss in names}
    losses, codes = record.settings["losses"], record.settings["codes"]
    at = {}
    for loss, *rows in zip(losses, record.results["accuracy"], record.results[quantity], strict=True):
        for code, mark, right, found in zip(codes, MARKS, *rows, strict=True):
            if right:  # some losses were trained with some codes only
                at[loss, code] = (np.mean(found), 100 * np.mean(right))
                bar = [100 * min(right), 100 * max(right)]
                axis.plot([np.mean(found)] * 2, bar, color=colour_of[loss], alpha=0.5)
                axis.plot(*at[loss, code], mark, color=colour_of[loss], markersize=5.5)
    return at


def _key(codes: list[str]) -> tuple[list[Line2D], list[Line2D]]:
    """Return what explains colours, and what explains marks."""
    plain = {"color": "none", "marker": "o", "markersize": 8}
    colours = [
        Line2D([], [], **plain, markerfacecolor=colour, markeredgecolor=colour, label=family)
        for family, colour in COLOURS.items()
    ]
    marks = [
        Line2D([], [], color="none", marker=mark, markeredgecolor=GREY, markerfacecolor=GREY, label=code)
        for mark, code in zip(MARKS, codes, strict=True)
    ]
    return colours, marks


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


def spared(record: Record) -> Axes:
    """Draw accuracy against hidden spikes for each charge, one mark for each seed.

    Args:
        record: that of `experiments.sparing_spikes`. A charge that leaves no spike is not drawn.
    """
    axis = panels()
    for strength in record.settings["charges"]:
        arm = record.results[f"{strength:g}"]
        if min(arm["spikes"]) > 0:
            axis.semilogx(arm["spikes"], 100 * np.array(arm["accuracy"]), "o", label=f"charge {strength:g}")
    axis.set_xticks([20, 50, 100, 200, 500], ["20", "50", "100", "200", "500"])
    axis.minorticks_off()
    decorate(axis, title="Nine of ten spikes can go", x="hidden spikes per image", y="test accuracy (%)", ylim=(86, 96))
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    return axis
