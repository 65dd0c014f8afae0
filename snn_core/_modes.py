"""When values can be read: not in a trace or a transform, and not where the user does without."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch

_UNCHECKED: ContextVar[bool] = ContextVar("unchecked", default=False)


@contextmanager
def unchecked() -> Iterator[None]:
    """Leave out, inside the block, all checks that read the values of tensors.

    Each of them waits until the device has done its work, once or twice for each layer. Kinds,
    dtypes and shapes are checked as ever. A NaN is not found inside the block, and comes out as it
    may. Holds for this thread and this asynchronous task only.

    In `torch.compile`, `torch.export`, `torch.jit.trace` and the transforms of `torch.func`, where
    no value can be read, these checks are left out without being asked.

    >>> from snn_core import LIF
    >>> with unchecked():
    ...     LIF()(torch.full((2, 1, 1), torch.nan)).sum().item()
    0.0
    """
    if tracing():
        yield
        return
    token = _UNCHECKED.set(True)
    try:
        yield
    finally:
        _UNCHECKED.reset(token)


def tracing() -> bool:
    """Say whether operations are recorded into a graph, which holds for other values too."""
    return torch.compiler.is_compiling() or torch._C._is_tracing()


def plain_only() -> bool:
    """Say whether only PyTorch's operations will do: in a graph, or a transform of `torch.func`."""
    return tracing() or torch._C._are_functorch_transforms_active()


def checking() -> bool:
    """Say whether values are to be checked: not in a trace, nor where the user does without."""
    return not tracing() and not _UNCHECKED.get()


def is_true(flag: torch.Tensor) -> bool:
    """Read a flag ``[]``; False where it has no value: in a transform, or of a fake tensor."""
    try:
        return bool(flag)
    except RuntimeError:
        return False
