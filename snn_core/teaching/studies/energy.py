"""Readers of digits as the record of `experiments.energy` knows them, and their fair opponents."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
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

    def bill(self, table: EnergyTable = HOROWITZ, *, dense: bool = False, batch: int = 1) -> Energy:
        """Return what one image costs in pJ, the mean of the seeds."""
        return energy(self.counts, table, bits=self.bits, dense=dense, batch=batch)

    def per_image(self, name: str) -> float:
        """Return one of the `Operations` for one image, the mean of the seeds."""
        return self.counts.per_image[name]

    def per_synapse(self, name: str) -> float:
        """Return one of the `Operations` for one image and parameter."""
        return self.per_image(name) / self.per_image("parameters")

    def drawn(self, generator: Generator) -> "Reader":
        """Return it with as many of its runs, drawn with replacement."""
        chosen = torch.randint(len(self.runs), (len(self.runs),), generator=generator)
        return self._replace(runs=[self.runs[each] for each in chosen])


Pair = tuple[Reader, Reader]  # a spiking one, and its opponent


def spiking_reader(record: Record, arm: str, way: str, bits: int = 32) -> Reader:
    """Return the reader of an arm of the ladder that takes all steps, "whole", or is "stopped"."""
    own = record.settings | record.settings["ladder"][arm]
    return Reader(own["hidden"], bits, [seed[str(bits)][way] for seed in record.results[arm]])


def spiking_readers(record: Record, bits: int = 32) -> dict[str, Reader]:
    """Return the spiking readers by the names of `WAYS`."""
    return {name: spiking_reader(record, *which, bits) for name, which in WAYS.items()}


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


def opponent(reader: Reader, rivals: Iterable[Reader]) -> Reader:
    """Return the first of some ordinary readers that reads held-out digits as well, or the last."""
    wanted = reader.mean("held_out")
    for rival in rivals:
        if rival.mean("held_out") >= wanted:
            break
    return rival


def fair_pairs(record: Record, bits: int) -> dict[str, Pair]:
    """Return each spiking reader and its opponent, by the names of `WAYS`.

    The opponent is the smallest ordinary reader of as many bits that reads held-out digits at least
    as well.
    """
    rivals = ordinary_readers(record, bits).values()
    readers = spiking_readers(record, bits)
    return {name: (reader, opponent(reader, rivals)) for name, reader in readers.items()}


def ratios(
    record: Record,
    generator: Generator,
    *,
    bits: int = 8,
    dense: bool = False,
    batch: int = 1,
    draws: int = 500,
) -> dict[str, Tensor]:
    """Return how many times as much each spiking reader needs, for tables and seeds at random.

    In each draw a reader and its rivals have seeds drawn with replacement, so the opponent changes
    as well.

    Args:
        record: of `experiments.energy`.
        generator: draws tables and seeds.
        bits: of all readers.
        dense: the chip of the opponent skips nothing.
        batch: images that such a chip works on at once.
        draws: how many.

    Returns:
        ``[draws]`` by the names of `WAYS`.
    """
    rivals = list(ordinary_readers(record, bits).values())

    def ratio(table: EnergyTable, reader: Reader) -> float:
        own = reader.drawn(generator)
        other = opponent(own, (rival.drawn(generator) for rival in rivals))
        return own.bill(table).total / other.bill(table, dense=dense, batch=batch).total

    return {
        name: over_tables(partial(ratio, reader=reader), draws=draws, generator=generator)
        for name, reader in spiking_readers(record, bits).items()
    }
