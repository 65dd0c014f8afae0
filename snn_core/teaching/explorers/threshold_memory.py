"""The explorer of page 13: what a synapse did to its neuron, and how much of it is left when an error comes."""

import math

import numpy as np
import torch
from matplotlib.artist import Artist

from ...neurons import AdaptiveLIF
from ...online import AdaptiveTraces, adaptive_traces_step
from ..palette import BLUE, VERMILION
from ._base import Explorer, Range


class ThresholdMemory(Explorer):
    """A cue drives a neuron for 50 ms, a recall signal later: the eligibility of the cue's synapse in between."""

    controls = {
        "tau_mem": Range(5.0, 100.0, 1.0, 20.0, "τ_mem (ms)"),
        "tau_adapt": Range(10.0, 2000.0, 10.0, 400.0, "τ_adapt (ms)"),
        "strength": Range(0.0, 0.5, 0.01, 0.2, "strength η"),
        "delay": Range(0.0, 600.0, 5.0, 200.0, "delay (ms)"),
    }
    size = (8.0, 4.8)
    dt, part, end = 5.0, 50.0, 750.0  # ms

    def build(self) -> list[Artist]:
        upper, lower = self.figure.subplots(2, 1, sharex=True, height_ratios=(2, 3))
        self.time = np.arange(0.0, self.end, self.dt)
        (self.membrane,) = upper.plot(self.time, 0 * self.time, color="0.3", label="membrane u")
        (self.threshold,) = upper.plot(self.time, 0 * self.time, color=BLUE, linestyle="--", label="threshold")
        (self.eligibility,) = lower.plot(self.time, 0 * self.time, color=BLUE, label="eligibility")
        (self.plain,) = lower.plot(self.time, 0 * self.time, color=VERMILION, linewidth=1, label="the same, η = 0")
        (self.start,) = lower.plot([0, 0], [-2, 10], color="0.6", linestyle=":")
        (self.stop,) = lower.plot([0, 0], [-2, 10], color="0.6", linestyle=":", label="recall")
        upper.set(ylabel="membrane", ylim=(-0.1, 4.0), xlim=(0, self.end))
        lower.set_yscale("symlog", linthresh=0.1)
        lower.set(xlabel="time (ms)", ylabel="eligibility e", ylim=(-2, 10))
        upper.legend(loc="upper right", ncols=2), lower.legend(loc="upper right", ncols=2)
        self.title = upper.set_title(" ")
        moving = [self.membrane, self.threshold, self.eligibility, self.plain, self.start, self.stop]
        return [*moving, self.title]

    def update(self, *, tau_mem: float, tau_adapt: float, strength: float, delay: float) -> None:
        cue = (self.time < self.part).astype(float)
        recall = (self.time >= self.part + delay) & (self.time < 2 * self.part + delay)
        decays = math.exp(-self.dt / tau_mem), math.exp(-self.dt / tau_adapt)
        membrane, threshold, course = cue_eligibility(cue, recall.astype(float), *decays, strength)
        plain = cue_eligibility(cue, recall.astype(float), *decays, 0.0)[2]
        for line, values in (
            (self.membrane, membrane),
            (self.threshold, threshold),
            (self.eligibility, course),
            (self.plain, plain),
        ):
            line.set_ydata(values)
        for line, at in ((self.start, self.part + delay), (self.stop, 2 * self.part + delay)):
            line.set_xdata([at, at])
        left = f"{course[recall].sum():+.2g} at the recall; with η = 0: {plain[recall].sum():+.2g}"
        self.title.set_text(f"Eligibility: {course[cue > 0].sum():+.1f} in the cue, {left}")


def cue_eligibility(
    cue: np.ndarray, recall: np.ndarray, beta: float, rho: float, strength: float, weight: float = 0.6
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return membrane, threshold and the eligibility of the cue's synapse, step by step, of one `AdaptiveLIF` neuron.

    >>> cue_eligibility(np.ones(1), np.zeros(1), 0.5, 0.9, 0.1, weight=1.0)[2].tolist()
    [1.0]
    """
    beta, rho, strength = torch.tensor([beta, rho, strength], dtype=torch.float64)
    neuron = AdaptiveLIF(beta=beta, rho=rho, strength=strength)
    sources = torch.tensor(cue)[:, None, None]
    currents = weight * (sources + torch.tensor(recall)[:, None, None])
    nothing = torch.zeros_like(sources[:1])
    state, traces, rows = neuron.initial_state(currents), AdaptiveTraces(nothing, nothing), []
    for current, source in zip(currents, sources, strict=True):
        raised = neuron.threshold + neuron.strength * state.adaptation
        spikes, membrane, state = neuron.step(current, state)
        slope = neuron.surrogate.derivative(membrane - raised)
        eligibility, traces = adaptive_traces_step(traces, source, slope, spikes, neuron)
        rows.append((membrane.item(), raised.item(), eligibility.item()))
    return tuple(np.array(rows).T)
