"""Drawings of losses: the output that each one wants, and how far apart it finds two spikes."""

import numpy as np
import torch
from matplotlib.axes import Axes

from ... import _checks
from ...losses import van_rossum
from ..palette import BLUE, GREY, PALE, VERMILION
from ..plotting import decorate, panels
from ..studies.codes_and_losses import FAMILIES, NAMES

STEPS = 16
SHOWN = FAMILIES | {
    "one of each": ("count_cross_entropy", "stepwise_membrane_cross_entropy", "first_spike_cross_entropy")
}


def wanted_outputs(family: str) -> list[Axes]:
    """Draw the output that each loss of a family wants of the right class and of another one.

    Args:
        family: "counts", "membranes", "first spikes", or "one of each".

    Returns:
        One axes per loss, in the order of `SHOWN`.
    """
    _checks.choice("family", family, SHOWN)
    losses = SHOWN[family]
    axes = panels(len(losses), width=9.0, height=1.9, share=family in FAMILIES)
    for axis, loss in zip(axes, losses, strict=True):
        draw = _membranes if loss in FAMILIES["membranes"] else _spikes
        draw(axis, loss)
        axis.grid(visible=False)
        axis.set_xticks([0, 8, 16])
        decorate(axis, title=NAMES[loss], x="step", xlim=(-0.7, STEPS))
    return axes


def _spikes(axis: Axes, loss: str) -> None:
    """Draw spikes of the right class in the upper lane and of another one in the lower."""
    each = np.arange(STEPS)
    wanted = {
        "count_cross_entropy": (each[1::2], each[2::6]),
        "count_mse": (each[~np.isin(each, (5, 9, 13))], [5, 13]),
        "first_spike_cross_entropy": ([4, 10], [9]),
        "first_spike_mse": ([0, 7], []),
        "relative_first_spike_mse": ([5, 12], [8.2, 14]),
    }
    rows = wanted.get(loss)
    if rows is None:  # a population: five neurons for each class
        rng = np.random.default_rng(3)
        rows = [[each[rng.random(STEPS) < p] for _ in range(5)] for p in (0.35, 0.12)]
        for bottom, trains, colour in ((1.15, rows[0], VERMILION), (0, rows[1], GREY)):
            for n, train in enumerate(trains):
                axis.vlines(train, bottom + 0.17 * n, bottom + 0.17 * n + 0.13, color=colour)
    else:
        for bottom, train, colour in ((1.15, rows[0], VERMILION), (0, rows[1], GREY)):
            axis.axhline(bottom, color=PALE, linewidth=0.8)
            axis.vlines(train, bottom, bottom + 0.75, color=colour, linewidth=2)
            if loss in FAMILIES["first spikes"] and len(train):
                axis.text(train[0] + 0.4, bottom + 0.3, f"{train[0]:g}", va="center", color=colour, fontsize=9)
    if loss == "relative_first_spike_mse":
        arrow = {"arrowstyle": "<->", "shrinkA": 0, "shrinkB": 0}
        axis.annotate("", (8.2, 1), (5, 1), arrowprops=arrow)
        axis.text(8.8, 1, "margin", va="center", fontsize=9)
    if loss == "first_spike_mse":
        axis.text(8, 0.35, "never", ha="center", va="center", color=GREY, fontsize=9)
    axis.set_yticks([0.35, 1.5], ["another", "right"])
    axis.set_ylim(-0.1, 2.05)


def _membranes(axis: Axes, loss: str) -> None:
    """Draw the membrane of the right class, and in grey that of another one."""
    time = np.arange(STEPS)
    bump = np.exp(-((time - 10) ** 2) / 6)
    right, other = {
        "max_membrane_cross_entropy": (1.3 * bump, 0.6 - 0.4 * bump),
        "summed_membrane_cross_entropy": (0.9 - 0.8 * bump, 0.3 + 0.1 * bump),
        "stepwise_membrane_cross_entropy": (0.8 + 0 * bump, 0.25 + 0.2 * bump),
        "membrane_mse": (1 + 0 * bump, 0 * bump),
    }[loss]
    axis.plot(time, right, color=BLUE)
    axis.plot(time, other, color=GREY)
    if loss == "max_membrane_cross_entropy":
        axis.plot([10, 0], [right[10], other[0]], "o", color=GREY, markersize=5)
        axis.plot([10], [right[10]], "o", color=BLUE, markersize=6)
    elif loss == "summed_membrane_cross_entropy":
        axis.fill_between(time, other, right, where=right > other, color=BLUE, alpha=0.2)
        axis.fill_between(time, other, right, where=right < other, color=GREY, alpha=0.3)
    elif loss == "stepwise_membrane_cross_entropy":
        axis.vlines(time, other, right, color=BLUE, alpha=0.7)
        axis.text(0, 0.87, "right", color=BLUE, fontsize=9)
        axis.text(0, 0.18, "another", va="top", color=GREY, fontsize=9)
    else:
        axis.text(0, 0.85, "target 1", va="top", color=BLUE, fontsize=9)
        axis.text(0, 0.08, "target 0", color=GREY, fontsize=9)
    axis.set_yticks([0, 1])
    axis.set_ylim(-0.15, 1.5)


def distance_of_two_spikes(taus: tuple[float, ...]) -> Axes:
    """Draw the distance of two spikes against their lag, step by step and by their traces.

    Drawn are shares of the distance of a spike from none: above 1, silence is nearer.

    Args:
        taus: time constants of the traces of the van Rossum distance, in ms.
    """
    lags = np.arange(41)
    wanted, silent = torch.zeros(2, 100 + 40 * int(max(taus)), 1, 1, dtype=torch.float64)
    wanted[0] = 1
    axis = panels()
    axis.plot(lags, 2 * (lags > 0), "--", color=GREY, label="step by step")
    for tau in taus:
        none = van_rossum(silent, wanted, tau=tau)
        late = [van_rossum(wanted.roll(lag, 0), wanted, tau=tau) / none for lag in lags.tolist()]
        axis.plot(lags, late, label=f"τ = {tau:g} ms")
    axis.axhline(1, color=GREY, linewidth=1)
    axis.text(lags[-1], 0.97, "no spike at all", ha="right", va="top", color=GREY, fontsize=9)
    decorate(axis, title="Step by step, near is as wrong as far", x="lag (ms)", y="distance / that of no spike")
    axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    return axis
