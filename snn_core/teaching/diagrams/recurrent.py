"""A layer of LIF neurons drawn as a recurrent network: folded with its loop, and unrolled over time."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from ... import _checks
from ..palette import BLUE, GREEN, VERMILION

GREY = "0.35"
PLACES = {"x": (0.0, 0.0), "I": (0.0, 1.0), "u": (0.0, 2.0), "z": (0.0, 3.0), "v": (1.4, 2.0)}  # within a step
COLORS = {"x": GREY, "I": GREY, "u": BLUE, "z": VERMILION, "v": GREEN}
WIDTH = 2.8  # of one step

Point = tuple[float, float]


def fold_and_unroll(steps: int = 3) -> tuple[Axes, Axes]:
    """Draw input, current, membrane, spike and state of a layer, once with its loop and once for each of some steps.

    Args:
        steps: number of steps to unroll, at least 1.

    Returns:
        The two axes.

    Raises:
        ValueError: if there is no step.

    Reference: Neftci et al. 2019, section III; here with the symbols of `neurons`.
    """
    _checks.whole("steps", steps)
    size = (3.6 + 2.4 * steps, 3.9)
    _, (folded, unrolled) = plt.subplots(1, 2, figsize=size, width_ratios=(3.3, WIDTH * steps + 0.5))
    _column(folded, 0.0, "")
    _arrow(folded, (1.4, 2.0), (0.0, 2.0), bend=-0.9)
    folded.text(0.75, 1.02, "$\\beta$, next step", color=GREEN, ha="center", va="center")
    for step in range(steps):
        _column(unrolled, WIDTH * step, f"[{step + 1}]")
        if step:
            start = (WIDTH * (step - 1) + 1.4, 2.0)
            _arrow(unrolled, start, (WIDTH * step, 2.0), "$\\beta$", (0.0, 0.17), GREEN)
    for axes, columns in ((folded, 1), (unrolled, steps)):
        axes.set(xlim=(-0.75, WIDTH * (columns - 1) + 1.9), ylim=(-0.45, 3.85))
        axes.axis("off")
    folded.set_title("Folded: one loop")
    unrolled.set_title(f"Unrolled over {steps} steps: the same W, β and θ in each")
    return folded, unrolled


def _column(axes: Axes, x: float, name: str) -> None:
    """Draw one step at the place `x`, with `name` behind every symbol."""
    place = {kind: (x + dx, y) for kind, (dx, y) in PLACES.items()}
    for kind, point in place.items():
        _symbol(axes, point, f"${kind}{name}$", COLORS[kind])
    _arrow(axes, place["x"], place["I"], "$W$", (-0.2, 0.0))
    _arrow(axes, place["I"], place["u"], "$+$", (-0.2, 0.0))
    _arrow(axes, place["u"], place["z"], "$H(u-\\theta)$", (-0.45, 0.0))
    _arrow(axes, place["u"], place["v"], "$+$", (0.0, 0.15))
    _arrow(axes, place["z"], place["v"], "$-\\theta$", (0.25, 0.12), VERMILION)
    _arrow(axes, place["z"], (x, 3.8))


def _symbol(axes: Axes, point: Point, text: str, color: str) -> None:
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": color, "linewidth": 1.5}
    axes.text(*point, text, ha="center", va="center", bbox=box, zorder=3)


def _arrow(
    axes: Axes, start: Point, end: Point, text: str = "", aside: Point = (0, 0), color: str = GREY, bend: float = 0
) -> None:
    """Draw an arrow between the boxes at two points, with `text` beside its middle."""
    color = GREEN if bend else color
    shape = {"arrowstyle": "-|>", "color": color, "shrinkA": 15, "shrinkB": 15, "linewidth": 1.3, "mutation_scale": 11}
    axes.annotate("", end, start, arrowprops=shape | {"connectionstyle": f"arc3,rad={bend}"})
    middle = ((start[0] + end[0]) / 2 + aside[0], (start[1] + end[1]) / 2 + aside[1])
    axes.text(*middle, text, ha="center", va="center", color=color)
