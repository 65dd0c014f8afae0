"""Energies of single operations in picojoules, with their sources, in tables to be changed.

Horowitz's numbers agree with those that others cite. Of those of Jouppi et al. only the 32-bit
floats and the 8 KB memory could be compared so; neither paper itself, nor that of Davies et al. on
Loihi, was at hand. Its cost of a message is the only one here, and for another process: change it.
"""

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from .. import _checks

KIBI = 2**10  # bytes
MEBI = 2**20
WORD = 64  # bits of one access to memory
MESSAGE = "message: Davies et al. 2018, Loihi, 14 nm"


@dataclass(frozen=True)
class EnergyTable:
    """Energies of single operations in pJ, unless told otherwise those of Horowitz.

    Args:
        source: where the numbers are from, with year and process.
        add_int32, multiply_int8, multiply_int32: of integers.
        add_float32, multiply_float32: of floating-point numbers.
        sram_8kb, sram_32kb, sram_1mb, dram: one access to 64 bits of a memory of that size.
        message: to send one value, a spike or another, to where its synapses are.

    Raises:
        ValueError: for energies that are negative or no finite numbers.

    >>> replace(HOROWITZ, message=0.0).message
    0.0
    """

    source: str = f"Horowitz 2014, ISSCC, 45 nm at 0.9 V; {MESSAGE}"
    add_int32: float = 0.1
    add_float32: float = 0.9
    multiply_int8: float = 0.2
    multiply_int32: float = 3.1
    multiply_float32: float = 3.7
    sram_8kb: float = 10.0
    sram_32kb: float = 20.0
    sram_1mb: float = 100.0
    dram: float = 1300.0
    message: float = 1.7 + 3.5  # a hop is 3.0 from east to west and 4.0 from north to south

    def __post_init__(self) -> None:
        for name in ENTRIES:
            _checks.number(name, getattr(self, name), 0, open_low=False)

    def multiply(self, bits: int, by: int) -> float:
        """Return the energy of a product of integers, linear in the product of their sizes."""
        sizes = [0, 8**2, 32**2]
        return float(np.interp(bits * by, sizes, [0, self.multiply_int8, self.multiply_int32]))

    def access(self, size: float) -> float:
        """Return the energy of an access to 64 bits of a memory of `size` bytes.

        Between two entries it lies on a line in the logarithms of both: in Horowitz's table, about
        as the square root of the size. A memory is never cheaper than 8 KB; above 1 MB it is DRAM.
        """
        if size > MEBI:
            return self.dram
        low = (8 * KIBI, self.sram_8kb)
        high = (32 * KIBI, self.sram_32kb)
        if size > high[0]:
            low = high
            high = (MEBI, self.sram_1mb)
        part = math.log(max(size, low[0]) / low[0], high[0] / low[0])
        return float(low[1] ** (1 - part) * high[1] ** part)


ENTRIES = tuple(field.name for field in fields(EnergyTable) if field.name != "source")

HOROWITZ = EnergyTable()
JOUPPI = EnergyTable(
    source=f"Jouppi et al. 2021, ISCA, table 2, 7 nm; {MESSAGE}",
    add_int32=0.03,
    add_float32=0.38,
    multiply_int8=0.07,
    multiply_int32=1.48,
    multiply_float32=1.31,
    sram_8kb=7.5,
    sram_32kb=8.5,
    sram_1mb=14.0,
)
# The ends of what the literature says: within a tile and high-bandwidth memory; four hops and DDR3.
LOWEST = replace(JOUPPI, source="lowest", dram=250.0, message=1.7)
HIGHEST = replace(HOROWITZ, source="highest", dram=2600.0, message=1.7 + 4 * 3.5)
