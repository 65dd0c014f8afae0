"""The check of the cues that a task is asked for."""

from torch import Tensor

from .. import _checks


def require_cue(cue: Tensor, cues: int) -> None:
    """Require integers ``[B]`` in [0, cues)."""
    rank = cue.dim() if isinstance(cue, Tensor) else None
    if rank != 1:
        came = type(cue).__name__ if rank is None else f"shape {list(cue.shape)}"
        _checks.fail("cue", came, "an integer tensor [B]")
    _checks.labels("cue", cue, len(cue), cues)
