"""What was measured of a layer that learns digits without labels (page 10)."""

import numpy as np
from matplotlib.axes import Axes

from ..palette import BLUE, GREY, VERMILION
from ..plotting import decorate, panels
from ..records import Record

COLOURS = {"STDP": BLUE, "k-means": VERMILION}


def labels_needed(record: Record) -> Axes:
    """Draw the accuracy against the number of labels: solid if read by spikes, dashed if by the nearest field."""
    numbers = record.settings["labels"]
    axis = panels(height=3.4)
    for name, runs in record.results["few_labels"].items():
        look = {"color": COLOURS.get(name.split(",")[0], GREY), "linestyle": "--" if "nearest" in name else "-"}
        axis.plot(numbers, 100 * np.mean(runs, axis=0), marker="o", markersize=4, label=name, **look)
    axis.set_xscale("log")
    axis.set_xticks(numbers, numbers)
    axis.minorticks_off()
    decorate(axis, x="labels", y="test accuracy (%)", ylim=(0, 100))
    return axis


def late_inhibition(record: Record) -> list[Axes]:
    """Draw what a late inhibition does to the accuracy, and how many images evoke no spike; a dot for each seed."""
    axes = panels(2, height=2.8)
    for place, runs in enumerate(record.results["inhibition"].values()):
        for axis, what in zip(axes, ("accuracy", "silent"), strict=True):
            axis.plot([place] * len(runs[what]), 100 * np.array(runs[what]), "o", color=BLUE, alpha=0.6)
    for axis in axes:
        names = [name.replace("inhibition, ", "") for name in record.results["inhibition"]]
        axis.set_xticks(range(len(names)), names)
    decorate(axes[0], y="test accuracy (%)", ylim=(0, 100))
    decorate(axes[1], y="images (%)", ylim=(-3, 103))
    return axes
