"""The one rule of precision: what adds up over time is never below float32."""

import torch
from torch import Tensor


def wide(dtype: torch.dtype | Tensor) -> torch.dtype:
    """Return the dtype of states for an input (or its dtype): float32, or float64 for float64.

    >>> wide(torch.bfloat16), wide(torch.ones(1, dtype=torch.float64))
    (torch.float32, torch.float64)
    """
    if isinstance(dtype, Tensor):
        dtype = dtype.dtype
    return torch.promote_types(dtype, torch.float32)
