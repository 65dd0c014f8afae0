"""Drawings of gradients that are computed forward in time (page 13)."""

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from ...neurons import LIF
from ...online import OnlineLIF
from ...tasks import DelayedRecall
from ..explorers import ThresholdMemory, cue_eligibility
from ..palette import BLUE, GREEN, GREY, PALE, VERMILION
from ..plotting import decorate, heat_table, panels, raster
from ..records import Record

GROUPS = ("hear A", "hear B", "hear recall")


def gradient_so_far(train: Tensor, wanted: Tensor, weight: float) -> list[Axes]:
    """Draw what one weight did to one LIF neuron so far, and the gradient of the loss so far, forward and backward.

    The loss is ``(spike - wanted)² / 2``, summed over the steps. A dot is one run of backpropagation from its step to
    the start.

    Args:
        train: input spikes ``[T, 1, 1]``.
        wanted: spikes that are wanted, ``[T, 1, 1]``.
        weight: between input and neuron.

    Returns:
        The axes of input, sent and wanted spikes, of the influence, and of the gradient.
    """
    influence, forward = _forward(train, wanted, weight)
    time = np.arange(1, len(train) + 1)
    axes = panels(3, stacked=True, height=4.8, ratios=(1.2, 1.3, 1.7))
    sent = LIF()(_layer(weight)(train)).detach()
    rows = (2, train, GREEN), (1, sent, VERMILION), (0, wanted, GREY)
    for row, spikes, color in rows:
        at = time[spikes.flatten().numpy() > 0]
        axes[0].vlines(at, row + 0.1, row + 0.8, color=color, linewidth=2)
    axes[0].set_yticks([0.45, 1.45, 2.45], ["wanted", "sent", "input"])
    axes[1].plot(time, influence, ".-", color=BLUE)
    axes[2].axhline(0, color=GREY, linewidth=0.8)
    axes[2].plot(time, forward, color=BLUE, label="forward: one run of T steps")
    axes[2].plot(
        time, _backward(train, wanted, weight), "o", color=VERMILION, markersize=4, label="backward: one run each"
    )
    decorate(axes[0], ylim=(0, 3))
    decorate(axes[1], y="influence")
    decorate(axes[2], x="step t", y="gradient so far")
    return axes


def _forward(train: Tensor, wanted: Tensor, weight: float) -> tuple[np.ndarray, np.ndarray]:
    learner = OnlineLIF(_layer(weight), LIF())
    learner.start(train[0])
    found = []
    for now, goal in zip(train, wanted, strict=True):
        learner.learn(learner.step(now) - goal)
        found.append((learner.trace.item(), learner.linear.weight.grad.item()))
    influence, gradient = np.array(found).T
    return influence, gradient


def _backward(train: Tensor, wanted: Tensor, weight: float) -> list[float]:
    layer = _layer(weight)
    losses = ((LIF()(layer(train)) - wanted) ** 2 / 2).flatten().cumsum(0)
    return [torch.autograd.grad(loss, layer.weight, retain_graph=True)[0].item() for loss in losses]


def _layer(weight: float) -> nn.Linear:
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, weight)
    return layer


def influence_tables(tables: dict[str, Tensor]) -> list[Axes]:
    """Draw the influence of every input weight on every neuron as numbers, in one scale of colours; 0 is left empty.

    Args:
        tables: by title, ``[M, M · M]`` for M neurons with M inputs.

    Returns:
        One pair of axes for each table, from the top.
    """
    axes = panels(len(tables), stacked=True, width=9.5, height=2.3 * len(tables))
    largest = max(table.abs().max().item() for table in tables.values())
    for axis, (title, table) in zip(axes, tables.items(), strict=True):
        neurons = len(table)
        names = [f"{q}→{p}" for p in range(neurons) for q in range(neurons)]
        heat_table(torch.where(table == 0, torch.nan, table), range(neurons), names, axis, largest=largest)
        decorate(axis, title=title, y="on neuron")
    decorate(axes[-1], x="of the weight from input → to neuron")
    return axes


