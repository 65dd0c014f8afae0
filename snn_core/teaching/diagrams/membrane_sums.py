"""Drawings of neurons between events: the sums that make a membrane, and neighbours that push each other down."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from torch import Tensor, nn

from ...membrane_signals import MembraneLayer, run_events
from ..palette import BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels

Course = tuple[np.ndarray, np.ndarray]  # times, and values ``[times, neurons]``


def membrane_sums(layer: MembraneLayer, times: Tensor, sources: Tensor, neuron: int = 0) -> list[Axes]:
    """Draw what came into a neuron, what went out, what the others took, and the membrane, all on one scale.

    Args:
        layer: its neurons run event by event.
        times: of input events in ms ``[events]``.
        sources: from which input each comes ``[events]``.
        neuron: which one is drawn.

    Returns:
        The axes of spikes and sums.
    """
    threshold = layer.threshold[neuron].item()
    sent = run_events(nn.Sequential(layer), times, sources)
    fired = [moment.time for moment in sent if moment.spikes[neuron]]
    came = layer.weight.detach().double()[neuron]
    parts = {"came in": (lambda m: came @ m.x, GREEN), "went out": (lambda m: threshold * m.a[neuron], VERMILION)}
    if layer.inhibition:
        others = -layer.inhibition * threshold
        parts["taken by the other"] = (lambda m: others * (m.a.sum() - m.a[neuron]), GREY)
    parts["V, after its spike"] = (lambda m: m.membrane[neuron], BLUE)
    top, bottom = panels(2, stacked=True, height=3.4, ratios=(0.35, 2))
    _trains(top, times, fired)
    for name, (of, color) in parts.items():
        bottom.plot(*_decaying(layer, sent, of), color=color, label=name)
    bottom.axhline(threshold, color=GREY, linestyle="--", linewidth=1.2)
    decorate(bottom, x="time (ms)", y="sums")
    return [top, bottom]


def _trains(axis: Axes, times: Tensor, fired: list[float]) -> None:
    """Draw input spikes upwards and output spikes downwards."""
    axis.vlines(times, 0.05, 1, color=GREEN)
    axis.vlines(fired, -1, -0.05, color=VERMILION)
    axis.set_yticks([0.5, -0.5], ["in", "out"])


def _decaying(layer: MembraneLayer, moments: list, of) -> Course:
    """Return times and values of a quantity that jumps at the moments and decays between them."""
    ends = [moment.time for moment in moments[1:]] + [moments[-1].time]
    times, values = [], []
    for moment, end in zip(moments, ends, strict=True):
        between = np.linspace(moment.time, end, 12)
        times.append(between)
        values.append(float(of(moment)) * np.exp((moment.time - between) / layer.tau_mem))
    return np.concatenate(times), np.concatenate(values)


def neighbours(layers: dict[str, MembraneLayer], times: Tensor, sources: Tensor) -> list[Axes]:
    """Draw the membranes of two neurons, one column for each layer, and above each the spikes that it sends.

    Args:
        layers: of two neurons each, by the names of their columns; all hear the same events. A title counts the spikes.
        times: of input events in ms ``[events]``.
        sources: from which input each comes ``[events]``.

    Returns:
        The axes, row by row.
    """
    _, grid = plt.subplots(2, len(layers), figsize=(8.5, 3.2), sharex=True, sharey=True, squeeze=False)
    for column, (title, layer) in zip(grid.T, layers.items(), strict=True):
        sent = run_events(nn.Sequential(layer), times, sources)
        for neuron, axis in enumerate(column):
            fired = [moment.time for moment in sent if moment.spikes[neuron]]
            axis.plot(*_decaying(layer, sent, lambda m, neuron=neuron: m.membrane[neuron]), color=BLUE)
            axis.axhline(layer.threshold[neuron].item(), color=GREY, linestyle="--", linewidth=1.2)
            marks = {"markersize": 9, "markeredgewidth": 1.6, "color": VERMILION, "clip_on": False}
            axis.plot(fired, np.full(len(fired), 0.94), "|", transform=axis.get_xaxis_transform(), **marks)
            axis.margins(y=0.15)
        counts = [f"{sum(moment.spikes[neuron] for moment in sent):.0f}" for neuron in (0, 1)]
        decorate(column[0], title=f"{title}: {' and '.join(counts)} spikes")
        decorate(column[1], x="time (ms)")
    for neuron, axis in enumerate(grid[:, 0], start=1):
        decorate(axis, y=f"V of neuron {neuron}")
    return list(grid.flat)
