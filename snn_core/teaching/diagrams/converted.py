"""How well converted networks do, against their steps and against what they compute."""

import numpy as np
from matplotlib.axes import Axes

from ..palette import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION
from ..plotting import decorate, panels
from ..records import Record

AT_ALL_STEPS = {
    "maximum": (BLUE, "maximum, start at 0"),
    "percentile, half": (GREEN, "99.9 %, start at half"),
    "99 %, half": (ORANGE, "99 %, start at half"),
    "trained": (VERMILION, "trained for it"),
}
AT_FEW = {
    "direct": (BLACK, "s", "trained directly"),
    "ReLU, trained on": (PURPLE, "D", "converted, trained on"),
}


def accuracy_and_operations(record: Record) -> list[Axes]:
    """Draw the mean accuracy over the seeds against steps, and against operations per image.

    Operations are the multiplications with which an image begins, and one addition for each spike
    and weight that it meets.

    Args:
        record: that of `experiments.converted_digits`.

    Returns:
        The axes of the steps and of the operations.
    """
    axes = panels(2, width=10.0, height=3.8, share=True)
    runs, told = record.results["runs"], record.settings
    first, ordinary = runs[0]["ReLU"]["products"]
    for name, (colour, label) in AT_ALL_STEPS.items():
        found = [run[name] for run in runs]
        _line(axes, told["steps"], found, first, color=colour, marker=".", label=label)
    for name, (colour, marker, label) in AT_FEW.items():
        found = [_joined(run[name]) for run in runs]
        _line(axes, told["few"], found, first, color=colour, marker=marker, linestyle=":", label=label)
    own = 100 * np.mean([run["ReLU"]["accuracy"] for run in runs])
    axes[0].axhline(own, color=GREY, linestyle="--", linewidth=1)
    axes[1].semilogx(ordinary, own, "x", color=GREY, markersize=9, markeredgewidth=2, label="ordinary network")
    shown = [1, 2, 4, 8, 16, 32]
    axes[0].set_xticks(shown, shown)
    axes[0].minorticks_off()
    decorate(axes[0], title="Four steps, with good thresholds", x="steps T", y="accuracy (%)", ylim=(60, 100))
    axes[0].get_legend().remove()
    decorate(axes[1], title="As accurate, but no fewer operations", x="operations per image")
    axes[1].legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    return axes


def _joined(found: list[dict]) -> dict:
    """Return as one what was recorded at one number of steps each."""
    return {name: [each[name][0] for each in found] for name in found[0]}


def _line(axes: list[Axes], steps: list[int], found: list[dict], first: int, **look) -> None:
    """Draw means over runs against steps and operations."""
    accuracy = 100 * np.mean([run["accuracy"] for run in found], axis=0)
    operations = first + np.mean([run["operations"] for run in found], axis=0)
    axes[0].semilogx(steps, accuracy, **look)
    axes[1].semilogx(operations, accuracy, **look)
