"""The computational graph of two LIF neurons in a chain, unrolled over time: what runs forward, what flows back."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from ... import _checks
from ..palette import BLUE, GREEN, PALE_BLUE, PALE_ORANGE, VERMILION

GREY = "0.35"
WIDTH, HEIGHT = 3.3, 3.9  # of one step and of one neuron
PLACES = {"I": (0.0, 0.0), "u": (0.0, 1.2), "z": (0.0, 2.6), "v": (1.65, 1.2)}  # within a step of a neuron

Table = dict[str, list[float | None]]
Pair = tuple[float, float]


def unrolled_graph(
    axes: Axes | None = None,
    *,
    steps: int = 3,
    attached: bool = False,
    values: Table | None = None,
    gradients: Table | None = None,
) -> Axes:
    """Draw input, membrane, spike and state of neurons a and b at every step, the edges between them, and the way back.

    Args:
        axes: where to draw; new axes if None.
        steps: number of time steps, at least 1.
        attached: if True, gradient flows through the reset.
        values: numbers to write into the nodes, such as ``{"u_a": [0.8, 1.2, 0.9]}``: one per step.
        gradients: gradients of the loss by the nodes, written below the values; None is a question mark.

    Raises:
        ValueError: if there is no step.

    Reference: Werbos 1990; Neftci et al. 2019, section III.
    """
    _checks.whole("steps", steps)
    axes = plt.subplots(figsize=(3.3 * steps, 5.8))[1] if axes is None else axes
    half = (0.5, 0.3) if values or gradients else (0.28, 0.2)
    for neuron in "ab":
        for step in range(1, steps + 1):
            _edges(axes, neuron, step, steps, attached, half)
            for kind in PLACES:
                _node(axes, kind, neuron, step, values or {}, gradients or {})
    _surroundings(axes, steps, half)
    _legend(axes, attached)
    return axes


def _place(kind: str, neuron: str, step: int) -> tuple[float, float]:
    x, y = PLACES[kind]
    return x + WIDTH * step, y + HEIGHT * "ab".index(neuron)


def _node(axes: Axes, kind: str, neuron: str, step: int, values: Table, gradients: Table) -> None:
    """Draw one node: its symbol, or its symbol with its value and below it the gradient."""
    (x, y), key = _place(kind, neuron, step), f"{kind}_{neuron}"
    symbol = rf"${kind}_{neuron}[{step}]$"
    shade = PALE_ORANGE if kind == "z" else PALE_BLUE
    box = {"boxstyle": "round,pad=0.3", "facecolor": shade, "edgecolor": "0.5", "linewidth": 0.8}
    digits = 0 if kind == "z" else 2
    text = f"{symbol} = {values[key][step - 1]:.{digits}f}" if key in values else symbol
    text += "\n" if key in gradients else ""
    axes.text(x, y, text, ha="center", va="center", fontsize=8.5, bbox=box, zorder=3, linespacing=1.3)
    if key in gradients:
        found = gradients[key][step - 1]
        gradient = "?" if found is None else f"{found + 0.0:.3f}"
        axes.text(x, y - 0.19, gradient, ha="center", va="center", fontsize=8.5, color=VERMILION, zorder=4)


def _edges(axes: Axes, neuron: str, step: int, steps: int, attached: bool, half: Pair) -> None:
    """Draw the edges inside one step of a neuron, and those to the next step and the next neuron."""
    place = {kind: _place(kind, neuron, step) for kind in PLACES}
    _edge(axes, place["I"], place["u"], half, VERMILION, "1")
    _edge(axes, place["u"], place["z"], half, GREEN, "$s$")
    followed = step < steps  # nothing comes back to the last state
    _edge(axes, place["u"], place["v"], half, VERMILION if followed else None, "1")
    through_reset = BLUE if attached and followed else None
    _edge(axes, place["z"], place["v"], half, through_reset, r"$-\theta$", dashed=True)
    if followed:
        _edge(axes, place["v"], _place("u", neuron, step + 1), half, VERMILION, r"$\beta$")
    else:
        x, y = place["v"]
        axes.text(x, y - 0.55, "nothing follows", ha="center", va="center", fontsize=8.5, color=GREY)
    x, y = place["z"]
    target = _place("I", "b", step) if neuron == "a" else (x, y + 1.2)
    _edge(axes, place["z"], target, half, VERMILION, "$w_b$" if neuron == "a" else "$g_z$")


def _edge(axes: Axes, start: Pair, end: Pair, half: Pair, color: str | None, factor: str, dashed: bool = False) -> None:
    """Draw a black arrow forward and beside it a coloured one back, labelled by the factor it multiplies with.

    Both end at the boxes around `start` and `end`, whose half width and height is `half`.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx**2 + dy**2) ** 0.5
    inside = min(half[i] / abs(d) for i, d in enumerate((dx, dy)) if d) + 0.04 / length
    aside = (0.13 * dy / length, -0.13 * dx / length)
    first, last = ((start[0] + q * dx, start[1] + q * dy) for q in (inside, 1 - inside))
    _arrow(axes, first, last, (-aside[0] / 2, -aside[1] / 2), "--" if dashed else "-", "black")
    if color is not None:
        _arrow(axes, last, first, aside, "-", color)
        x, y = start[0] + dx / 2 + 2.6 * aside[0], start[1] + dy / 2 + 2.6 * aside[1]
        axes.text(x, y, factor, color=color, fontsize=9, ha="center" if dx else "left", va="center")


def _arrow(axes: Axes, start: Pair, end: Pair, shift: Pair, style: str, color: str) -> None:
    ends = [(x + shift[0], y + shift[1]) for x, y in (start, end)]
    options = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.3}
    axes.add_patch(FancyArrowPatch(*ends, linestyle=style, color=color, zorder=2, **options))


def _surroundings(axes: Axes, steps: int, half: Pair) -> None:
    """Draw the inputs below, the loss above, the names of neurons and steps, and set the limits."""
    top = 2 * HEIGHT
    for step in range(1, steps + 1):
        x, y = _place("I", "a", step)
        _edge(axes, (x, y - 1.2), (x, y), half, VERMILION, "$w_a$")
        axes.text(x, y - 1.2, f"$x[{step}]$", ha="center", va="center", fontsize=9)
        axes.text(x, y - 1.75, f"step {step}", ha="center", va="center", fontsize=9, color=GREY)
    axes.plot([WIDTH - 0.7, WIDTH * steps + 0.7], [top - 0.03] * 2, color="0.85", linewidth=15)
    axes.text(WIDTH * (steps + 1) / 2, top - 0.03, "loss $L$", ha="center", va="center", fontsize=10)
    for neuron in "ab":
        axes.text(WIDTH - 1.5, _place("u", neuron, 1)[1], f"neuron {neuron}", rotation=90, va="center", color=GREY)
    axes.set(xlim=(WIDTH - 1.8, WIDTH * steps + 2.4), ylim=(-2.0, top + 0.3))
    axes.axis("off")


def _legend(axes: Axes, attached: bool) -> None:
    """Name the kinds of arrows below the graph."""
    kinds = [("black", "-", "forward"), (VERMILION, "-", "gradient × factor"), (GREEN, "-", "gradient × slope s")]
    if attached:
        kinds += [("black", "--", "reset"), (BLUE, "-", "gradient through the reset")]
    else:
        kinds += [("black", "--", "reset, detached: no way back")]
    lines = [Line2D([], [], color=color, linestyle=style, label=label) for color, style, label in kinds]
    axes.legend(handles=lines, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=len(kinds))
