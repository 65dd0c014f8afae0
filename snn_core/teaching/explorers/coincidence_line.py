"""The explorer of page 22: spikes of two ears run towards each other, and where they meet a neuron fires."""

import torch

from ...neurons import LIF
from ...tasks import TwoEars
from ..live import LiveExplorer, Range
from ..studies.two_ears import TAU_MEM


class CoincidenceLine(LiveExplorer):
    """A row of neurons between two lines: the nearer to an ear, the sooner its spikes are there.

    Each neuron hears every fibre of both ears. That one fires whose two ways make up for what the ears differ by.
    """

    model = "coincidence_line"
    about = (
        "Spikes of two ears on two lines, at one moment, and the row of detectors between them; the membrane of one of "
        "these over time; and how often each fires, with the place where the spikes meet."
    )
    controls = {
        "direction": Range(-90, 90, 1, 30, "direction (degrees)"),
        "jitter": Range(0.0, 0.6, 0.01, 0.1, "jitter of a spike (ms)", "ms"),
        "weight": Range(0.02, 0.3, 0.01, 0.12, "weight of a synapse"),
        "time": Range(0.0, 10.0, 0.05, 1.6, "time (ms)", "ms"),
    }
    longest = 1.0  # ms, from end to end of a line
    task = TwoEars()

    def data(self) -> dict:
        """Return the line, the neuron, and the draws of one trial: which fibres spike, and how far a jitter goes."""
        task = self.task
        generator = torch.Generator().manual_seed(0)
        shape = (2, task.fibres, round(task.steps * task.dt / task.period))
        fires = torch.rand(shape, generator=generator) < task.chance
        away = torch.randn(shape, generator=generator)
        neuron = LIF(tau_mem=TAU_MEM, dt=task.dt)
        return {
            "period": task.period,
            "farthest": task.farthest,
            "steps": task.steps,
            "dt": task.dt,
            "line": round(self.longest / task.dt),
            "beta": neuron.beta.item(),
            "threshold": neuron.threshold.item(),
            "spikes": [[*where, round(away[tuple(where)].item(), 4)] for where in fires.nonzero().tolist()],
        }
