"""A neuron forward in time and its gradient backward: the membrane, and the adjoint variables of EventProp."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ... import _checks
from ...spike_times import Dynamics, current_at
from ...spike_times.event_prop import all_spikes
from ..palette import BLUE, GREEN, GREY, PURPLE, VERMILION
from ..plotting import decorate, panels


def forward_and_adjoint(times: Tensor, weights: Tensor, neuron: Dynamics, cost: Tensor, *, until: float) -> list[Axes]:
    """Draw the membrane of one neuron forward, and v and q of EventProp backward, on one axis of time.

    The loss is the sum of the neuron's spike times, each times its cost. A dot on q at an input spike is the gradient
    of the loss by its weight.

    Args:
        times: of the input spikes in ms, ``[N]``.
        weights: ``[N]``.
        neuron: its constants.
        cost: of each spike that it sends, ``[K]``.
        until: the end of the drawing in ms.

    Returns:
        The axes of the three panels, from the top.

    Raises:
        ValueError: if the costs are not one for each spike.
    """
    spikes = all_spikes(times[None], weights[None], neuron)[:, 0, 0]
    _checks.require(cost.shape == spikes.shape, "cost", f"shape {list(cost.shape)}", f"{len(spikes)}, one for a spike")
    moments = torch.linspace(0, until, 4001, dtype=times.dtype)
    v, q = adjoint_at(moments, spikes, current_at(spikes, times, weights, neuron), cost, neuron)
    axes = panels(3, stacked=True, height=5.2, ratios=(1.2, 1, 1))
    axes[0].plot(moments, _membrane(moments, times, weights, spikes, neuron), color=BLUE)
    axes[0].axhline(neuron.threshold, color=GREY, linestyle="--", linewidth=1.2)
    axes[0].vlines(spikes, neuron.threshold, 1.3 * neuron.threshold, color=VERMILION, linewidth=2)
    axes[0].vlines(times, -0.25, -0.05, color=GREEN, linewidth=2)
    for axis, course, color in zip(axes[1:], (v, q), (PURPLE, GREEN), strict=True):
        axis.plot(moments, course, color=color)
        axis.axhline(0, color=GREY, linewidth=0.8)
        for spike in spikes:
            axis.axvline(spike, color=VERMILION, linewidth=1.4, linestyle=":")
    _, by_weight = adjoint_at(times, spikes, current_at(spikes, times, weights, neuron), cost, neuron)
    axes[2].plot(times, by_weight, "o", color=GREEN)
    decorate(axes[0], y="membrane u")
    decorate(axes[1], y="adjoint v")
    decorate(axes[2], y="adjoint q", x="time (ms)")
    return axes


def _membrane(moments: Tensor, times: Tensor, weights: Tensor, spikes: Tensor, neuron: Dynamics) -> Tensor:
    """Return the membrane: what the inputs cause, less a threshold for each own spike, which decays."""
    age = moments[:, None] - spikes
    drops = torch.where(age > 0, torch.exp(-age.clamp(min=0) / neuron.tau_mem), 0).sum(1)
    return neuron.potential(moments[:, None] - times) @ weights - neuron.threshold * drops


def adjoint_at(
    moments: Tensor, spikes: Tensor, currents: Tensor, cost: Tensor, neuron: Dynamics
) -> tuple[Tensor, Tensor]:
    """Return the adjoint variables v and q of one neuron at some moments, in closed form between its spikes.

    Args:
        moments: when, in ms, ``[M]``.
        spikes: that it sends, in ms and in order, ``[K]``.
        currents: its synaptic current at each of them, ``[K]``.
        cost: gradient of the loss by each spike's time, ``[K]``.
        neuron: its constants.

    Returns:
        v and q, each ``[M]``: gradients by a jump of the membrane and by a weight that arrives then.

    Reference: Wunderlich, Pehle 2021, table 1, in the form of `snn_core.spike_times`.
    """
    v, q = torch.zeros(2, len(moments), dtype=moments.dtype)
    now_v, now_q = torch.zeros(2, dtype=moments.dtype)
    for number in range(len(spikes) - 1, -1, -1):
        slope = currents[number] - neuron.threshold / neuron.tau_mem
        now_v = (currents[number] * now_v - cost[number]) / slope
        earlier = spikes[number - 1] if number else -torch.inf
        within = (moments <= spikes[number]) & (moments > earlier)
        ago = spikes[number] - moments[within]
        v[within] = now_v * torch.exp(-ago / neuron.tau_mem)
        q[within] = now_q * torch.exp(-ago / neuron.tau_syn) + now_v * neuron.potential(ago)
        if number:
            ago = spikes[number] - earlier
            now_q = now_q * torch.exp(-ago / neuron.tau_syn) + now_v * neuron.potential(ago)
            now_v = now_v * torch.exp(-ago / neuron.tau_mem)
    return v, q
