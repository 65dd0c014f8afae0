"""What counts cost in picojoules, where two networks meet, and how far to trust either."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from .. import _checks
from .layers import Operations
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


def _arithmetic(table: EnergyTable, bits: int) -> tuple[float, float, float]:
    """Return the price of a sum, of a product of two values, and of a state and its decay."""
    if bits == 32:
        return table.add_float32, table.multiply_float32, table.multiply_float32
    return table.add_int32, table.multiply(bits, bits), table.multiply(bits, 32)


def energy(
    counts: Counts,
    table: EnergyTable = HOROWITZ,
    *,
    bits: int = 32,
    dense: bool = False,
    batch: int = 1,
) -> Energy:
    """Return what the operations of a network cost for one image, on average.

    A multiply-accumulate is a product and an addition; an update of a state is a product with the
    decay, if there is one, an addition (the comparison with the threshold, or the reset), a read
    and a write. Sums grow in registers; they and states have 32 bits. Parameters lie in a memory
    that just holds all of them, states in another. A value that is not 0 is sent as a message.

    Args:
        counts: of `count_operations`.
        table: energies of single operations.
        bits: of parameters and values: 32 for floats, 1 to 15 for integers.
        dense: price a machine that skips nothing and multiplies everything. It knows the order of
            its work: each parameter is read once for a batch, and values are written and read in
            place of messages.
        batch: images that a dense machine works on at once.

    Returns:
        The `Energy` in pJ.

    Raises:
        ValueError: for a number of bits that is none of these, a batch of less than one image, or
            one of several images for a machine that is not dense.

    Reference: our reading of what Lemaire et al. 2022 count, without addresses and control.
    """
    _checks.whole("bits", bits)
    _checks.require(bits < 16 or bits == 32, "bits", bits, "1 to 15 (integers), or 32 (floats)")
    _checks.flag("dense", dense)
    _checks.whole("batch", batch)
    _checks.require(dense or batch == 1, "batch", batch, "1 for a machine that is not dense")
    total = counts.total
    add, multiply, decay = _arithmetic(table, bits)
    sent = table.message * total.received
    if dense:
        values = total.inputs / counts.images
        sent = 2 * table.access(values * bits / 8) * bits / WORD * total.inputs
        reads = counts.images * total.parameters
        total = replace(total, additions=0, macs=total.dense, reads=reads)
    sums = total.additions + total.macs + total.sums + total.updates
    arithmetic = add * sums + multiply * total.macs + decay * total.decays
    read = table.access(total.parameters * bits / 8) * bits / WORD
    update = 2 * table.access(total.states * 32 / 8) * 32 / WORD
    parts = (arithmetic, read * total.reads / batch, update * total.updates, sent)
    return Energy(*(part / counts.images for part in parts))


def meeting_rate(
    inputs: int,
    outputs: int,
    steps: int,
    table: EnergyTable = HOROWITZ,
    *,
    bits: int = 32,
    density: float = 1.0,
) -> float:
    """Return how many spikes per input and image make a spiking layer cost what a ReLU layer does.

    Both have ``inputs * outputs`` synapses without biases; below this rate the spiking one, of LIF
    neurons, costs less. It is ``(density * value - steps * silent / inputs) / spike``, for what one
    value, one step of all neurons, and one spike cost.

    Args:
        inputs, outputs: the size of both layers.
        steps: T, in which every state is updated.
        table, bits: as for `energy`.
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

    def cost(**done: int) -> float:
        layer = Operations(parameters=inputs * outputs, states=outputs, **done)
        return energy(Counts(1, {"": layer}), table, bits=bits).total

    spike = cost(additions=outputs, reads=outputs, received=1)
    value = cost(macs=outputs, reads=outputs, received=1)
    silent = cost(updates=outputs, decays=outputs)
    return (density * value - steps * silent / inputs) / spike


def over_tables(
    quantity: Callable[[EnergyTable], float],
    *,
    draws: int = 1000,
    generator: Generator | None = None,
) -> Tensor:
    """Return a quantity for tables drawn at random from what the literature says.

    Each entry is drawn for itself between `LOWEST` and `HIGHEST`, evenly in its logarithm. For the
    ratio of two networks compute both energies in `quantity`: each draw is the same for both.

    Args:
        quantity: a number from a table, such as ``lambda table: energy(a, table).total``.
        draws: how many tables, at least 1.
        generator: draws them; PyTorch's own if None.

    Returns:
        ``[draws]`` in float64; `torch.quantile` gives an interval.

    Raises:
        ValueError: for a quantity that is no finite number, or fewer than one draw.

    >>> over_tables(lambda table: table.dram / table.dram, draws=3).tolist()
    [1.0, 1.0, 1.0]
    """
    _checks.whole("draws", draws)
    _checks.generator(generator)
    low, high = ([getattr(end, name) for name in ENTRIES] for end in (LOWEST, HIGHEST))
    where = torch.rand(draws, len(ENTRIES), generator=generator, dtype=torch.float64)
    drawn = torch.tensor(low).double() ** (1 - where) * torch.tensor(high).double() ** where
    found = [quantity(EnergyTable("drawn", *row)) for row in drawn.tolist()]
    values = torch.tensor(found, dtype=torch.float64)
    _checks.finite("quantity", values)
    return values
