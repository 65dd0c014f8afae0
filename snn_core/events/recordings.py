"""Recordings of events: their format, the files of N-MNIST, and a data set of them."""

import numbers
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .. import _checks
from .._warn import warn
from ..datasets import DataError

SENSOR_SIZE = (34, 34, 2)  # width, height, polarities
FIELDS = ("x", "y", "t", "p")
EVENT = np.dtype([(name, int) for name in FIELDS])
# Of an N-MNIST file: an entry in that row adds so many µs to all later times.
BYTES_PER_EVENT = 5
OVERFLOW_ROW = 240
OVERFLOW = 2**13
SYSTEM_FILES = ("thumbs.db", "desktop.ini")  # beside all whose name begins with a dot


class EventRecordings(torch.utils.data.Dataset[tuple[object, int]]):
    """Recordings with labels: item i is ``(transform(events), label)``, as in Tonic's data sets.

    Args:
        recordings: structured arrays with the fields of `EVENT`, in a list.
        labels: integers ``[samples]``, at least 0.
        transform: applied to the events each time they are asked for; None leaves them as they are.

    Raises:
        ValueError: for other recordings, labels or transforms, or if recordings and labels differ
            in number.
    """

    sensor_size = SENSOR_SIZE

    def __init__(
        self,
        recordings: list[np.ndarray],
        labels: Tensor,
        transform: Callable[[np.ndarray], object] | None = None,
    ):
        _require_recordings(recordings)
        _require_labels(labels, len(recordings))
        fits = transform is None or callable(transform)
        _checks.require(fits, "transform", repr(transform), "a function or None")
        self.recordings = recordings
        self.labels = labels
        self.transform = transform

    def __len__(self) -> int:
        return len(self.recordings)

    def __getitem__(self, index: int) -> tuple[object, int]:
        whole = isinstance(index, numbers.Integral)
        _checks.require(whole, "index", repr(index), "an integer")
        events = self.recordings[index]
        return events if self.transform is None else self.transform(events), int(self.labels[index])


def _require_recordings(recordings: list[np.ndarray]) -> None:
    """Require a list of arrays of events."""
    several = isinstance(recordings, (list, tuple))
    _checks.require(several, "recordings", type(recordings).__name__, "a list of arrays")
    for events in recordings:
        names = getattr(getattr(events, "dtype", None), "names", None) or ()
        fits = isinstance(events, np.ndarray) and set(FIELDS) <= set(names)
        came = f"{type(events).__name__} with the fields {list(names)}"
        _checks.require(fits, "recordings", came, f"arrays with the fields {list(FIELDS)}")


def _require_labels(labels: Tensor, samples: int) -> None:
    """Require integer labels of at least 0, one for each sample."""
    is_tensor = isinstance(labels, Tensor)
    if not is_tensor or labels.dtype not in _checks.INTEGERS or labels.dim() != 1:
        came = f"{labels.dtype} {list(labels.shape)}" if is_tensor else type(labels).__name__
        _checks.fail("labels", came, f"an integer tensor [{samples}]")
    _checks.require(len(labels) == samples, "labels", f"{len(labels)} labels", f"{samples}")
    if samples:
        least = labels.min().item()
        _checks.require(least >= 0, "labels", f"a label {least}", "labels of at least 0")


