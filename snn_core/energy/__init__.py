"""Energy: count what a network does, price it by a table, and find where two networks meet.

`count_operations` counts; `energy` prices the counts; `quantise` makes the ordinary opponent.
"""

from .costs import Energy, energy, meeting_rate, over_tables
from .layers import Operations
from .meter import Counts, count_operations
from .quantisation import quantise
from .tables import HIGHEST, HOROWITZ, JOUPPI, LOWEST, EnergyTable

__all__ = [
    "HIGHEST",
    "HOROWITZ",
    "JOUPPI",
    "LOWEST",
    "Counts",
    "Energy",
    "EnergyTable",
    "Operations",
    "count_operations",
    "energy",
    "meeting_rate",
    "over_tables",
    "quantise",
]
