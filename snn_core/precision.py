"""Precision: what is summed or decays over time is kept in float32 or better."""

import torch
from torch import Tensor


def wide(like: torch.dtype | Tensor) -> torch.dtype:
    """Return float32, or float64 where `like`, a dtype or a tensor, has it.

    >>> wide(torch.bfloat16), wide(torch.zeros(1, dtype=torch.float64))
    (torch.float32, torch.float64)
    """
    dtype = like.dtype if isinstance(like, Tensor) else like
    return torch.promote_types(dtype, torch.float32)