def recall_trial(network: nn.Sequential, trials: dict[str, Tensor], dt: float = 5.0) -> list[Axes]:
    """Draw trials of a `recall_network`: spikes of its three groups of neurons, and the thresholds in the first.

    Cue and recall signal are shaded.

    Args:
        network: from `snn_core.teaching.studies.recall`.
        trials: inputs ``[T, 1, N]`` by the name of their panel.
        dt: step in ms.

    Returns:
        The axes of the spikes of each trial, and of the mean thresholds.
    """
    found = [spikes_and_thresholds(network, inputs) for inputs in trials.values()]
    count = len(trials)
    *upper, lower = panels(count + 1, stacked=True, height=1.5 + 2.1 * count, ratios=(*[1.4] * count, 1))
    for axis, name, (spikes, _) in zip(upper, trials, found, strict=True):
        raster(spikes, axis, dt=dt, size=4, color=VERMILION)
        axis.set_yticks([5.5, 17.5, 29.5], GROUPS)
        for edge in (11.5, 23.5):
            axis.axhline(edge, color=GREY, linewidth=0.6)
        decorate(axis, title=name, x="", y="")
    task = DelayedRecall(dt=dt)
    for axis in (*upper, lower):
        for start, stop in ((0.0, 50.0), (dt * task.answer.start, dt * task.answer.stop)):
            axis.axvspan(start, stop, color=PALE, alpha=0.4, zorder=0, linewidth=0)
    for name, course in zip(GROUPS, found[0][1].T, strict=True):
        lower.plot(dt * np.arange(len(course)), course, label=name)
    decorate(lower, x="time (ms)", y="mean threshold", title="Thresholds" + " in the first trial" * (count > 1))
    lower.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return [*upper, lower]


def spikes_and_thresholds(network: nn.Sequential, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Return the spikes of one trial ``[T, 36]``, and the mean thresholds of the three groups ``[T, 3]``."""
    with torch.no_grad():
        current = network[0](inputs)
        adaptation = network[1].states(current).adaptation[:, 0]
        raised = network[1].threshold + network[1].strength * adaptation
        return network[1](current)[:, 0], raised.unflatten(1, (3, -1)).mean(2)


def swaps_measured(record: Record, arm: str, among: float = 1.0, title: str | None = None) -> Axes:
    """Draw whose cue trials answer with after their thresholds were swapped, against the moment of the swap.

    Args:
        record: of `delayed_recall`; one thin line for each network, a thick one for their median.
        arm: which networks.
        among: largest size of the first weights among the neurons.
        title: what the figure shows.
    """
    own = answers_after_swaps(record, arm, "thresholds", among).T
    moments = [float(at) for at in record.results["memory"][str(among)]["swapped"]["200"]["thresholds"]]
    axes = panels()
    axes.plot(moments, own.T, color=GREY, linewidth=0.8, label=["one network", *[None] * (len(own) - 1)])
    axes.plot(moments, np.median(own, axis=0), "o-", color=BLUE, linewidth=3, label=f"median of {len(own)}")
    axes.axhline(50, color=GREY, linestyle="--", linewidth=1)
    beside = axes.get_yaxis_transform()
    axes.text(1.02, 25, "here the\nthresholds\ndecide", color=GREY, transform=beside, va="center")
    decorate(axes, title=title, x="moment of the swap (ms)", y="answers by the own cue (%)", ylim=(0, 102))
    return axes


def answers_after_swaps(record: Record, arm: str, part: str, among: float = 1.0) -> np.ndarray:
    """Return the answers by the own cue in percent, one row for each moment, one column for each network.

    Args:
        record, arm, among: those of `swaps_measured`.
        part: "activity", "thresholds" or "rest" (all but the thresholds).
    """
    found = record.results["memory"][str(among)]["swapped"]["200"][part]
    return np.array([shares[arm] for shares in found.values()])


def cue_and_recall(strength: float, delay: float = 200.0) -> list[Axes]:
    """Draw one adaptive neuron in a cue and a recall, and the eligibility of the synapse that carries the cue.

    Its time constants are those at which the explorer `ThresholdMemory` starts.

    Args:
        strength: by how much a spike raises the threshold; the eligibility is drawn without it too.
        delay: between cue and recall, in ms.

    Returns:
        The axes of the membrane and of the eligibility.
    """
    dt, part = ThresholdMemory.dt, ThresholdMemory.part
    time = np.arange(0, delay + 3 * part, dt)
    starts = (0, part + delay)
    cue, recall = (((time >= start) & (time < start + part)).astype(float) for start in starts)
    taus = np.array([ThresholdMemory.controls[name].start for name in ("tau_mem", "tau_adapt")])
    found = {eta: cue_eligibility(cue, recall, *np.exp(-dt / taus), eta) for eta in (strength, 0.0)}
    upper, lower = panels(2, stacked=True, height=3.8)
    membrane, threshold, _ = found[strength]
    upper.plot(time, membrane, color=BLUE, label="membrane")
    upper.plot(time, threshold, color=GREY, linestyle="--", label="threshold")
    lower.axhline(0, color=GREY, linewidth=0.8)
    for (eta, (*_, eligibility)), color in zip(found.items(), (BLUE, VERMILION), strict=True):
        lower.plot(time, eligibility, color=color, label="adaptive" if eta else "without adaptation")
    for axis in (upper, lower):
        for start in starts:
            axis.axvspan(start, start + part, color=PALE, alpha=0.4, zorder=0, linewidth=0)
    decorate(upper, y="membrane", ylim=(0, None))
    decorate(lower, x="time (ms)", y="eligibility (cut at 0.5)", ylim=(-0.3, 0.5))
    return [upper, lower]
