"""The explorer of page 08: how far apart two spike trains are, and whether silence is nearer."""

from ..live import LiveExplorer, Range


class SpikeDistance(LiveExplorer):
    """A wanted spike train and the same one shifted: their traces, and their distance."""

    model = "spike_distance"
    about = (
        "A wanted spike train and the same one shifted: the traces of both, and their van Rossum "
        "distance against the shift, with that of no spike at all."
    )
    controls = {
        "shift": Range(-40, 40, 1, 8, "shift (ms)", "ms"),
        "tau": Range(1.0, 50.0, 1.0, 10.0, "τ of the trace (ms)", "ms"),
    }
    wanted = (50, 68, 110)  # ms

    def data(self) -> dict:
        """Return the wanted spikes in ms, how long the traces are shown, and how far they shift."""
        return {"wanted": list(self.wanted), "steps": 200, "reach": 40}
