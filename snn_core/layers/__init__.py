"""Layers without neurons: applied to all time steps at once, or once for all, or late."""

from .delays import DelayedLinear, Delays, set_width
from .dropout import DropoutOverTime
from .order import order_faults, require_order
from .over_time import OverTime, Repeat

__all__ = [
    "DelayedLinear",
    "Delays",
    "DropoutOverTime",
    "OverTime",
    "Repeat",
    "order_faults",
    "require_order",
    "set_width",
]
