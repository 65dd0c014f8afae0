"""The explorer of page 09: two neurons, the traces of their spikes, and the weight between them."""

from ..live import LiveExplorer, Marks, Range


class TwoTraces(LiveExplorer):
    """The spikes before and after a synapse, its two traces, and its weight, over 100 ms.

    The rule is the additive pair rule, with one time constant for both sides and changes that are
    large enough to be seen.
    """

    model = "two_traces"
    about = "The spikes of two neurons, their traces, and the weight of the synapse between them."
    controls = {
        "pre": Marks(0.0, 99.0, 1.0, (20.0, 70.0), "spike before the synapse", "ms"),
        "post": Marks(0.0, 99.0, 1.0, (30.0, 60.0), "spike after the synapse", "ms"),
        "tau": Range(5.0, 50.0, 1.0, 20.0, "τ of both traces (ms)", "ms"),
        "a_plus": Range(0.0, 0.3, 0.01, 0.2, "A₊"),
        "a_minus": Range(0.0, 0.3, 0.01, 0.2, "A₋"),
    }
    duration, weight = 100, 0.5

    def data(self) -> dict:
        """Return the number of steps of 1 ms, and the first weight."""
        return {"duration": self.duration, "weight": self.weight}
