"""The explorer of page 00: one neuron that runs in time, and that the reader excites."""

from ...neurons import LIF
from ..live import Button, LiveExplorer, Range


class Excite(LiveExplorer):
    """One neuron in slow motion: each press sends it a spike; it spikes if enough come soon enough."""

    model = "excite"
    about = "One neuron while it runs: spikes that come in, its membrane, spikes that go out."
    controls = {
        "weight": Range(0.0, 1.2, 0.05, 0.5, "weight of a spike"),
        "drive": Range(0.0, 2.0, 0.05, 0.0, "steady drive"),
        "send": Button("Send a spike"),
    }
    tau_mem, dt, threshold = 20.0, 1.0, 1.0  # ms, ms, membrane
    window, pace = 200, 50  # steps that are seen at once; steps in a second of the reader

    def data(self) -> dict:
        """Return the neuron's constants, how much of it is seen at once, and how fast it runs."""
        beta = LIF(self.tau_mem, dt=self.dt).beta.item()
        neuron = {"beta": beta, "dt": self.dt, "threshold": self.threshold}
        return neuron | {"window": self.window, "pace": self.pace}
