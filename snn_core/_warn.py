"""Warnings that point at the line of the user's own code."""

import sys
import warnings
from types import FrameType


def warn(message: str) -> None:
    """Warn at the line outside of this package that led here, however deep inside."""
    level = 1
    frame: FrameType | None = sys._getframe()
    while frame and _is_ours(frame):
        frame = frame.f_back
        level += 1
    warnings.warn(message, stacklevel=level)


def _is_ours(frame: FrameType) -> bool:
    """Say whether a frame runs code of this package."""
    name: str = frame.f_globals["__name__"]
    return name.split(".")[0] == __package__
