"""The computational graph of two LIF neurons in a chain, unrolled over time: what runs forward, what flows back."""

from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from ... import _checks
from ..palette import BLUE, GREEN, PALE_BLUE, PALE_ORANGE, VERMILION
from ..plotting import PHONE, on_phones

GREY = "0.35"

Table = dict[str, list[float | None]]
Pair = tuple[float, float]


class Layout(NamedTuple):
    """Where the nodes of a graph stand, and how far from them all else."""

    width: float  # of one step
    height: float  # of one neuron
    places: dict[str, Pair]  # of the nodes within a step of a neuron
    halves: dict[str, Pair]  # half width and height of their boxes, where edges end
    aside: float = 0.13  # of an arrow back beside its edge
    gradient: float = 0.19  # below the middle of its box
    nothing: float = 0.55  # below the last state: "nothing follows"
    ends: float = 1.2  # below the first and above the last node: the inputs, and the loss
    step: float = 0.55  # below the inputs: the number of the step
    sides: Pair = (1.8, 2.4)  # left of the first step, right of the last one
    narrow: bool = False  # symbol, value and gradient stand one below the other


KINDS = "Iuzv"
IN_LINE = {"I": (0.0, 0.0), "u": (0.0, 1.2), "z": (0.0, 2.6), "v": (1.65, 1.2)}
SYMBOLS = Layout(3.3, 3.9, IN_LINE, dict.fromkeys(KINDS, (0.28, 0.2)))
VALUES = SYMBOLS._replace(halves=dict.fromkeys(KINDS, (0.5, 0.3)))
ZIGZAG = {"I": (0.0, 0.0), "u": (0.0, 0.72), "z": (0.0, 1.82), "v": (0.6, 1.28)}
BOXES = dict.fromkeys(KINDS, (0.19, 0.18)) | {"u": (0.19, 0.25)}
ON_PHONES = Layout(1.2, 2.46, ZIGZAG, BOXES, 0.08, 0.15, 0.36, 0.6, 0.25, (0.46, 0.9), narrow=True)


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
    tables = (values or {}, gradients or {})
    _draw(axes, VALUES if any(tables) else SYMBOLS, steps, attached, *tables)
    _legend(axes, attached)
    if not attached:
        on_phones([axes], _unrolled_on_phones, steps, *tables)
    return axes


def _unrolled_on_phones(steps: int, values: Table, gradients: Table) -> None:
    """Draw the same graph with the state half way between two steps, and the legend below it."""
    figure, axes = plt.subplots(figsize=(PHONE, 7.2))
    _draw(axes, ON_PHONES, steps, False, values, gradients)
    figure.legend(
        handles=_kinds(attached=False), loc="outside lower center", ncols=2, handlelength=1.2, columnspacing=1
    )


def _draw(axes: Axes, layout: Layout, steps: int, attached: bool, values: Table, gradients: Table) -> None:
    for neuron in "ab":
        for step in range(1, steps + 1):
            _edges(axes, layout, neuron, step, steps, attached)
            for kind in KINDS:
                _node(axes, layout, kind, neuron, step, values, gradients)
    _surroundings(axes, layout, steps)


def _place(layout: Layout, kind: str, neuron: str, step: int) -> Pair:
    x, y = layout.places[kind]
    return x + layout.width * step, y + layout.height * "ab".index(neuron)


def _node(axes: Axes, layout: Layout, kind: str, neuron: str, step: int, values: Table, gradients: Table) -> None:
    """Draw one node: its symbol, or its symbol with its value and below it the gradient."""
    (x, y), key = _place(layout, kind, neuron, step), f"{kind}_{neuron}"
    symbol = rf"${kind}_{neuron}[{step}]$"
    shade = PALE_ORANGE if kind == "z" else PALE_BLUE
    box = {"boxstyle": "round,pad=0.3", "facecolor": shade, "edgecolor": "0.5", "linewidth": 0.8}
    digits = 0 if kind == "z" else 2
    between = "\n" if layout.narrow else " = "
    text = f"{symbol}{between}{values[key][step - 1]:.{digits}f}" if key in values else symbol
    text += "\n" if key in gradients else ""
    space = 1.1 if layout.narrow else 1.3
    axes.text(x, y, text, ha="center", va="center", fontsize=8.5, bbox=box, zorder=3, linespacing=space)
    if key in gradients:
        found = gradients[key][step - 1]
        gradient = "?" if found is None else f"{found + 0.0:.3f}"
        style = {"ha": "center", "va": "center", "fontsize": 8.5, "color": VERMILION, "zorder": 4}
        axes.text(x, y - layout.gradient, gradient, **style)


