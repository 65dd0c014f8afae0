"""Drawings of networks whose values are spike times: who spikes when, layer by layer."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ...tasks import yin_yang
from ...tasks.yin_yang import CLASSES
from ..palette import BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels

Layers = tuple[Tensor, Tensor]


def patterns_by_time(before: Layers, after: Layers, patterns: list[str], outputs: list[str]) -> list[Axes]:
    """Draw when hidden neurons and two outputs spike for a few patterns, before and after training.

    Args:
        before, after: times in ms of hidden neurons ``[B, N]`` and outputs ``[B, 2]``, infinite for none.
        patterns: names of the B patterns, from the top.
        outputs: names of the two outputs.

    Returns:
        The two axes.
    """
    axes = panels(2, width=9.0, height=2.6, share=True)
    latest = max(times[times.isfinite()].max().item() for times in (*before, *after))
    rows = torch.arange(len(patterns), 0, -1)
    for axis, (hidden, output), title in zip(axes, (before, after), ("Before", "After"), strict=True):
        for row, times in zip(rows, hidden, strict=True):
            label = "hidden" if row == 1 else None
            axis.plot(times, row.expand_as(times), "|", color=GREY, markersize=14, markeredgewidth=1.8, label=label)
        for number, color in enumerate((BLUE, VERMILION)):
            axis.plot(output[:, number], rows, "o", color=color, label=outputs[number])
        axis.set_yticks(rows, patterns)
        axis.set_ylim(0.5, len(patterns) + 0.5)
        decorate(axis, title=title, x="time (ms)", xlim=(-1, latest + 1))
        axis.get_legend().remove()
    axes[1].legend(loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def digit_by_time(pixels: Tensor, hidden: Tensor, output: Tensor) -> list[Axes]:
    """Draw the spikes of one digit, layer by layer, hidden neurons sorted by their time; a line at the answer.

    Args:
        pixels, hidden, output: times in ms of each layer's neurons, ``[N]`` each, infinite for none.

    Returns:
        The axes of the three panels, from the top.
    """
    axes = panels(3, stacked=True, height=4.6, ratios=(1, 1.2, 1))
    first = output.min().item()
    for axis, times, color in zip(axes, (pixels, hidden.sort().values, output), (GREEN, GREY, VERMILION), strict=True):
        axis.plot(
            times, range(len(times)), "." if len(times) > 20 else "o", color=color, markersize=3 + len(times) // 10 % 3
        )
        axis.axvline(first, color=VERMILION, linewidth=1.6)
    decorate(axes[0], y="pixel")
    decorate(axes[1], y="hidden neuron")
    decorate(axes[2], y="output", x="time (ms)")
    axes[2].set_yticks(range(0, len(output), 3))
    return axes


def yin_yang_sign(points: int, axes: Axes | None = None) -> Axes:
    """Draw points of the Yin-Yang task in the colours of their classes.

    Args:
        points: how many.
        axes: where to draw; new axes if None.
    """
    axes = panels(width=3.0, height=3.0) if axes is None else axes
    values, labels = yin_yang(points, generator=torch.Generator().manual_seed(0))
    for label, (name, color) in enumerate(zip(CLASSES, (BLUE, VERMILION, GREEN), strict=True)):
        axes.plot(*values[labels == label, :2].T, ".", markersize=3, color=color)
        axes.text(1.05, 0.9 - 0.12 * label, name, color=color)
    axes.set_aspect("equal")
    decorate(axes, x="x", y="y")
    return axes
