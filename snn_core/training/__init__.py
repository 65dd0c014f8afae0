"""Training: the loop that trains a network, its evaluation, seed and learning rate."""

from ..losses import Decoder
from ..neurons import watch_spikes
from .batches import Loader
from .evaluation import evaluate, identity
from .history import History
from .learners import GradientLearner, Learner, WeightLearner
from .loop import fit
from .schedules import one_cycle
from .seeding import seed_torch
from .update import Penalty

__all__ = [
    "Decoder",
    "GradientLearner",
    "History",
    "Learner",
    "Loader",
    "Penalty",
    "WeightLearner",
    "evaluate",
    "fit",
    "identity",
    "one_cycle",
    "seed_torch",
    "watch_spikes",
]
