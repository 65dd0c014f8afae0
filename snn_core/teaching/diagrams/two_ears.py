"""Drawings of two ears: one trial with two detectors, a row of them, and what networks with delays have learnt."""

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from ... import _checks
from ...layers import Delays
from ...neurons import LIF
from ...tasks import TwoEars
from ..palette import BLACK, BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels, raster, traces
from ..records import Record
from ..studies.two_ears import TAU_MEM, matched_weight

LEARNT = "jitter "  # how the arms of networks with learnt delays are called, before the jitter in ms


def two_detectors(task: TwoEars, spikes: Tensor, waits: tuple[float, float], *, shown: float = 10.0) -> list[Axes]:
    """Draw the spikes of both ears, and the membranes of two detectors that let the right ear's wait.

    Args:
        task: which the spikes are of.
        spikes: ``[T, 1, 2F]``.
        waits: how long the right ear's spikes wait for the left ear's, in ms, on the way to either detector.
        shown: how much of the trial, in ms.

    Returns:
        The axes, from top to bottom: spikes, first detector, second detector.

    Raises:
        ValueError: for spikes of another shape, or a wait that is negative or longer than 2 ms.
    """
    _checks.spikes("spikes", spikes)
    _checks.shape("spikes", spikes, [task.steps, 1, 2 * task.fibres])
    steps = round(shown / task.dt)
    axes = panels(3, stacked=True, width=9.0, height=4.2, ratios=(1.3, 1, 1))
    for ear, color in enumerate((BLUE, GREEN)):
        train = torch.zeros(steps, 2 * task.fibres)
        here = slice(ear * task.fibres, (ear + 1) * task.fibres)
        train[:, here] = spikes[:steps, 0, here]
        raster(train, axes[0], dt=task.dt, size=9.0, color=color)
    for axis, wait in zip(axes[1:], waits, strict=True):
        fired, membrane = _detect(task, spikes, wait)
        traces(membrane[:steps], axis, spikes=fired[:steps], threshold=1.0, dt=task.dt)
        decorate(axis, title=f"right waits {wait:.2f} ms: {int(fired.sum())} spikes", y="u")
    decorate(axes[0], title="left ear below, right above", y="fibre")
    for axis in axes:
        axis.set_xlabel("time (ms)" if axis is axes[-1] else "")
    return axes


def _detect(task: TwoEars, spikes: Tensor, wait: float) -> tuple[Tensor, Tensor]:
    """Return spikes and membrane ``[T]`` of a detector, for one trial."""
    delay = torch.zeros(2 * task.fibres)
    _checks.number("waits", wait, 0, 2, open_low=False)
    delay[task.fibres :] = wait
    heard = Delays(len(delay), 2.0, delay=delay, dt=task.dt, learn=False).eval()(spikes)
    current = matched_weight(task) * heard.sum(2, keepdim=True)
    fired, membrane, _ = LIF(tau_mem=TAU_MEM, dt=task.dt)(current, record=True)
    return fired.flatten(), membrane.flatten()


def jeffress_row(task: TwoEars, direction: float, *, detectors: int = 14, longest: float = 1.0) -> list[Axes]:
    """Draw three moments of a row of detectors, towards which the spikes of both ears run; in the last they meet.

    The axon of the left ear runs along the row from the left, that of the right ear from the right.

    Args:
        task: which says by how much the ears differ.
        direction: of the source, in degrees in [-90, 90].
        detectors: in the row.
        longest: how long a spike takes from end to end, in ms; longer than the ears can differ.

    Returns:
        The axes, one for each moment.

    Raises:
        ValueError: for a direction or a time outside its range.
    """
    _checks.number("direction", direction, -90, 90, open_low=False)
    _checks.number("longest", longest, task.farthest)
    late = task.difference(torch.tensor([direction])).item()
    starts = np.array([max(late, 0.0), max(-late, 0.0)])  # left ear, right ear
    meet = (longest + starts.sum()) / 2
    moments = {"at first": starts.max() / 2, "under way": (starts.max() + meet) / 2, "they meet": meet}
    axes = panels(3, stacked=True, height=4.4)
    for axis, (name, moment) in zip(axes, moments.items(), strict=True):
        gone = np.maximum(moment - starts, 0)
        _draw_row(axis, gone, np.linspace(0, longest, detectors), meets=moment == meet)
        decorate(axis, title=f"{moment:.2f} ms: {name}", ylim=(-1.6, 1.6))
        axis.set_yticks([1, 0, -1], ["left ear", "detectors", "right ear"])
    decorate(axes[-1], x="place in the row (ms from its left end)")
    return axes


