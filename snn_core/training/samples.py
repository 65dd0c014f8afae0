"""Samples at the door of a training: values, labels and lengths that fit each other."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from .. import _checks, _modes
from ..randomness import drawing_device

Lengths = dict[str, Tensor]  # what decoders and objectives are told of lengths, if there are some
Batch = tuple[Tensor, Tensor, Lengths]  # values, labels


@dataclass
class Samples:
    """Values ``[samples, …]``, labels and, if they differ, lengths ``[samples]``, checked.

    Labels that are not of `classes` are targets of any kind, ``[samples, …]``.
    """

    values: Tensor
    labels: Tensor
    lengths: Tensor | None = None
    classes: bool = True

    def __post_init__(self) -> None:
        require_dense("values", self.values)
        is_some = self.values.dim() > 0 and len(self.values) > 0
        came = f"shape {list(self.values.shape)}"
        _checks.require(is_some, "values", came, "at least one sample, [samples, …]")
        require_labels(self.labels, len(self.values), self.classes)
        if self.lengths is not None:
            require_integers("lengths", self.lengths, len(self.values), 1)

    def __len__(self) -> int:
        return len(self.values)

    def batch(self, chosen: Tensor) -> Batch:
        """Return the samples of these numbers, wherever numbers and samples lie."""
        values = self.values[chosen.to(self.values.device)]
        labels = self.labels[chosen.to(self.labels.device)]
        if self.lengths is None:
            return values, labels, {}
        return values, labels, {"lengths": self.lengths[chosen.to(self.lengths.device)]}


@dataclass
class Parts:
    """Samples in batches: in order, or shuffled anew whenever they are gone through."""

    samples: Samples
    size: int
    shuffled: bool = False
    generator: Generator | None = None

    def __iter__(self) -> Iterator[Batch]:
        return map(
            self.samples.batch, torch.split(self._order(), min(self.size, len(self.samples)))
        )

    @property
    def has_lengths(self) -> bool:
        """Say whether samples have lengths of their own."""
        return self.samples.lengths is not None

    def _order(self) -> Tensor:
        """Return the numbers of the samples in the order of this time."""
        count = len(self.samples)
        if not self.shuffled:
            return torch.arange(count)
        device = drawing_device(self.generator, torch.device("cpu"))
        return torch.randperm(count, generator=self.generator, device=device)


def require_dense(argument: str, got: object) -> None:
    """Require a tensor that is neither sparse nor nested."""
    if not isinstance(got, Tensor):
        _checks.fail(argument, type(got).__name__, "a torch tensor")
    dense = got.layout is torch.strided and not got.is_nested
    came = "a nested tensor" if got.is_nested else "a sparse tensor"
    _checks.require(dense, argument, came, "a dense one")


def require_labels(got: Tensor, samples: int, classes: bool) -> None:
    """Require labels ``[samples]`` of classes, or else targets ``[samples, …]``."""
    if classes:
        require_integers("labels", got, samples, 0)
    else:
        require_dense("labels", got)
        came = f"shape {list(got.shape)}"
        _checks.require(got.shape[:1] == (samples,), "labels", came, f"[{samples}, …]")


def require_integers(argument: str, got: Tensor, samples: int, low: int) -> None:
    """Require an integer tensor ``[samples]`` of values from `low` on."""
    is_tensor = isinstance(got, Tensor)
    if is_tensor:
        require_dense(argument, got)
    if not is_tensor or got.dtype not in _checks.INTEGERS or got.shape != (samples,):
        came = f"{got.dtype} {list(got.shape)}" if is_tensor else type(got).__name__
        _checks.fail(argument, came, f"an integer tensor of shape [{samples}]")
    if _modes.checking():
        lowest = got.min().item()
        _checks.require(lowest >= low, argument, f"a value of {lowest}", f"at least {low}")