def _edges(axes: Axes, layout: Layout, neuron: str, step: int, steps: int, attached: bool) -> None:
    """Draw the edges inside one step of a neuron, and those to the next step and the next neuron."""
    place = {kind: _place(layout, kind, neuron, step) for kind in KINDS}

    def edge(start: str, end: str, *look, to: Pair | None = None, **options) -> None:
        boxes = [layout.halves[start], layout.halves[end]]
        _edge(axes, layout.aside, [place[start], to or place[end]], boxes, *look, **options)

    edge("I", "u", VERMILION, "1")
    edge("u", "z", GREEN, "$s$")
    followed = step < steps  # nothing comes back to the last state
    edge("u", "v", VERMILION if followed else None, "1")
    edge("z", "v", BLUE if attached and followed else None, r"$-\theta$", dashed=True)
    if followed:
        edge("v", "u", VERMILION, r"$\beta$", to=_place(layout, "u", neuron, step + 1))
    else:
        x, y = place["v"]
        words = "nothing\nfollows" if layout.narrow else "nothing follows"
        axes.text(x, y - layout.nothing, words, ha="center", va="center", fontsize=8.5, color=GREY)
    x, y = place["z"]
    above = _place(layout, "I", "b", step) if neuron == "a" else (x, y + layout.ends)
    edge("z", "I", VERMILION, "$w_b$" if neuron == "a" else "$g_z$", to=above)


def _edge(
    axes: Axes, beside: float, ends: list[Pair], boxes: list[Pair], color: str | None, factor: str, dashed: bool = False
) -> None:
    """Draw a black arrow forward and beside it a coloured one back, labelled by the factor it multiplies with.

    Both end at the boxes around `ends`, whose half widths and heights are `boxes`.
    """
    start, end = ends
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx**2 + dy**2) ** 0.5
    out, to = (min(half[i] / abs(d) for i, d in enumerate((dx, dy)) if d) + 0.04 / length for half in boxes)
    aside = (beside * dy / length, -beside * dx / length)
    first, last = ((start[0] + q * dx, start[1] + q * dy) for q in (out, 1 - to))
    _arrow(axes, first, last, (-aside[0] / 2, -aside[1] / 2), "--" if dashed else "-", "black")
    if color is not None:
        _arrow(axes, last, first, aside, "-", color)
        x, y = start[0] + dx / 2 + 2.6 * aside[0], start[1] + dy / 2 + 2.6 * aside[1]
        axes.text(x, y, factor, color=color, fontsize=9, ha="center" if dx else "left", va="center")


def _arrow(axes: Axes, start: Pair, end: Pair, shift: Pair, style: str, color: str) -> None:
    ends = [(x + shift[0], y + shift[1]) for x, y in (start, end)]
    options = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.3}
    axes.add_patch(FancyArrowPatch(*ends, linestyle=style, color=color, zorder=2, **options))


def _surroundings(axes: Axes, layout: Layout, steps: int) -> None:
    """Draw the inputs below, the loss above, the names of neurons and steps, and set the limits."""
    left, right = layout.width, layout.width * steps
    top = layout.height + layout.places["z"][1] + layout.ends
    for step in range(1, steps + 1):
        x, y = _place(layout, "I", "a", step)
        low, box = y - layout.ends, layout.halves["I"]
        _edge(axes, layout.aside, [(x, low), (x, y)], [box, box], VERMILION, "$w_a$")
        axes.text(x, low, f"$x[{step}]$", ha="center", va="center", fontsize=9)
        axes.text(x, low - layout.step, f"step {step}", ha="center", va="center", fontsize=9, color=GREY)
    name = layout.sides[0] - 0.3 if not layout.narrow else layout.sides[0]
    over = 0.7 if not layout.narrow else 0.3
    axes.plot([left - over, right + over], [top + 0.07] * 2, color="0.85", linewidth=15)
    axes.text((left + right) / 2, top + 0.07, "loss $L$", ha="center", va="center", fontsize=10)
    for neuron in "ab":
        y = _place(layout, "u", neuron, 1)[1]
        axes.text(left - name, y, f"neuron {neuron}", rotation=90, va="center", color=GREY)
    bottom = -layout.ends - layout.step - 0.25
    axes.set(xlim=(left - layout.sides[0], right + layout.sides[1]), ylim=(bottom, top + 0.4))
    axes.axis("off")


def _legend(axes: Axes, attached: bool) -> None:
    """Name the kinds of arrows below the graph."""
    lines = _kinds(attached)
    axes.legend(handles=lines, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=len(lines))


def _kinds(attached: bool) -> list[Line2D]:
    kinds = [("black", "-", "forward"), (VERMILION, "-", "gradient × factor"), (GREEN, "-", "gradient × slope s")]
    if attached:
        kinds += [("black", "--", "reset"), (BLUE, "-", "gradient through the reset")]
    else:
        kinds += [("black", "--", "reset, detached: no way back")]
    return [Line2D([], [], color=color, linestyle=style, label=label) for color, style, label in kinds]
