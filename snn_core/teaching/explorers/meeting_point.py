"""The explorer of page 21: a spiking layer and an ordinary one, their bills, and where they meet."""

from ...energy import HOROWITZ, JOUPPI, Counts, EnergyTable, Operations, energy
from ..live import Choice, LiveExplorer, Range

TABLES = {"45 nm": HOROWITZ, "7 nm": JOUPPI}
WIDTHS = ("32", "8", "4")


class MeetingPoint(LiveExplorer):
    """A layer of LIF neurons and a ReLU layer of the same size, without biases, for one image.

    The bill of the spiking one rises with the spikes that come in, and begins at its states. That
    of the ordinary one is a level, set by how many of its inputs are not 0.
    """

    model = "meeting_point"
    about = (
        "What a spiking and an ordinary layer cost for one image, by kind, and the cost of both "
        "against the spikes that come in, with the point at which they meet."
    )
    controls = {
        "spikes": Range(0.0, 2.0, 0.02, 0.5, "spikes per input"),
        "active": Range(5, 100, 1, 20, "inputs not 0 (%)"),
        "steps": Range(1, 50, 1, 5, "steps T"),
        "memory": Range(-2.0, 1.0, 0.1, 0.0, "memory (log10)"),
        "message": Range(0.0, 30.0, 0.1, 5.2, "message (pJ)"),
        "bits": Choice(WIDTHS, "8", "bits"),
        "table": Choice(tuple(TABLES), "45 nm", "prices"),
    }
    size = 256  # inputs, and neurons

    def data(self) -> dict:
        """Return the size, and what single operations cost for each table and width, in pJ."""
        prices = {name: {bits: self._prices(table, int(bits)) for bits in WIDTHS} for name, table in TABLES.items()}
        return {"size": self.size, "prices": prices}

    def _prices(self, table: EnergyTable, bits: int) -> dict[str, float]:
        kept = {"parameters": self.size**2, "states": self.size}

        def cost(**done: int):
            return energy(Counts(1, {"": Operations(**kept, **done)}), table, bits=bits)

        update = cost(updates=1, decays=1)
        return {
            "add": cost(additions=1).arithmetic,
            "mac": cost(macs=1).arithmetic,
            "read": cost(reads=1).parameters,
            "decay": update.arithmetic,
            "state": update.states,
        }
