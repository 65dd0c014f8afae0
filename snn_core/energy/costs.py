"""What counts cost in picojoules, where two networks meet, and how far to trust either."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from .. import _checks
from .meter import Counts
from .tables import ENTRIES, HIGHEST, HOROWITZ, LOWEST, WORD, EnergyTable


class Energy(NamedTuple):
    """Energy for one image in pJ, by what it is spent on."""

    arithmetic: float
    parameters: float
    states: float
    messages: float

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self)


class Prices(NamedTuple):
    """What one operation costs in pJ, for numbers of some width."""

    add: float
    multiply: float
    decay: float
    read: float  # a parameter
    update: float  # read a state and write it


def _prices(
    table: EnergyTable, bits: int, sum_bits: int, parameters: float, states: float
) -> Prices:
    """Return the prices for so many parameters of `bits`, and so many states of `sum_bits`."""
    _checks.whole("bits", bits)
    if bits < 16:
        _checks.whole("sum_bits", sum_bits, bits)
        add = table.add(sum_bits)
        products = table.multiply(bits, bits), table.multiply(bits, sum_bits)
    else:
        _checks.require(bits in (16, 32), "bits", bits, "1 to 15 (integers), or 16 or 32 (floats)")
        add = getattr(table, f"add_float{bits}")
        products = (getattr(table, f"multiply_float{bits}"),) * 2
        sum_bits = bits
    read = table.access(parameters * bits / 8) * bits / WORD
    update = 2 * table.access(states * sum_bits / 8) * sum_bits / WORD
    return Prices(add, *products, read, update)


def energy(
    counts: Counts,
    table: EnergyTable = HOROWITZ,
    *,
    bits: int = 32,
    sum_bits: int = 32,
    dense: bool = False,
) -> Energy:
    """Return what the operations of a network cost for one image, on average.

    A multiply-accumulate is a product and an addition; an update of a state is a product with the
    decay, if there is one, an addition (the comparison with the threshold, or the reset), a read
    and a write. Sums grow in registers. Parameters lie in a memory that just holds all of
    them, and states in another. Every value that is not 0 is sent to the next layer as a message.

    Args:
        counts: of `count_operations`.
        table: energies of single operations.
        bits: of parameters and values: 32 or 16 for floats, 1 to 15 for integers.
        sum_bits: of sums and states of integers; those of floats are as wide as the values.
        dense: price a machine that skips nothing and multiplies everything. It knows the order of
            its work: each parameter is read once an image, and values are written and read in
            place of messages.

    Returns:
        The `Energy` in pJ.

    Raises:
        ValueError: for a number of bits that is none of these, or sums narrower than values.

    Reference: our reading of what Lemaire et al. 2022 count, without addresses and control.
    """
    total = counts.total
    prices = _prices(table, bits, sum_bits, total.parameters, total.states)
    _checks.flag("dense", dense)
    additions = 0 if dense else total.additions
    macs = total.dense if dense else total.macs
    sums = additions + macs + total.sums + total.updates
    arithmetic = prices.add * sums + prices.multiply * macs + prices.decay * total.decays
    reads = counts.images * total.parameters if dense else total.reads
    messages = table.message * total.received
    if dense:
        size = total.inputs / counts.images * bits / 8
        messages = 2 * table.access(size) * bits / WORD * total.inputs
    parts = (arithmetic, prices.read * reads, prices.update * total.updates, messages)
    return Energy(*(part / counts.images for part in parts))


def meeting_rate(
    inputs: int,
    outputs: int,
    steps: int,
    table: EnergyTable = HOROWITZ,
    *,
    bits: int = 32,
    sum_bits: int = 32,
    density: float = 1.0,
) -> float:
    """Return how many spikes per input and image make a spiking layer cost what a ReLU layer does.

    Both have ``inputs * outputs`` synapses without biases; below this rate the spiking one, of LIF
    neurons, costs less. The energy of both is linear in what comes in, so that the rate is
    ``(density * (outputs * (product + addition + read) + message) - steps * outputs * update /
    inputs) / (outputs * (addition + read) + message)``.

    Args:
        inputs, outputs: the size of both layers.
        steps: T, in which every state is updated.
        table, bits, sum_bits: as for `energy`.
        density: share of the ReLU layer's inputs that are not 0, in [0, 1].

    Returns:
        Spikes per synapse and image; divided by T, the rate per step. Below 0, states alone cost
        more than the ordinary layer.

    Raises:
        ValueError: for numbers outside of these ranges.

    >>> round(meeting_rate(256, 256, steps=5), 2)
    1.13
    """
    for name, size in {"inputs": inputs, "outputs": outputs, "steps": steps}.items():
        _checks.whole(name, size)
    _checks.number("density", density, 0, 1, open_low=False)
    prices = _prices(table, bits, sum_bits, inputs * outputs, outputs)
    spike = outputs * (prices.add + prices.read) + table.message
    value = spike + outputs * prices.multiply
    update = prices.add + prices.decay + prices.update
    return (density * value - steps * outputs * update / inputs) / spike


def over_tables(
    quantity: Callable[[EnergyTable], float],
    low: EnergyTable = LOWEST,
    high: EnergyTable = HIGHEST,
    *,
    draws: int = 1000,
    generator: Generator | None = None,
) -> Tensor:
    """Return a quantity for tables drawn at random between two, to see how far to trust it.

    Each entry is drawn for itself, evenly in its logarithm. For the ratio of two networks, compute
    both energies in `quantity`, so that each draw is the same for both.

    Args:
        quantity: a number from a table, such as ``lambda table: energy(a, table).total``.
        low, high: the ends of the ranges.
        draws: how many tables, at least 1.
        generator: draws them; PyTorch's own if None.

    Returns:
        ``[draws]`` in float64; `torch.quantile` gives an interval.

    Raises:
        ValueError: for a quantity that is no finite number, or fewer than one draw.

    >>> over_tables(lambda table: table.add_int8 / table.add_int8, draws=3).tolist()
    [1.0, 1.0, 1.0]
    """
    _checks.whole("draws", draws)
    _checks.generator(generator)
    ends = [torch.tensor([getattr(end, name) for name in ENTRIES]).double() for end in (low, high)]
    where = torch.rand(draws, len(ENTRIES), generator=generator, dtype=torch.float64)
    drawn = ends[0] ** (1 - where) * ends[1] ** where
    rows = [dict(zip(ENTRIES, row, strict=True)) for row in drawn.tolist()]
    tables = [replace(low, source="drawn", **row) for row in rows]
    found = torch.tensor([quantity(table) for table in tables], dtype=torch.float64)
    _checks.finite("quantity", found)
    return found
