"""Readers of digits as the record of `experiments.energy` knows them, and their fair opponents."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from torch import Generator, Tensor

from ...energy import HOROWITZ, Counts, Energy, EnergyTable, Operations, energy, over_tables
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


class Reader(NamedTuple):
    """One kind of network that reads digits, trained from several seeds.

    Attributes:
        neurons: in its hidden layer; None where it has several.
        bits: of weights and values.
        runs: of each seed: its accuracy on "held_out" and "test" digits, the "images" it was tested
            on, the "steps" that it took for one of them, and its "operations" for all.
    """

    neurons: int | None
    bits: int
    runs: list[dict]

    def mean(self, name: str) -> float:
        """Return the mean of the seeds, such as that of "test"."""
        return float(np.mean([run[name] for run in self.runs]))

    @property
    def counts(self) -> Counts:
        """What all seeds did for their images; what is kept, once."""
        done = [Operations(**run["operations"]) for run in self.runs]
        kept = {"parameters": done[0].parameters, "states": done[0].states}
        images = sum(run["images"] for run in self.runs)
        return Counts(images, {"all": replace(sum(done, start=Operations()), **kept)})

    def bill(self, table: EnergyTable = HOROWITZ, *, dense: bool = False) -> Energy:
        """Return what one image costs in pJ, the mean of the seeds."""
        return energy(self.counts, table, bits=self.bits, dense=dense)

    def per_image(self, name: str) -> float:
        """Return one of the `Operations` for one image, the mean of the seeds."""
        return self.counts.per_image[name]

    def per_synapse(self, name: str) -> float:
        """Return one of the `Operations` for one image and parameter."""
        return self.per_image(name) / self.per_image("parameters")


Pair = tuple[Reader, Reader]  # a spiking one, and its opponent


def spiking_readers(record: Record, bits: int = 32) -> dict[str, Reader]:
    """Return the spiking readers by the names of `WAYS`."""
    found = {}
    for name, (arm, way) in WAYS.items():
        own = record.settings | record.settings["ladder"][arm]
        runs = [seed[str(bits)][way] for seed in record.results[arm]]
        found[name] = Reader(own["hidden"], bits, runs)
    return found


def ordinary_readers(record: Record, bits: int = 32) -> dict[int, Reader]:
    """Return the ordinary readers by their number of hidden neurons, the smallest first."""
    found = {}
    for size in record.settings["ordinary"]["sizes"]:
        runs = [seed[str(size)][str(bits)]["whole"] for seed in record.results["ordinary"]]
        found[size] = Reader(size, bits, runs)
    return found


def readers_of_pages(record: Record) -> dict[str, Reader]:
    """Return the readers of `experiments.energy_of_pages`, of 32 bits, by their names."""
    return {name: Reader(None, 32, runs) for name, runs in record.results.items()}


def bills_of(readers: dict[str, Reader]) -> dict[str, Energy]:
    """Return what each reader needs for one image, at 45 nm."""
    return {name: reader.bill() for name, reader in readers.items()}


def scores_of(readers: dict[str, Reader]) -> dict[str, str]:
    """Return how well each reads the test digits, in words."""
    return {name: f"nJ, {reader.mean('test'):.1%} right" for name, reader in readers.items()}


def fair_pairs(record: Record, bits: int) -> dict[str, Pair]:
    """Return each spiking reader and its opponent, by the names of `WAYS`.

    The opponent is the smallest ordinary reader of as many bits that reads held-out digits at least
    as well.
    """
    rivals = ordinary_readers(record, bits).values()
    found = {}
    for name, reader in spiking_readers(record, bits).items():
        wanted = reader.mean("held_out")
        found[name] = (reader, next(one for one in rivals if one.mean("held_out") >= wanted))
    return found


def ratios(pair: Pair, generator: Generator, *, dense: bool = False, draws: int = 500) -> Tensor:
    """Return how many times as much the spiking reader of a pair needs, for tables drawn at random.

    Args:
        pair: of `fair_pairs`.
        generator: draws the tables.
        dense: the chip of the opponent skips nothing.
        draws: how many tables.

    Returns:
        ``[draws]``.
    """
    own, other = (reader.counts for reader in pair)
    bits = pair[0].bits

    def ratio(table: EnergyTable) -> float:
        spent = energy(own, table, bits=bits).total
        return spent / energy(other, table, bits=bits, dense=dense).total

    return over_tables(ratio, draws=draws, generator=generator)
