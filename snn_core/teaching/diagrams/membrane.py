"""A patch of membrane drawn as what it is, a leaky bag of charge, and as the circuit that behaves like it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from ..palette import BLACK, BLUE, GREEN, GREY, PALE_BLUE, VERMILION
from ..plotting import panels

Point = tuple[float, float]


def rc_circuit() -> list[Axes]:
    """Draw a cell with an electrode and a leak, and beside it a resistor and a capacitor in parallel.

    Returns:
        The two axes: the cell, and the circuit.

    Reference: Gerstner et al. 2014, figure 1.6; here with J for the current of the electrode and U for the voltage.
    """
    cell, circuit = panels(2, width=7, height=2.7)
    _cell(cell)
    _circuit(circuit)
    for axes in (cell, circuit):
        axes.set(xlim=(-2.4, 2.4), ylim=(-1.5, 1.5), aspect="equal")
        axes.axis("off")
    cell.set_title("A cell: charge inside, and a leak")
    circuit.set_title("The same as a circuit: τ = R · C")
    return [cell, circuit]


def _cell(axes: Axes) -> None:
    axes.add_patch(Circle((0, 0), 1.1, facecolor=PALE_BLUE, edgecolor=BLUE, linewidth=4))
    axes.add_patch(Rectangle((0.95, -0.16), 0.3, 0.32, facecolor="white", edgecolor="none", zorder=3))  # a channel
    for angle in np.radians([30, 60, 90, 120, 150, 210, 240, 270, 300, 330]):
        direction = np.array([np.cos(angle), np.sin(angle)])
        axes.text(*(0.92 * direction), "+", color=VERMILION, ha="center", va="center")
        axes.text(*(1.27 * direction), "−", color=GREY, ha="center", va="center")
    _arrow(axes, (-2.2, 0), (-0.5, 0), GREEN)
    _arrow(axes, (0.6, 0), (1.8, 0), VERMILION)
    axes.text(-1.8, 0.15, "current J", color=GREEN, ha="center")
    axes.text(1.85, 0, "leak", color=VERMILION, va="center")
    axes.text(0, 0, "voltage U", color=BLUE, ha="center", va="center")


def _circuit(axes: Axes) -> None:
    """Draw the current that arrives from the left and splits between resistor and capacitor."""
    for wire in ([(-1.2, 1), (1, 1)], [(-1.2, -1), (1, -1)]):
        _line(axes, *wire)
    _line(axes, (-0.2, 1), (-0.2, 0.45))
    _line(axes, (-0.2, -0.45), (-0.2, -1))
    axes.add_patch(Rectangle((-0.35, -0.45), 0.3, 0.9, facecolor="white", edgecolor=VERMILION, linewidth=2))
    axes.text(-0.5, 0, "R", color=VERMILION, ha="right", va="center")
    axes.text(-0.25, -1.35, "leak", color=VERMILION, ha="center")
    for side in (1, -1):
        _line(axes, (1, side), (1, 0.1 * side))
        _line(axes, (0.7, 0.1 * side), (1.3, 0.1 * side), BLUE, 3)
    axes.text(1.4, 0, "C", color=BLUE, va="center")
    axes.text(1, -1.35, "membrane", color=BLUE, ha="center")
    _arrow(axes, (-2.2, 1), (-1.1, 1), GREEN)
    axes.text(-1.8, 1.15, "J", color=GREEN, ha="center")
    axes.text(-1.75, 0.5, "inside", color=GREY, ha="center")
    axes.text(-1.75, -1.06, "outside", color=GREY, ha="center")
    axes.annotate("", (-1.2, 0.85), (-1.2, -0.85), arrowprops={"arrowstyle": "<->", "color": BLUE})
    axes.text(-1.3, 0.05, "U", color=BLUE, ha="right", va="center")
    axes.text(-1.3, -0.3, "above rest", color=BLUE, ha="right", va="center")


def _line(axes: Axes, start: Point, end: Point, color: str = BLACK, width: float = 1.3) -> None:
    axes.plot(*zip(start, end, strict=True), color=color, linewidth=width)


def _arrow(axes: Axes, start: Point, end: Point, color: str) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 1.6}, zorder=4)
