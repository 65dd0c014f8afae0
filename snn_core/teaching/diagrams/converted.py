"""How well converted networks do, against their steps and against what they compute."""

import numpy as np
from matplotlib.axes import Axes

from ..palette import BLACK, GREEN, GREY, VERMILION
from ..plotting import decorate, panels
from ..records import Record

AT_ALL_STEPS = {
    "99.9 %, half": (GREEN, "--", "99.9 %, start at half"),
    "97 %, half": (GREEN, "-", "97 %, start at half"),
    "trained for 8": (VERMILION, "-", "trained for 8 steps"),
    "trained for 2": (VERMILION, "--", "trained for 2 steps"),
}
AT_FEW = {"direct": (BLACK, "s", "trained directly")}
CROSSES = {"all": ("x", "ordinary"), "skipping zeros": ("+", "ordinary, skips zeros")}


def accuracy_and_operations(record: Record) -> list[Axes]:
    """Draw the mean accuracy over the seeds against steps, and against operations per image.

    Operations are weights that meet a number that is not 0, in all layers.

    Args:
        record: that of `experiments.converted_digits`.

    Returns:
        The axes of the steps and of the operations.
    """
    axes = panels(2, width=10.0, height=3.8, share=True)
    runs, told = record.results["runs"], record.settings
    for name, (colour, style, label) in AT_ALL_STEPS.items():
        found = [run[name] for run in runs]
        _line(axes, told["steps"], found, color=colour, linestyle=style, marker="o", markersize=4, label=label)
    for name, (colour, marker, label) in AT_FEW.items():
        found = [_joined(run[name]) for run in runs]
        _line(axes, told["few"], found, color=colour, marker=marker, linestyle=":", label=label)
    own = 100 * np.mean([run["ReLU"]["accuracy"] for run in runs])
    axes[0].axhline(own, color=GREY, linestyle="--", linewidth=1.2)
    for name, (marker, label) in CROSSES.items():
        operations = np.mean([run["ReLU"]["operations"][name] for run in runs])
        axes[1].semilogx(operations, own, marker, color=GREY, markersize=9, markeredgewidth=2, label=label)
    shown = [1, 2, 4, 8, 16, 32]
    axes[0].set_xticks(shown, shown)
    axes[0].minorticks_off()
    decorate(axes[0], title="Four steps, or two if trained for them", x="steps T", y="accuracy (%)", ylim=(80, 99.5))
    axes[0].get_legend().remove()
    decorate(axes[1], title="Few operations, if few steps", x="operations per image")
    axes[1].legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    return axes


def _joined(found: list[dict]) -> dict:
    """Return as one what was recorded at one number of steps each."""
    return {name: [each[name][0] for each in found] for name in found[0]}


def _line(axes: list[Axes], steps: list[int], found: list[dict], **look) -> None:
    """Draw means over runs against steps and operations."""
    accuracy = 100 * np.mean([run["accuracy"] for run in found], axis=0)
    operations = np.mean([run["operations"] for run in found], axis=0)
    axes[0].semilogx(steps, accuracy, **look)
    axes[1].semilogx(operations, accuracy, **look)
