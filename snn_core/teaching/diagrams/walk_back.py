"""Drawings of a gradient that walks back in time to an input, and of the three factors that it comes to."""

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from ... import _checks
from ...neurons import LIF
from ..arrays import array
from ..explorers.gradient_window import gradient_window
from ..palette import BLACK, BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels


def gradient_walks_back(
    neuron: LIF, *, lag: int, level: float, target: int = 40, title: str | None = None
) -> list[Axes]:
    """Draw an input spike, the membrane, and the downhill gradient g of each step, for a spike that is wanted.

    The input has a weight of 0, and other inputs lift the membrane from rest in the step of the target alone.

    Args:
        neuron: one `LIF`, for steps of 1 ms.
        lag: steps from the input spike to the target, from 0 to `target`.
        level: the membrane at the target, below the threshold.
        target: the step in which a spike is wanted.
        title: what the figure shows.

    Returns:
        The axes of the three lanes, from the top.

    Raises:
        ValueError: for a lag outside its range, or a level that reaches the threshold.
    """
    _checks.whole("lag", lag, 0)
    _checks.require(lag <= target, "lag", lag, f"at most {target}")
    _checks.require(level <= 1, "level", level, "at most 1: no spike at the target")
    time = torch.arange(target + 11)
    lift = torch.zeros(len(time), 1, 1, dtype=neuron.beta.dtype)
    lift[target] = level * neuron.threshold
    axes = panels(3, stacked=True, height=4.0, ratios=(0.5, 1, 1.4))
    axes[0].vlines(target - lag, 0, 1, color=GREEN, linewidth=3)
    axes[0].text(target - lag - 0.6, 0.3, "input spike", ha="right", color=GREEN)
    axes[0].text(target + 0.6, 0.3, "spike wanted", color=GREY)
    axes[0].set(yticks=[], ylim=(0, 1.1))
    axes[1].plot(time, neuron(lift, record=True).membrane.detach().flatten(), color=BLUE)
    axes[1].axhline(neuron.threshold.item(), color=GREY, linestyle="--", linewidth=1)
    _bars(axes[2], time, gradient_window(neuron, target - time, level), target - lag)
    for lane in axes:
        lane.axvline(target, color=GREY, linestyle=":", linewidth=1, zorder=0)
    decorate(axes[0], title=title, y="input")
    decorate(axes[1], y="membrane u", ylim=(0, 1.2))
    decorate(axes[2], x="time (ms)", y="gradient g")
    return axes


def _bars(axes: Axes, time: Tensor, g: Tensor, pre: int) -> None:
    """Draw the gradient of each step, point to that at the input spike, and show which way it walks."""
    height, met = g.max().item(), g[pre].item()
    axes.vlines(time, 0, g, color=VERMILION, linewidth=2.5)
    axes.vlines(pre, 0, met, color=GREEN, linewidth=4)
    arrow = {"arrowstyle": "->", "color": GREEN}
    axes.annotate(f"{met:.2f}", (pre, met), (pre, 0.85 * height), color=GREEN, ha="center", arrowprops=arrow)
    level = 0.35 * height
    axes.annotate("back in time", (3, level), (14, level), va="center", arrowprops={"arrowstyle": "->"})
    axes.set_ylim(0, 1.1 * height)


def product_lanes(factors: dict[str, Tensor], *, dt: float = 1.0, title: str | None = None) -> list[Axes]:
    """Draw several quantities over time, one lane each, and their product in the last lane.

    What is 0 in most steps is drawn as bars, the others as lines.

    Args:
        factors: by name, at least two, each ``[T]`` or with as many values.
        dt: step in ms.
        title: what the figure shows.

    Returns:
        The axes of the lanes, from the top.

    Raises:
        ValueError: for fewer than two factors, other numbers of values, or a step that is not above 0.
    """
    _checks.require(len(factors) > 1, "factors", len(factors), "at least two")
    _checks.number("dt", dt, 0)
    values = {name: array(name, factor).ravel() for name, factor in factors.items()}
    sizes = {len(each) for each in values.values()}
    _checks.require(len(sizes) == 1, "factors", sorted(sizes), "one number of values")
    values["product"] = np.prod(list(values.values()), axis=0)
    time = np.arange(len(values["product"])) * dt
    colours = [(GREEN, BLUE, VERMILION)[place % 3] for place in range(len(factors))] + [BLACK]
    axes = panels(len(values), stacked=True, height=0.6 + 1.0 * len(values))
    for lane, (name, each), color in zip(axes, values.items(), colours, strict=True):
        if (each == 0).mean() > 0.5:
            lane.vlines(time, 0, each, color=color)
        else:
            lane.plot(time, each, color=color)
        lane.axhline(0, color=GREY, linewidth=0.5)
        decorate(lane, y=name)
    decorate(axes[0], title=title)
    decorate(axes[-1], x="time (ms)")
    return axes
