"""Drawings of spike times: a membrane up to its crossing, and the triangle that says how the crossing moves."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ... import _checks
from ...spike_times import Dynamics, membrane_at, membrane_slope, spike_time
from ..palette import BLACK, BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels

UNTIL = 40.0  # ms


def crossing(
    times: Tensor,
    weights: Tensor,
    neuron: Dynamics,
    axes: Axes | None = None,
    *,
    color: str = BLUE,
    label: str | None = None,
    until: float = UNTIL,
) -> Axes:
    """Draw what input spikes make of a membrane, as if it had no reset, and a dot at its first spike.

    Args:
        times: of the input spikes in ms, ``[N]``.
        weights: ``[N]``.
        neuron: its constants.
        axes: where to draw; new axes if None.
        color: any matplotlib colour.
        label: entry of the legend.
        until: the end of the drawing in ms.

    Raises:
        ValueError: for times and weights that do not fit.
    """
    spike = spike_time(times, weights, neuron).item()
    axes = panels() if axes is None else axes
    moments = torch.linspace(0, until, 1001, dtype=times.dtype)
    axes.plot(moments, membrane_at(moments, times, weights, neuron), color=color, label=label)
    if spike < until:
        axes.plot(spike, neuron.threshold, "o", color=color, zorder=3)
    if not axes.collections:  # the first of several membranes
        axes.axhline(neuron.threshold, color=GREY, linestyle="--", linewidth=1.2)
        axes.vlines(times, -0.18, -0.04, color=GREEN, linewidth=2)
        decorate(axes, x="time (ms)", y="membrane u")
    return axes


def crossing_triangle(times: Tensor, weights: Tensor, neuron: Dynamics, moved: Tensor) -> list[Axes]:
    """Draw a membrane before and after a change of its weights, whole, and close up with rise, run and tangent.

    Args:
        times, weights, neuron: those of `crossing`; the neuron spikes.
        moved: the weights after the change, ``[N]``.

    Returns:
        The two axes.

    Raises:
        ValueError: for a neuron that does not spike.
    """
    spike = spike_time(times, weights, neuron)
    _checks.require(bool(spike.isfinite()), "weights", "no spike", "weights with which the neuron spikes")
    axes = panels(2, width=9.0, ratios=(3, 2))
    for each in axes:
        crossing(times, weights, neuron, each)
        crossing(times, moved, neuron, each, color=VERMILION)
    rise = membrane_at(spike, times, moved - weights, neuron).item()
    run = -rise / membrane_slope(spike, times, weights, neuron).item()
    at, top = spike.item(), neuron.threshold
    close = axes[1]
    close.plot([at, at, at + run, at], [top, top + rise, top, top], color=BLACK, linewidth=1.2, zorder=2)
    paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
    close.text(at + 0.07 * abs(run), top + rise / 2, f"rise {rise:.2f}", va="center", fontsize=9, bbox=paper)
    close.text(
        at + run / 2,
        top - 0.15 * rise,
        f"run {run:.2f} ms".replace("-", "−"),
        ha="center",
        va="top",
        fontsize=9,
        bbox=paper,
    )
    width = 1.6 * abs(run)
    decorate(close, xlim=(at - width, at + width), ylim=(top - 1.8 * abs(rise), top + 1.8 * abs(rise)), y="")
    return axes
