"""The explorer of page 20: a neuron under a constant current, and its rate beside a ReLU."""

from ..live import LiveExplorer, Range


class RateStaircase(LiveExplorer):
    """An integrate-and-fire neuron: its membrane, and how much of the current its spikes say.

    A spike is worth the threshold. What the spikes do not say is left in the membrane.
    """

    model = "rate_staircase"
    about = "The membrane of one neuron under a constant current, and its rate against the current."
    controls = {
        "current": Range(-0.5, 1.5, 0.01, 0.35, "current I"),
        "steps": Range(1, 32, 1, 8, "steps T"),
        "start": Range(0.0, 0.95, 0.05, 0.0, "start, in thresholds"),
        "threshold": Range(0.25, 1.5, 0.05, 1.0, "threshold"),
    }

    def data(self) -> dict:
        """Return between which currents the rate is drawn."""
        current = self.controls["current"]
        return {"low": current.low, "high": current.high}
