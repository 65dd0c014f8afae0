"""Training: the loop that trains and evaluates a network, its seed, and its learning rate."""

from ..losses import Decoder
from ..neurons import watch_spikes
from .loop import History, evaluate, fit, identity
from .schedules import one_cycle
from .seeding import seed_torch
from .update import Penalty

__all__ = [
    "Decoder",
    "History",
    "Penalty",
    "evaluate",
    "fit",
    "identity",
    "one_cycle",
    "seed_torch",
    "watch_spikes",
]
