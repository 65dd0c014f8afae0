"""Layers without neurons: applied to all time steps at once, or once for all."""

from .dropout import DropoutOverTime
from .order import order_faults, require_order
from .over_time import OverTime, Repeat

__all__ = ["DropoutOverTime", "OverTime", "Repeat", "order_faults", "require_order"]
