"""The explorer of page 19: how far a spike moves when a weight moves, and where that breaks."""

from ...spike_times import Dynamics
from ..live import LiveExplorer, Range


class SpikeCrossing(LiveExplorer):
    """One neuron with three input spikes, of which the reader moves the first one's weight.

    The spike is where the membrane crosses the threshold. Rise over slope says where a small change of the weight takes
    it; beside that stands where it really goes.
    """

    model = "spike_crossing"
    about = (
        "A membrane that crosses its threshold, before and after a change of one weight: the crossing close up, with "
        "its tangent, and the time of the spike against the weight."
    )
    controls = {
        "w": Range(0.0, 3.0, 0.01, 1.6, "weight w"),
        "nudge": Range(-0.5, 0.5, 0.01, 0.2, "change Δw"),
    }
    arrivals, others = (0.0, 4.0, 18.0), (0.8, 1.4)
    duration = 40.0  # ms

    def data(self) -> dict:
        """Return the input spikes in ms, the weights but the first, the neuron's constants and what is drawn."""
        neuron = Dynamics()
        constants = {name: getattr(neuron, name) for name in ("tau_mem", "tau_syn", "threshold")}
        w = self.controls["w"]
        drawn = {"duration": self.duration, "low": w.low, "high": w.high}
        times = [self.duration * step / 400 for step in range(401)]
        return constants | drawn | {"arrivals": self.arrivals, "others": self.others, "times": times}
