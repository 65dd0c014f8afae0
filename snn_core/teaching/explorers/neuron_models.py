"""The explorer of page 03: the same input spikes through each neuron model."""

import numpy as np
import torch
from matplotlib.artist import Artist

from ...neurons import LIF, AdaptiveLIF, Alpha, CuBaLIF, LeakyIntegrator, RecurrentLIF
from ..palette import BLUE, VERMILION
from ._base import Choice, Explorer, Range


class NeuronModels(Explorer):
    """One neuron of a chosen model: input spikes, the current they cause, membrane, threshold and output spikes."""

    controls = {
        "model": Choice(("LIF", "CuBa", "Alpha", "adaptive", "recurrent"), "LIF", "model"),
        "weight": Range(0.0, 1.5, 0.05, 0.8, "input weight"),
        "tau_mem": Range(2.0, 50.0, 1.0, 10.0, "τ_mem (ms)"),
        "tau_syn": Range(1.0, 30.0, 1.0, 5.0, "τ_syn (CuBa, Alpha; ms)"),
        "strength": Range(0.0, 1.0, 0.05, 0.2, "strength (adaptive)"),
        "self_weight": Range(-1.0, 1.5, 0.05, 1.1, "self weight (recurrent)"),
    }
    size = (9.0, 3.8)
    steps, first, last, every, row = 200, 20, 120, 4, 4.6  # ms, at a step of 1 ms; where the output spikes are drawn

    def build(self) -> list[Artist]:
        upper, lower = self.figure.subplots(2, 1, sharex=True, height_ratios=(2, 3))
        arrivals = np.arange(self.first, self.last, self.every)
        self.input, self.time = torch.zeros(self.steps, 1, 1), np.arange(self.steps)
        self.input[arrivals] = 1
        upper.plot(arrivals, np.full(len(arrivals), 2.4), "|", color="0.3", markersize=6, label="input spike")
        (self.current,) = upper.plot(self.time, 0 * self.time, color=BLUE, linewidth=1.2)
        upper.set(ylabel="current", ylim=(-1.1, 2.6), xlim=(0, self.steps))
        (self.membrane,) = lower.plot(self.time, 0 * self.time, color=BLUE, linewidth=1.2, label="membrane")
        (self.threshold,) = lower.plot(self.time, 0 * self.time, "--", color="0.5", linewidth=1, label="threshold")
        (self.spikes,) = lower.plot([], [], "|", color=VERMILION, markersize=7, label="output spike")
        lower.set(xlabel="time (ms)", ylabel="membrane u", ylim=(-2.5, 5))
        upper.legend(loc="upper right")
        lower.legend(loc="lower right", ncols=3)
        self.title = upper.set_title(" ")
        return [self.current, self.membrane, self.threshold, self.spikes, self.title]

    def update(self, *, model: str, weight: float, **parameters) -> None:
        current, membrane, threshold, spikes = _run(model, weight * self.input, **parameters)
        self.current.set_ydata(current)
        self.membrane.set_ydata(membrane)
        self.threshold.set_ydata(threshold)
        at = np.flatnonzero(spikes)
        self.spikes.set_data(at, np.full(len(at), self.row))
        after = int((at >= self.last).sum())
        self.title.set_text(f"{model}: {len(at) - after} spikes during the input, {after} after it")


@torch.no_grad()
def _run(model: str, inputs: torch.Tensor, *, tau_mem: float, tau_syn: float, strength: float, self_weight: float):
    """Return current, membrane, threshold and spikes of one neuron, each as an array ``[T]``."""
    neuron = {
        "LIF": lambda: LIF(tau_mem),
        "CuBa": lambda: CuBaLIF(tau_mem, tau_syn),
        "Alpha": lambda: Alpha(tau_mem, tau_syn),
        "adaptive": lambda: AdaptiveLIF(tau_mem, strength=strength),
        "recurrent": lambda: _with_self_weight(RecurrentLIF(1, tau_mem, recurrence="one_to_one"), self_weight),
    }[model]()
    spikes, membrane, _ = neuron(inputs, record=True)
    threshold = torch.ones_like(membrane)
    if model == "adaptive":
        threshold += strength * _one_step_later(LeakyIntegrator(beta=neuron.rho)(spikes))
    current = membrane - neuron.beta * _one_step_later(membrane - threshold * spikes)  # u[t] - beta v[t-1]
    return tuple(course.flatten().numpy() for course in (current, membrane, threshold, spikes))


def _with_self_weight(neuron: RecurrentLIF, weight: float) -> RecurrentLIF:
    neuron.weight.fill_(weight)
    return neuron


def _one_step_later(course: torch.Tensor) -> torch.Tensor:
    return torch.cat([torch.zeros_like(course[:1]), course[:-1]])
