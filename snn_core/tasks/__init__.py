"""Tasks: what the networks see and, for agents that learn by reward, what their neurons do."""

from .association import CueAssociation
from .recall import DelayedRecall

__all__ = ["CueAssociation", "DelayedRecall"]
