"""What a training goes through once per epoch: samples in batches, or the batches of a loader."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Generator, Tensor, nn

from .. import _checks
from .doors import require_generator
from .samples import Batch, Parts, Samples, require_dense, require_integers, require_labels

Loader = Iterable[Sequence[Tensor]]  # of (values, labels) or (values, labels, lengths)
PAIR = "(values, labels) or (values, labels, lengths)"
LOADER = "an iterable of batches, such as a DataLoader"


@dataclass
class Loaded:
    """Batches of a loader, each checked as it comes."""

    argument: str
    loader: Loader
    classes: bool = True
    has_lengths = False  # as far as is known before the first one

    def __iter__(self) -> Iterator[Batch]:
        number = 0
        for came in self.loader:
            number += 1
            yield _checked(self.argument, number, came, self.classes)
        _checks.require(number > 0, self.argument, "no batch", "at least one in every epoch")


Batches = Parts | Loaded


def to_train_on(
    values: Any,
    labels: Any,
    lengths: Any,
    batch_size: int | None,
    generator: Generator | None,
    epochs: int,
    classes: bool,
) -> Batches:
    """Return the batches of every epoch: samples, shuffled anew, or those of a loader.

    Their labels are of `classes`, or targets of any kind.

    Raises:
        ValueError: for samples or a loader that do not fit, or a loader beside what it has itself.
    """
    require_generator(generator)
    if isinstance(values, Tensor) or labels is not None:
        samples = Samples(values, labels, lengths, classes)
        return Parts(samples, _size(batch_size, 128), True, generator)
    _require_none(lengths=lengths, batch_size=batch_size, generator=generator)
    return _loaded("values", values, f"a torch tensor, or {LOADER}", epochs, classes)


def to_evaluate_on(values: Any, labels: Any, lengths: Any, batch_size: int | None) -> Batches:
    """Return the batches of an evaluation, in order: samples, or those of a loader.

    Raises:
        ValueError: as `to_train_on`.
    """
    if isinstance(values, Tensor) or labels is not None:
        return Parts(Samples(values, labels, lengths), _size(batch_size))
    _require_none(lengths=lengths, batch_size=batch_size)
    return _loaded("values", values, f"a torch tensor, or {LOADER}")


def to_test_on(test: object, epochs: int, classes: bool = True) -> Batches | None:
    """Return the batches to evaluate on after each epoch that `fit` was given, if there are some.

    Raises:
        ValueError: for neither (values, labels), with lengths or without, nor a loader.
    """
    if test is None:
        return None
    if not isinstance(test, tuple):
        return _loaded("test", test, f"{PAIR}, or {LOADER}", epochs, classes)
    _checks.require(len(test) in (2, 3), "test", f"a tuple of {len(test)}", PAIR)
    values, labels, lengths = (*test, None)[:3]
    with _as_part_of("test"):
        samples = Samples(values, labels, lengths, classes)
        return Parts(samples, _size(None))


def on_device_of(network: nn.Module, batches: Batches) -> Iterator[Batch]:
    """Yield batches on the device of a network: of its first parameter, or else its first buffer.

    >>> import torch
    >>> here = Parts(Samples(torch.ones(3, 2), torch.arange(3)), size=2)
    >>> [values.device.type for values, *_ in on_device_of(nn.Linear(2, 1, device="meta"), here)]
    ['meta', 'meta']
    """
    held = [*network.parameters(), *network.buffers()]
    device = held[0].device if held else None
    for values, labels, given in batches:
        for name, one in given.items():
            given[name] = one.to(device)
        yield values.to(device), labels.to(device), given


def _size(given: int | None, otherwise: int = 500) -> int:
    """Return the size of a batch that was given, or the usual one."""
    size = otherwise if given is None else given
    _checks.whole("batch_size", size)
    return size


def _require_none(**given: object) -> None:
    """Require that a loader comes alone, without the arguments that are for samples only."""
    for argument, one in given.items():
        expected = "None where batches come from a loader, which has its own"
        _checks.require(one is None, argument, type(one).__name__, expected)


def _loaded(
    argument: str, loader: Any, expected: str, epochs: int = 1, classes: bool = True
) -> Loaded:
    """Return the batches of a loader that can be gone through in every epoch."""
    is_one = isinstance(loader, Iterable) and not isinstance(loader, (Tensor, str, dict))
    _checks.require(is_one, argument, type(loader).__name__, expected)
    once = isinstance(loader, Iterator) and epochs > 1
    came = f"a {type(loader).__name__}, which is used up after one of {epochs} epochs"
    _checks.require(not once, argument, came, LOADER + " or a list, that begins anew each time")
    return Loaded(argument, loader, classes)


def _checked(argument: str, number: int, came: Any, classes: bool) -> Batch:
    """Return a batch of a loader, whose parts have to fit each other."""
    where = f" in batch {number}"
    several = isinstance(came, (tuple, list))
    what = f"a {type(came).__name__}" + (f" of {len(came)}" if several else "")
    _checks.require(several and len(came) in (2, 3), argument, what + where, PAIR)
    with _as_part_of(argument, where):
        return _fitting(classes, *came)


def _fitting(classes: bool, values: Tensor, labels: Tensor, lengths: Tensor | None = None) -> Batch:
    """Return a batch of values ``[B, …]``, or ``[T, B, …]``, and as many labels and lengths."""
    require_dense("values", values)
    counts = values.shape[:2]
    came = f"shape {list(values.shape)}"
    _checks.require(values.numel() > 0, "values", came, "at least one sample, [B, …]")
    if isinstance(labels, Tensor):
        require_dense("labels", labels)
    is_row = isinstance(labels, Tensor) and labels.shape[:1] in [(count,) for count in counts]
    count = len(labels) if is_row else next(iter(counts), 1)
    require_labels(labels, count, classes)
    if lengths is None:
        return values, labels, {}
    require_integers("lengths", lengths, count, 1)
    return values, labels, {"lengths": lengths}


@contextmanager
def _as_part_of(argument: str, where: str = "") -> Iterator[None]:
    """Let what does not fit inside the block be said of this argument."""
    try:
        yield
    except ValueError as error:
        what, rest = str(error).split(": got ", 1)
        came, expected = rest.split(", expected ", 1)
        raise ValueError(f"{argument}: got {what} {came}{where}, expected {expected}") from None
