"""The explorer of page 05: one weight that the reader pushes, its loss, and what a surrogate says."""

from ...neurons import LIF
from ..live import Button, Choice, LiveExplorer, Marks, Range


class PushWeight(LiveExplorer):
    """One neuron, one weight, a fixed train of input spikes, and a wanted number of output spikes.

    The loss ``(spikes - target)² / 2`` is a staircase in the weight: its slope is 0 wherever it has
    one. The surrogate gradient says nevertheless where to go.
    """

    model = "push_weight"
    about = "One weight: the membrane it causes, the loss it costs, and its surrogate gradient."
    controls = {
        "w": Range(0.0, 0.9, 0.01, 0.2, "weight w"),
        "scale": Range(1.0, 25.0, 1.0, 10.0, "steepness k"),
        "surrogate": Choice(("fast_sigmoid", "sigmoid", "triangular", "boxcar"), "fast_sigmoid", "surrogate"),
        "descend": Button("One step of descent"),
        "trail": Marks(0.0, 0.9, 0.01, (), "earlier weight"),
    }
    steps, arrivals = 200, (7, 14, 30, 32, 38, 62, 65, 76, 109, 139, 157, 159, 161, 162)
    target, lr = 4, 0.008

    def data(self) -> dict:
        """Return the input spikes ``[T]``, the neuron's constants, the target and the step size."""
        spikes = [int(step in self.arrivals) for step in range(self.steps)]
        neuron = LIF()
        constants = {"beta": neuron.beta.item(), "threshold": neuron.threshold.item()}
        w = self.controls["w"]
        task = {"spikes": spikes, "target": self.target, "lr": self.lr, "low": w.low, "high": w.high}
        return task | constants
