"""What figures take: tensors of any floating-point dtype, with gradients, on any device, as arrays."""

import numpy as np
import torch
from torch import Tensor

from .. import _checks

MOST_CLASSES = 100


def array(argument: str, values, rank: int | None = None) -> np.ndarray:
    """Return real numbers as a NumPy array: of a tensor, of an array, or of lists that may hold both.

    Half precision, which NumPy and matplotlib know in part, becomes float32.

    Args:
        argument: what the caller calls it.
        values: no complex numbers, no text.
        rank: the number of axes that it must have; any if None.

    Raises:
        ValueError: for anything that is not numbers, or for another rank.
    """
    try:
        found = _array(values)
    except (TypeError, ValueError):  # no numbers, or rows of different lengths
        _checks.fail(argument, type(values).__name__, "numbers")
    _checks.require(found.dtype.kind in "fiub", argument, f"{found.dtype}", "real numbers")
    axes = f"shape {list(found.shape)}"
    _checks.require(rank is None or found.ndim == rank, argument, axes, f"{rank} axes")
    return found


def _array(values) -> np.ndarray:
    if isinstance(values, list | tuple):
        return np.array([_array(value) for value in values])
    if not isinstance(values, Tensor):
        return np.asarray(values)
    values = values.detach().to_dense() if values.layout != torch.strided else values
    half = values.dtype in (torch.bfloat16, torch.float16)
    return (values.float() if half else values).numpy(force=True)


def spikes_array(argument: str, spikes, shape: tuple[int, ...]) -> np.ndarray:
    """Return spikes, 0 or 1, as an array; raise a ``ValueError`` for others, or for another shape."""
    found = array(argument, spikes)
    _checks.require(found.shape == shape, argument, f"shape {list(found.shape)}", f"shape {list(shape)}")
    _checks.require(bool(np.isin(found, (0, 1)).all()), argument, "other values", "spikes, 0 or 1")
    return found


def classes_array(argument: str, classes, samples: int | None = None) -> np.ndarray:
    """Return classes ``[samples]`` as an array; raise a ``ValueError`` for what are none."""
    if samples is None:
        samples = classes.numel() if isinstance(classes, Tensor) else 0
    return _checks.labels(argument, classes, samples, MOST_CLASSES).numpy(force=True)


def finite_number(argument: str, value) -> float | None:
    """Return a finite number, also one in a tensor, as a float; None for None; else a ``ValueError``."""
    if value is None:
        return None
    found = array(argument, value, rank=0)
    expected = "a finite number"
    _checks.require(found.dtype.kind != "b" and bool(np.isfinite(found)), argument, repr(value), expected)
    return found.item()
