"""Drawings of delays: signals, spikes that wait and meet, what is left of the past, and swaps of a memory."""

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from ...layers import Delays
from ...neurons import LIF
from ..palette import BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels
from ..records import Record


def signals_apart(groups: list[Tensor], clean: Tensor) -> list[Axes]:
    """Draw groups of signals side by side, the signals of each one above the other, and one without noise on top.

    Args:
        groups: each ``[B, T]``, of variance 1; a step is 1 ms.
        clean: the drawing behind the first group, ``[points]``.

    Returns:
        One pair of axes for each group.
    """
    axes = panels(len(groups), share=True, height=4.2)
    for axis, signals in zip(axes, groups, strict=True):
        lanes = 5 * np.arange(len(signals))
        axis.plot(signals.numpy().T + lanes, color=BLUE)
        axis.set_yticks(lanes, lanes // 5 + 1)
    top = 5 * len(signals)
    axes[0].plot(range(len(clean)), top + 6 * clean.numpy(), color=GREY)
    axes[0].text(len(clean) + 1, top + 1, "without noise", color=GREY, va="center")
    return axes


def waiting_spikes(spikes: Tensor, delays: Delays, neuron: LIF, weight: float) -> list[Axes]:
    """Draw spikes that wait on their axons, and the membrane of the neuron that hears them.

    Args:
        spikes: ``[T, 1, N]``, which leave at their steps; a step is 1 ms.
        delays: of the N axons, in evaluation.
        neuron: hears all of them.
        weight: of each.

    Returns:
        The two axes.
    """
    arrived = delays(spikes)
    done = neuron(weight * arrived.sum(2, keepdim=True), record=True)
    axes = panels(2, stacked=True, height=3.6)
    for axon, late in enumerate(delays.whole.tolist()):
        left = np.flatnonzero(spikes[:, 0, axon])
        axes[0].hlines([axon] * len(left), left, left + late, color=GREY, linewidth=1.8)
        axes[0].plot(left, [axon] * len(left), "o", color=GREEN, label=None if axon else "leaves")
        arrives = np.flatnonzero(arrived[:, 0, axon])
        ticks = {"color": BLUE, "markersize": 14, "markeredgewidth": 2}
        axes[0].plot(arrives, [axon] * len(arrives), "|", label=None if axon else "arrives", **ticks)
    axes[0].set(yticks=range(spikes.shape[2]), ylim=(-0.6, spikes.shape[2] - 0.4))
    axes[1].set_xticks(range(0, len(spikes) + 1, 5))
    axes[1].plot(done.membrane.flatten(), ".-", color=BLUE)
    axes[1].axhline(1, color=GREY, linestyle="--", linewidth=1.2)
    for step in np.flatnonzero(done.spikes.flatten()):
        axes[1].axvline(step, color=VERMILION, linewidth=1.5)
    decorate(axes[0], y="axon")
    decorate(axes[1], x="time (ms)", y="membrane u", ylim=(0, 2))
    return axes


def probed_past(record: Record, kind: str, axes: Axes, *, title: str) -> Axes:
    """Draw how much of earlier samples a probe explains, each line the mean of the seeds.

    Args:
        record: of `memory_and_delays`.
        kind: of a network that was looked into.
        axes: where to draw.
        title: what the figure shows.
    """
    colors = {"signal": GREY, "neurons": BLUE, "neurons and delays": VERMILION}
    for name, color in colors.items():
        runs = [run["probed"][name] for run in record.results[kind]]
        if name != "neurons and delays" or "delays" in kind:
            axes.plot(np.mean(runs, 0), ".-", color=color, label=LABELS[name])
    axes.set_xticks(range(0, len(runs[0]), 5))
    _side_by_side(axes, title, x="samples ago", y="share explained")
    axes.set_ylim(-0.05, 1.05)
    axes.legend(loc=(0.2, 0.1))
    return axes


LABELS = {"signal": "the last sample", "neurons": "the neurons", "neurons and delays": "and the delays"}


def swapped_parts(record: Record, kind: str, axes: Axes, *, title: str) -> Axes:
    """Draw the answers by the own digit after parts of the memory were swapped, a line a part.

    Args:
        record, kind, axes, title: as for `probed_past`.
    """
    colors = {"neurons": BLUE, "delays": VERMILION, "readout": GREEN}
    moments = record.settings["swaps"]
    for part, color in colors.items():
        if part == "delays" and "delays" not in kind:
            continue
        for number, run in enumerate(record.results[kind]):
            own = np.array(run["swapped"][part])[:, 0]
            axes.plot(moments, own, color=color, linewidth=1.2, label=None if number else part)
    _side_by_side(axes, title, x="swapped after (ms)", y="own digit (%)")
    axes.set_ylim(0, 103)
    return axes


def _side_by_side(axes: Axes, title: str, x: str, y: str) -> None:
    """Give axes their texts; what is up is said once, at the left."""
    decorate(axes, title=title, x=x, y=y if axes.get_subplotspec().is_first_col() else None)
