"""The explorer of page 03: the same input spikes through each neuron model."""

from ..live import Choice, LiveExplorer, Marks, Range


class NeuronModels(LiveExplorer):
    """One neuron of a chosen model: input spikes, the current they cause, membrane and threshold, output spikes.

    The reader sets the input spikes in the first lane.
    """

    model = "neuron_models"
    about = "One neuron of a chosen model over time: input spikes, the current they cause, its membrane, its spikes."
    controls = {
        "model": Choice(("LIF", "CuBaLIF", "Alpha", "AdaptiveLIF", "RecurrentLIF"), "LIF", "model"),
        "weight": Range(0.0, 1.5, 0.05, 0.8, "weight of a spike"),
        "tau_mem": Range(2.0, 50.0, 1.0, 10.0, "τ_mem (ms)", "ms"),
        "tau_syn": Range(1.0, 30.0, 1.0, 5.0, "τ_syn of CuBaLIF, Alpha (ms)", "ms"),
        "strength": Range(0.0, 1.0, 0.05, 0.2, "strength η of AdaptiveLIF"),
        "self_weight": Range(-1.0, 1.5, 0.05, 1.1, "self weight V of RecurrentLIF"),
        "arrivals": Marks(0.0, 199.0, 1.0, tuple(float(time) for time in range(20, 120, 4)), "input spike", "ms"),
    }
    duration, dt, tau_adapt = 200.0, 1.0, 100.0  # ms

    def data(self) -> dict:
        """Return how long the neuron is simulated, in which steps, and how fast it recovers, all in ms."""
        return {"duration": self.duration, "dt": self.dt, "tau_adapt": self.tau_adapt}
