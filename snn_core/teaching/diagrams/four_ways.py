"""Drawings of the ways on which an error comes back to a hidden spike, and of layers read one by one (page 14)."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ..palette import BLUE, GREEN, GREY, PURPLE, VERMILION
from ..plotting import decorate, panels
from ..records import Record

ROWS = {"error e": 2, "output": 1, "hidden": 0}
STEPS = (1, 2, 3)


def four_ways(slopes: list[float], told: dict[str, float | None]) -> list[Axes]:
    """Draw ways from the errors of three steps to a hidden spike of the first: BPTT, OTTT, FA, DFA; and DECOLLE's.

    Args:
        slopes: of the output neuron at each step; the larger, the darker it is drawn.
        told: the learning signal, by rule, which stands in its title unless it is None.

    Returns:
        One pair of axes for each rule.
    """
    size = (2.6 * len(told), 2.7)
    axes = plt.subplots(1, len(told), figsize=size, sharey=True, squeeze=False)[1].flat
    for axis, (name, signal) in zip(axes, told.items(), strict=True):
        _neurons(axis, slopes)
        _way_back(axis, name)
        title = name if signal is None else f"{name}: {signal:+.3f}".replace("-", "−")
        decorate(axis, title=title, x="step", xlim=(0.5, 3.5), ylim=(-0.4, 2.4))
        axis.set_xticks(STEPS)
        axis.grid(visible=False)
    axes[0].set_yticks(list(ROWS.values()), ROWS)
    return list(axes)


def _neurons(axis: Axes, slopes: list[float]) -> None:
    shades = np.array(slopes) / max(slopes)
    axis.scatter(STEPS, [2, 2, 2], marker="s", s=60, color=GREY, zorder=3)
    axis.scatter(STEPS, [1, 1, 1], s=150, c=shades, cmap="Blues", vmax=1.6, edgecolors=BLUE, zorder=3)
    axis.scatter(1, 0, s=150, color=VERMILION, zorder=3)
    axis.scatter(STEPS[1:], [0, 0], s=150, facecolors="none", edgecolors=GREY, zorder=3)


def _way_back(axis: Axes, name: str) -> None:
    """Draw what one rule sends back: arrows from the errors down to the spike."""
    if name == "DFA":
        axis.annotate("", (1.0, 0.12), (1.0, 1.95), arrowprops=_arrow(PURPLE, curve=-0.5))
        return
    if name == "DECOLLE":
        axis.scatter(1, 0.55, marker="D", s=60, color=GREEN, zorder=3)
        axis.text(1.35, 0.5, "own readout R", color=GREEN)
        axis.annotate("", (0.95, 0.47), (0.95, 0.1), arrowprops=_arrow(GREEN, curve=-0.5))
        axis.annotate("", (1.05, 0.1), (1.05, 0.47), arrowprops=_arrow(PURPLE, curve=-0.5))
        return
    for step in STEPS if name == "BPTT" else STEPS[:1]:
        axis.annotate("", (step, 1.13), (step, 1.95), arrowprops=_arrow(BLUE))
        if step > 1:
            axis.annotate("", (step - 0.88, 1), (step - 0.12, 1), arrowprops=_arrow(BLUE))
    axis.annotate("", (1, 0.13), (1, 0.87), arrowprops=_arrow(PURPLE if name == "FA" else BLUE))


def _arrow(color: str, curve: float = 0.0) -> dict:
    style = "--" if color == PURPLE else "-"
    bend = f"arc3,rad={curve}"
    ends = {"shrinkA": 0, "shrinkB": 0}
    return {"arrowstyle": "-|>", "color": color, "linestyle": style, "linewidth": 1.8, "connectionstyle": bend} | ends


def accuracy_by_depth(record: Record, title: str | None = None) -> Axes:
    """Draw the accuracy of BPTT, and of layers with a loss each, by the layer that is read, a dot for each seed.

    Args:
        record: of `experiments.deep_local`.
        title: what the figure shows.

    Returns:
        The axes.
    """
    axis = panels(height=3.2)
    measured = depths_of(record)
    colors = {"BPTT of all losses": BLUE, "BPTT of the last loss": GREY, "each layer alone": VERMILION}
    for shift, (name, color) in enumerate(colors.items()):
        found = measured[name]
        depths = np.arange(1, found.shape[1] + 1)
        axis.plot(depths, found.mean(0), color=color)
        for run in found:
            axis.plot(depths + 0.05 * (shift - 1), run, "o", markersize=5, alpha=0.8, color=color)
    axis.set_xticks(depths)
    words = ("all losses\nby BPTT", "last loss\nby BPTT", "each layer\nalone")
    ends = [
        (word, measured[name].mean(0)[-1], color) for word, (name, color) in zip(words, colors.items(), strict=True)
    ]
    _name_ends(axis, depths[-1], ends, apart=1.8)
    decorate(axis, title=title, x="layer that is read", y="test accuracy (%)")
    return axis


def _name_ends(axis: Axes, x: float, ends: list[tuple[str, float, str]], apart: float) -> None:
    """Write names at the ends of curves, each at its height, or so far above the one below it that they do not meet."""
    least = -np.inf
    for name, height, color in sorted(ends, key=lambda end: end[1]):
        least = max(height, least + apart)
        style = {"textcoords": "offset points", "va": "center", "color": color, "fontsize": 9}
        axis.annotate(name, (x, least), (16, 0), **style)


def depths_of(record: Record, readouts: str = "") -> dict[str, np.ndarray]:
    """Return the accuracy in % of four ways to train a stack, ``[seed, depth]`` each.

    Args:
        record: of `experiments.deep_local`.
        readouts: " + readouts" for the runs in which readouts learn as well.
    """
    found, deepest = record.results["accuracy"], record.settings["depth"]
    through = [[run[-1] for run in found[f"BPTT{readouts} {depth}"]] for depth in range(1, deepest + 1)]
    kinds = {"BPTT of the last loss": np.array(through).T}
    kinds["BPTT of all losses"] = np.array(found[f"together{readouts} {deepest}"])
    kinds["each layer alone"] = np.array(found[f"local{readouts} {deepest}"])
    kinds["layers as drawn"] = np.array(found[f"frozen {deepest}"])
    return {name: 100 * shares for name, shares in kinds.items()}


def angles_measured(record: Record, title: str | None = None) -> Axes:
    """Draw the angle between a rule's gradient and BPTT's while a network learns: each seed, and the mean.

    Args:
        record: of `experiments.alignment`.
        title: what the figure shows.

    Returns:
        The axes.
    """
    axis = panels(height=3.2)
    ends = []
    colors = {"FA, drawn anew": PURPLE, "FA": BLUE, "DFA": VERMILION, "OTTT": GREEN}
    for name, color in colors.items():
        runs = np.array([run["angles"] for run in record.results[name]])
        updates = record.settings["every"] * np.arange(runs.shape[1])
        axis.plot(updates, runs.T, color=color, linewidth=1.2, alpha=0.6)
        axis.plot(updates, runs.mean(0), color=color, linewidth=3.5)
        ends.append((name, runs.mean(0)[-1], color))
    axis.axhline(90, color=GREY, linestyle="--", linewidth=1)
    decorate(axis, title=title, x="update", y="angle of the first layer (degrees)", ylim=(0, 120))
    axis.set_yticks([0, 30, 60, 90])
    _name_ends(axis, updates[-1], ends, apart=9)
    return axis