def _draw_row(axis: Axes, gone: np.ndarray, places: np.ndarray, *, meets: bool) -> None:
    """Draw detectors between two axons, and how far the spikes of the left and the right ear have gone, in ms."""
    ends = (places[0], places[-1])
    axis.vlines(places, -1, 1, color=GREY, linewidth=0.8, zorder=0)
    for level, start, way, far, color in ((1, ends[0], 1, gone[0], BLUE), (-1, ends[1], -1, gone[1], GREEN)):
        axis.hlines(level, *ends, color=GREY, linewidth=1.6)
        if far > 0:
            axis.plot([start, start + way * far], [level, level], color=color, linewidth=3)
            axis.plot(start + way * far, level, "|", color=color, markersize=16, markeredgewidth=3)
    nearest = np.abs(places - gone[0]).argmin() if meets else -1
    colors = [VERMILION if place == nearest else "white" for place in range(len(places))]
    axis.scatter(places, np.zeros_like(places), s=110, c=colors, edgecolors=BLACK, zorder=2)


def jitters(record: Record) -> list[float]:
    """Return the jitters, in ms, with which networks with learnt delays were trained."""
    return [float(arm.removeprefix(LEARNT)) for arm in record.settings["arms"] if arm.startswith(LEARNT)]


def errors_measured(record: Record, whose: str) -> np.ndarray:
    """Return the errors in degrees ``[jitter, seed]`` of the "network", of the "likeliest" answer, or the "limit"."""
    runs = [record.results[f"{LEARNT}{jitter:g}"] for jitter in jitters(record)]
    return np.array([[run["errors"][whose] for run in each] for each in runs])


def learnt_delays(record: Record, arm: str = "jitter 0.1") -> list[Axes]:
    """Draw what the detectors prefer against what their delays make up for, and the errors against the jitter.

    Args:
        record: of `two_ears`.
        arm: whose detectors; those that hardly ever fire are left out.

    Returns:
        Two axes.
    """
    axes = panels(2)
    for run, color in zip(record.results[arm], (BLUE, VERMILION, GREEN), strict=False):
        awake = np.array(run["awake"])
        made_up_for, preferred = (np.array(run[name])[awake] for name in ("made up for", "preferred"))
        axes[0].plot(made_up_for, preferred, "o", color=color, label=f"seed {run['seed']}", alpha=0.8)
    axes[0].axline((0, 0), slope=1, color=GREY, linestyle="--")
    decorate(axes[0], x="right delays − left delays (ms)", y="fires most for (ms)", title="Delays make up for the ears")
    where = jitters(record)
    for whose, color in (("network", BLUE), ("likeliest", VERMILION)):
        found = errors_measured(record, whose)
        axes[1].plot(where, found, "o", color=color, label=[whose] + [None] * (found.shape[1] - 1))
    axes[1].plot(where, errors_measured(record, "limit").mean(1), color=BLACK, linestyle="--", label="limit")
    ticks = [0.5, 1, 2, 4]
    axes[1].set(xscale="log", yscale="log")
    axes[1].set_xticks(where, [f"{jitter:g}" for jitter in where])
    axes[1].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes[1].minorticks_off()
    decorate(axes[1], x="jitter (ms)", y="error (degrees)", title="How near the limit")
    return axes
