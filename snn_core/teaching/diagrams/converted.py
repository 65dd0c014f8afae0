"""How well converted networks do, against their steps."""

import numpy as np
from matplotlib.axes import Axes

from ..palette import BLACK, GREEN, GREY, VERMILION
from ..plotting import decorate, panels
from ..records import Record

AT_ALL_STEPS = {
    "99.9 %, half": (GREEN, "--", "99.9 %"),
    "97 %, half": (GREEN, "-", "97 %"),
    "trained for 8": (VERMILION, "-", "trained for 8 steps"),
    "trained for 2": (VERMILION, "--", "trained for 2 steps"),
}
AT_FEW = {"direct": (BLACK, "s", "trained directly")}


def error_by_steps(record: Record) -> Axes:
    """Draw the mean error over the seeds against steps, both on logarithmic axes.

    A dashed line is the error of the ordinary network.

    Args:
        record: that of `experiments.converted_digits`.
    """
    axis = panels(height=3.8)
    runs, told = record.results["runs"], record.settings
    for name, (colour, style, label) in AT_ALL_STEPS.items():
        found = [run[name]["accuracy"] for run in runs]
        look = {"color": colour, "linestyle": style, "marker": "o", "markersize": 4}
        axis.loglog(told["steps"], _error(found), label=label, **look)
    for name, (colour, marker, label) in AT_FEW.items():
        found = [[each["accuracy"][0] for each in run[name]] for run in runs]
        look = {"color": colour, "linestyle": ":", "marker": marker, "markersize": 5}
        axis.loglog(told["few"], _error(found), label=label, **look)
    own = _error([run["ReLU"]["accuracy"] for run in runs])
    axis.axhline(own, color=GREY, linestyle="--", linewidth=1.2)
    for ticks, choose in (([1, 2, 4, 8, 16, 32], axis.set_xticks), ([2, 5, 10, 20, 50], axis.set_yticks)):
        choose(ticks, ticks)
    axis.minorticks_off()
    decorate(axis, x="steps T", y="error (%)")
    return axis


def _error(accuracies: list) -> np.ndarray:
    """Return the mean over runs of what is missing to 100 %, in per cent."""
    return 100 * (1 - np.mean(accuracies, axis=0))
