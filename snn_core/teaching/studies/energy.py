"""Readers of digits as the record of `experiments.energy` knows them."""

from typing import NamedTuple

import numpy as np

from ...energy import HOROWITZ, Counts, Energy, EnergyTable, Operations, energy
from ..records import Record

WAYS = {  # the bars of page 21, from the top: which arm of the record, and whether it stops early
    "direct, 25 steps": ("direct", "whole"),
    "rate code": ("rate", "whole"),
    "8 steps": ("fewer steps", "whole"),
    "fewer spikes": ("fewer spikes", "whole"),
    "stop when sure": ("fewer spikes", "stopped"),
    "events": ("events", "stopped"),
    "128 neurons": ("fewer neurons", "stopped"),
}


CHEAPEST = "128 neurons"


class Reader(NamedTuple):
    """One kind of network that reads digits, trained from several seeds.

    Attributes:
        bits: of weights and values.
        accuracy: of each seed on the test digits.
        held_out: of each seed on digits that it was not trained on.
        counts: what each did for the test digits.
    """

    bits: int
    accuracy: list[float]
    held_out: list[float]
    counts: list[Counts]

    @property
    def right(self) -> float:
        """The mean accuracy of the seeds."""
        return float(np.mean(self.accuracy))

    def bill(self, table: EnergyTable = HOROWITZ, *, dense: bool = False) -> Energy:
        """Return what one image costs in pJ, the mean over the seeds."""
        bills = [energy(each, table, bits=self.bits, dense=dense) for each in self.counts]
        return Energy(*np.mean(bills, 0).tolist())

    def per_image(self, name: str) -> float:
        """Return one of the `Operations` for one image, the mean over the seeds."""
        return float(np.mean([each.per_image[name] for each in self.counts]))

    def per_synapse(self, name: str) -> float:
        """Return one of the `Operations` for one image and parameter."""
        return self.per_image(name) / self.per_image("parameters")


def spiking_readers(record: Record, bits: int = 32) -> dict[str, Reader]:
    """Return the spiking readers by the names of `WAYS`."""
    return {
        name: _reader([seed[str(bits)][way] for seed in record.results[arm]], bits)
        for name, (arm, way) in WAYS.items()
        if arm in record.results
    }


def ordinary_readers(record: Record, bits: int = 32) -> dict[int, Reader]:
    """Return the ordinary readers by their number of hidden neurons."""
    found = {}
    for size in record.settings["ordinary"]["sizes"]:
        runs = [seed[str(size)][str(bits)]["whole"] for seed in record.results["ordinary"]]
        found[size] = _reader(runs, bits)
    return found


def bills_of(readers: dict[str, Reader]) -> dict[str, Energy]:
    """Return what each reader needs for one image, at 45 nm."""
    return {name: reader.bill() for name, reader in readers.items()}


def scores_of(readers: dict[str, Reader]) -> dict[str, str]:
    """Return how well each reads, in words."""
    return {name: f"nJ, {reader.right:.1%} right" for name, reader in readers.items()}


def fair_pair(record: Record, bits: int) -> tuple[Reader, Reader]:
    """Return the cheapest spiking reader, and the cheapest ordinary one that reads as well."""
    best = spiking_readers(record, bits)[CHEAPEST]
    equal = [each for each in ordinary_readers(record, bits).values() if each.right >= best.right]
    return best, min(equal, key=_total)


def _total(reader: Reader) -> float:
    return reader.bill().total


def _reader(runs: list[dict], bits: int) -> Reader:
    counts = [Counts(run["images"], {"all": Operations(**run["operations"])}) for run in runs]
    return Reader(bits, [run["test"] for run in runs], [run["held_out"] for run in runs], counts)
