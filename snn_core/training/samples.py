"""Samples at the door of a training: values, labels and lengths that fit each other."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .. import _checks

Lengths = dict[str, Tensor]  # what decoders and objectives are told of lengths, if there are some
Batch = tuple[Tensor, Tensor, Lengths]  # values, labels


@dataclass
class Samples:
    """Values ``[samples, …]``, labels and, if they differ, lengths ``[samples]``, checked."""

    values: Tensor
    labels: Tensor
    lengths: Tensor | None = None

    def __post_init__(self) -> None:
        came = type(self.values).__name__
        _checks.require(isinstance(self.values, Tensor), "values", came, "a torch tensor")
        dense = self.values.layout is torch.strided
        _checks.require(dense, "values", "a sparse tensor", "a dense one")
        is_some = self.values.dim() > 0 and len(self.values) > 0
        came = f"shape {list(self.values.shape)}"
        _checks.require(is_some, "values", came, "at least one sample, [samples, …]")
        _integers("labels", self.labels, len(self.values), 0)
        if self.lengths is not None:
            _integers("lengths", self.lengths, len(self.values), 1)

    def __len__(self) -> int:
        return len(self.values)

    def batch(self, chosen: Tensor) -> Batch:
        """Return the samples of these numbers."""
        chosen = chosen.to(self.values.device)
        given = {} if self.lengths is None else {"lengths": self.lengths[chosen]}
        return self.values[chosen], self.labels[chosen], given


def _integers(argument: str, got: Tensor, samples: int, low: int) -> None:
    """Require an integer tensor ``[samples]`` of values from `low` on."""
    is_tensor = isinstance(got, Tensor)
    if not is_tensor or got.dtype not in _checks.INTEGERS or got.shape != (samples,):
        came = f"{got.dtype} {list(got.shape)}" if is_tensor else type(got).__name__
        _checks.fail(argument, came, f"an integer tensor of shape [{samples}]")
    lowest = got.min().item()
    _checks.require(lowest >= low, argument, f"a value of {lowest}", f"at least {low}")


def test_samples(test: object) -> Samples | None:
    """Return the samples to evaluate on that `fit` was given: (values, labels) and maybe lengths.

    Raises:
        ValueError: for anything else.
    """
    if test is None:
        return None
    if not isinstance(test, tuple) or len(test) not in (2, 3):
        expected = "(values, labels) or (values, labels, lengths)"
        _checks.fail("test", type(test).__name__, expected)
    try:
        return Samples(*test)
    except ValueError as error:
        what, rest = str(error).split(": got ", 1)
        raise ValueError(f"test: got {what} {rest}") from None