def read_events(path: Path | str) -> np.ndarray:
    """Return the events of an N-MNIST file: x, y, 1 bit of polarity, 23 bits of microseconds.

    A file of 0 bytes is an empty recording. An entry in row 240 is no event: it adds 2¹³ µs to all
    later times.

    Raises:
        DataError: if the file is missing, a folder or unreadable, ends within an event, has an
            event outside of the sensor, or is not sorted by time; the message names the file and
            says what to do.
        ValueError: for a path that is none.

    Reference: Orchard, Jayawant, Cohen, Thakor 2015 (N-MNIST).
    """
    is_path = isinstance(path, (str, Path))
    _checks.require(is_path, "path", repr(path), "a path, as text or a Path")
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as problem:  # ValueError: a null byte in the name
        reason = getattr(problem, "strerror", None) or problem
        name = str(path).replace("\0", "\\0")
        raise DataError(
            f"{name} cannot be read: {reason}. Give the path of a file that this user may read"
        ) from None
    if len(content) % BYTES_PER_EVENT:
        raise DataError(
            f"{path} ends within an event: {len(content)} bytes "
            f"are no multiple of {BYTES_PER_EVENT}. Copy it again"
        )
    table = np.frombuffer(content, np.uint8).reshape(-1, BYTES_PER_EVENT)
    events = _decode(*table.astype(int).T)
    _require_events(events, path)
    return events


def _decode(
    x: np.ndarray, y: np.ndarray, high: np.ndarray, middle: np.ndarray, low: np.ndarray
) -> np.ndarray:
    """Turn five columns of bytes into events."""
    late = OVERFLOW * np.cumsum(y == OVERFLOW_ROW)
    time = (high & 127) << 16 | middle << 8 | low
    events = np.empty(len(x), EVENT)
    events["x"] = x
    events["y"] = y
    events["t"] = time + late
    events["p"] = high >> 7
    kept: np.ndarray = events[y != OVERFLOW_ROW]
    return kept


def _require_events(events: np.ndarray, path: Path | str) -> None:
    """Require events inside the sensor, sorted by time."""
    outside = (events["x"] >= SENSOR_SIZE[0]) | (events["y"] >= SENSOR_SIZE[1])
    if outside.any():
        x, y = events[outside][0][["x", "y"]]
        raise DataError(
            f"{path} has an event at x = {x}, y = {y}, outside of its {SENSOR_SIZE[:2]} pixels. "
            "Copy it again, if it is a file of N-MNIST"
        )
    backwards = np.flatnonzero(np.diff(events["t"]) < 0)
    if len(backwards):
        raise DataError(
            f"{path} is not sorted by time: event {backwards[0] + 1} "
            "is earlier than the one before it. Copy it again, if it is a file of N-MNIST"
        )


def nmnist_files(train: bool = True) -> list[Path]:
    """Return the files ``$SNN_CORE_DATA/nmnist/<Train or Test>/<digit>/<name>.bin``, in order.

    Files that an operating system has left there (``._00001.bin``, ``.DS_Store``, ``Thumbs.db``,
    ``desktop.ini``) are passed over, with one warning that says how many.

    Args:
        train: those of the training, or those to test on.

    Raises:
        DataError: if there are none.
    """
    data = Path(os.environ.get("SNN_CORE_DATA", "data"))
    folder = data / "nmnist" / ("Train" if train else "Test")
    found = sorted(folder.glob("[0-9]/*"))
    files = [file for file in found if file.suffix == ".bin" and not _of_the_system(file)]
    if not files:
        raise DataError(
            f"no recordings in {folder}: put them there as <digit>/<name>.bin, or set SNN_CORE_DATA"
        )
    passed = [file for file in found if _of_the_system(file)]
    if passed:
        first = passed[0].relative_to(folder).as_posix()
        warn(f"{folder}: passed over {len(passed)} hidden files of the system, first {first}")
    return files


def _of_the_system(file: Path) -> bool:
    """Say whether a file was left by an operating system, and not by who made the recordings."""
    return file.name.startswith(".") or file.name.lower() in SYSTEM_FILES


def local_nmnist(
    train: bool = True, transform: Callable[[np.ndarray], object] | None = None
) -> EventRecordings:
    """Return the recordings in the files of `nmnist_files`, with their digits as labels.

    Args:
        train: the training recordings, or those to test on.
        transform: see `EventRecordings`.

    Raises:
        DataError: if there are none, or a file is broken.
    """
    files = nmnist_files(train)
    labels = torch.tensor([int(file.parent.name) for file in files])
    recordings = [read_events(file) for file in files]
    return EventRecordings(recordings, labels, transform)
