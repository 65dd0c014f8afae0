"""The spectrum of neuron models, from the ion channels of Hodgkin and Huxley to the number of an artificial neuron."""

import numpy as np
import torch
from matplotlib.axes import Axes

from ...neurons import LIF, AdaptiveLIF, Izhikevich
from ..inputs import constant
from ..palette import BLUE, GREY, VERMILION
from ..plotting import panels

DURATION = 80  # ms


def hodgkin_huxley(current: float, duration: float = DURATION, dt: float = 0.01) -> np.ndarray:
    """Return the membrane of a Hodgkin–Huxley neuron under a constant current, in mV, one value each `dt`.

    Args:
        current: in µA/cm².
        duration, dt: in ms.

    Returns:
        ``[T]``; rest is at -65 mV.

    Reference: Hodgkin, Huxley 1952, with rest at -65 mV, as in Gerstner et al. 2014, section 2.2.

    >>> int(hodgkin_huxley(0.0).max())
    -64
    """
    v = -65.0
    gates = np.array([0.0529, 0.5961, 0.3177])  # m, h, n at rest
    course = []
    for _ in range(round(duration / dt)):
        opening, closing = _gate_rates(v)
        gates = gates + dt * (opening * (1 - gates) - closing * gates)
        m, h, n = gates
        sodium = 120 * m**3 * h * (v - 50)
        potassium = 36 * n**4 * (v + 77)
        v = v + dt * (current - sodium - potassium - 0.3 * (v + 54.4))
        course.append(v)
    return np.array(course)


def _gate_rates(v: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how fast the gates m, h and n open and close at a membrane `v` in mV, per ms."""
    m = 0.1 * _ramp((v + 40) / 10)
    n = 0.01 * _ramp((v + 55) / 10)
    opening = [m, 0.07 * np.exp(-(v + 65) / 20), n]
    closing = [4 * np.exp(-(v + 65) / 18), 1 / (1 + np.exp(-(v + 35) / 10)), 0.125 * np.exp(-(v + 65) / 80)]
    return np.array(opening), np.array(closing)


def _ramp(x: float) -> float:
    """Return ``10 x / (1 - exp(-x))``, which is 10 at 0."""
    return 10.0 if abs(x) < 1e-9 else 10 * x / (1 - np.exp(-x))


def model_spectrum() -> list[Axes]:
    """Draw five models under the same constant input, from the most detailed to the cheapest.

    Returns:
        The five axes: Hodgkin–Huxley, Izhikevich, AdaptiveLIF, LIF, and an artificial neuron, which has no time.
    """
    axes = panels(5, width=10.5, height=2.7)
    models = {"Hodgkin–Huxley": "4 variables", "Izhikevich": "2 variables", "AdaptiveLIF": "2 variables"}
    models |= {"LIF": "1 variable", "artificial neuron": "no variable"}
    keeps = ("ion channels", "shape of a spike, bursts", "spike times, history", "spike times", "one number")
    for panel, (name, size), kept in zip(axes, models.items(), keeps, strict=True):
        panel.set_title(f"{name}\n{size}", loc="center")
        panel.set(xticks=[], yticks=[], xlabel=kept)
        panel.grid(visible=False)
    volts = hodgkin_huxley(10.0)
    axes[0].plot(np.linspace(0, DURATION, len(volts)), volts, color=BLUE)
    bursting = Izhikevich("chattering")(constant(10.0, 2 * DURATION), record=True).membrane.clamp(max=30.0)
    axes[1].plot(np.arange(2 * DURATION) / 2, bursting.flatten(), color=BLUE)
    _spiking(axes[2], AdaptiveLIF(10.0, strength=0.2))
    _spiking(axes[3], LIF(10.0))
    drives = np.linspace(-1, 1, 50)
    axes[4].plot(drives, drives.clip(min=0), color=BLUE)
    axes[4].text(-0.9, 0.8, "input → number", color=GREY)
    axes[0].get_figure().supxlabel("closer to a cell  ←   →  cheaper to compute", fontsize=10)
    return axes


def _spiking(axes: Axes, neuron: LIF | AdaptiveLIF) -> None:
    """Draw a membrane under a drive of 2, with its spikes as bars on top."""
    with torch.no_grad():
        spikes, membrane, _ = neuron(constant(2 * (1 - neuron.beta.item()), DURATION), record=True)
    axes.plot(membrane.flatten(), color=BLUE)
    top = membrane.max().item() + 0.1  # an adaptive neuron's membrane rises with its threshold
    axes.vlines(spikes.flatten().nonzero().flatten(), top, top + 0.9, color=VERMILION)
