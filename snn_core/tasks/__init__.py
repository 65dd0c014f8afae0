"""Tasks: what the networks see and, for agents that learn by reward, what their neurons do."""

from .association import CueAssociation
from .one_dimensional import digit_templates, one_dimensional_digits
from .recall import DelayedRecall
from .two_ears import TwoEars
from .yin_yang import yin_yang, yin_yang_class

__all__ = [
    "CueAssociation",
    "DelayedRecall",
    "TwoEars",
    "digit_templates",
    "one_dimensional_digits",
    "yin_yang",
    "yin_yang_class",
]
