"""Tasks: what the networks see and, for agents that learn by reward, what their neurons do."""

from .association import CueAssociation
from .recall import DelayedRecall
from .two_ears import TwoEars
from .yin_yang import yin_yang, yin_yang_class

__all__ = ["CueAssociation", "DelayedRecall", "TwoEars", "yin_yang", "yin_yang_class"]
