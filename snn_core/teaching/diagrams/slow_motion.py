"""One LIF neuron, step by step: where the membrane lands, and where it goes on from."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ...neurons import lif_step
from ..palette import BLUE, GREEN, GREY, VERMILION
from ..plotting import PHONE, decorate, on_phones, panels

LANDS = "u, where the input lifts it"
GOES_ON = "v, where it goes on from"

Step = tuple[float, float, float, float]  # v[t-1], beta * v[t-1], u[t], v[t]


def slow_motion(
    current: Tensor,
    beta: float,
    *,
    reset: str = "soft",
    first: int = 1,
    explain: int | None = None,
    axes: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw every step of a neuron: the decay, the input, an open dot at u[t], the reset, a filled dot at v[t].

    Args:
        current: ``[T, 1, 1]`` or ``[T]``, what each step adds to the membrane.
        beta: decay per step in [0, 1].
        reset: "soft" or "hard".
        first: number of the first step, 1 or 0.
        explain: the number of the step beside which integrate, compare, emit and reset are written, with a legend;
            None for none.
        axes: where to draw; new axes if None.
        title: what the figure shows.

    Returns:
        The axes.

    Raises:
        ValueError: for another reset.
    """
    axes = axes or panels(height=3.6)
    steps = _steps(current.flatten(), beta, reset)
    for step, (before, decayed, u, after) in enumerate(steps, first):
        axes.plot([step - 0.85, step - 0.15], [before, decayed], color=GREY, linewidth=1.2, zorder=1)
        _arrow(axes, (step - 0.15, decayed), (step - 0.15, u), GREEN)
        axes.plot([step - 0.15, step + 0.15], [u, u], color=VERMILION if after < u else GREY, linewidth=1.2, zorder=1)
        if after < u:
            _arrow(axes, (step + 0.15, u), (step + 0.15, after), VERMILION)
    numbers = range(first, first + len(steps))
    _dots(axes, [step - 0.15 for step in numbers], [u for _, _, u, _ in steps], "white", LANDS)
    _dots(axes, [step + 0.15 for step in numbers], [v for *_, v in steps], BLUE, GOES_ON)
    axes.axhline(1, color=GREY, linestyle="--", linewidth=1)
    axes.set_xticks([*numbers] if len(steps) < 8 else [*numbers][first::2])
    top = 1.1 * max(u for _, _, u, _ in steps)
    decorate(axes, title=title, x="step t", y="membrane", xlim=(first - 1, numbers[-1] + 0.5), ylim=(-0.08, top))
    axes.get_legend().remove()
    if explain is not None:
        _explain(axes, explain, steps[explain - first])
        axes.set_ylim(-0.08, 1.25 * top)
        axes.legend(loc="upper left", ncols=2)
        on_phones([axes], _slow_motion_on_phones, current, beta, reset=reset, first=first, explain=explain)
    return axes


def _slow_motion_on_phones(*arguments, explain: int, **options) -> None:
    """Draw the same steps with the longest explanation in two lines, and the legend below them."""
    axes = slow_motion(*arguments, axes=panels(width=PHONE, height=4.2), **options)
    current, beta = arguments
    _explain(axes, explain, _steps(current.flatten(), beta, options["reset"])[explain - options["first"]], narrow=True)
    axes.set_ylim(-0.08, 1.2 * axes.get_ylim()[1])
    axes.figure.legend(loc="outside lower center")


def _steps(current: Tensor, beta: float, reset: str) -> list[Step]:
    found = []
    state = torch.zeros(())
    for value in current:
        before = state
        _, u, state = lif_step(value, before, beta=beta, reset=reset)
        found.append((before.item(), beta * before.item(), u.item(), state.item()))
    return found


def _dots(axes: Axes, x: list[float], y: list[float], face: str, label: str) -> None:
    axes.plot(x, y, "o", color=BLUE, markerfacecolor=face, markersize=7, zorder=3, label=label)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
    shape = {"arrowstyle": "-|>", "color": color, "shrinkA": 0, "shrinkB": 4, "linewidth": 1.6}
    axes.annotate("", end, start, arrowprops=shape)


def _explain(axes: Axes, step: int, values: Step, narrow: bool = False) -> None:
    """Write the four small steps beside one step, the second in two lines where it is narrow."""
    _, decayed, u, after = values
    words = [
        (step - 0.22, (decayed + 2 * u) / 3, "1 integrate", GREEN, "right"),
        (step - 0.22, 1.02, "2 compare:\nabove 1?" if narrow else "2 compare: above 1?", GREY, "right"),
        (step, u + (0.13 if narrow else 0.07), "3 emit a spike", VERMILION, "center"),
        (step + 0.22, u - 0.1 if narrow else (u + after) / 2, "4 reset", VERMILION, "left"),
    ]
    for x, y, text, color, side in words:
        axes.text(x, y, text, color=color, ha=side, va="center" if y != 1.02 else "bottom", fontweight="bold")
