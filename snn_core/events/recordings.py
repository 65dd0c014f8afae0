"""Recordings of events: their format, the files of N-MNIST, and a data set of them."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .. import _checks
from ..datasets import DataError

SENSOR_SIZE = (34, 34, 2)  # width, height, polarities
EVENT = np.dtype([("x", int), ("y", int), ("t", int), ("p", int)])
# Of an N-MNIST file: an entry in that row adds so many µs to all later times.
BYTES_PER_EVENT = 5
OVERFLOW_ROW = 240
OVERFLOW = 2**13


class EventRecordings(torch.utils.data.Dataset):
    """Recordings with labels: item i is ``(transform(events), label)``, as in Tonic's data sets.

    Args:
        recordings: structured arrays.
        labels: integers ``[samples]``.
        transform: applied to the events each time they are asked for; None leaves them as they are.

    Raises:
        ValueError: if recordings and labels differ in number.
    """

    sensor_size = SENSOR_SIZE

    def __init__(
        self,
        recordings: list[np.ndarray],
        labels: Tensor,
        transform: Callable[[np.ndarray], object] | None = None,
    ):
        if len(labels) != len(recordings):
            _checks.fail("labels", f"{len(labels)} labels", f"{len(recordings)}")
        self.recordings = recordings
        self.labels = labels
        self.transform = transform

    def __len__(self) -> int:
        return len(self.recordings)

    def __getitem__(self, index: int) -> tuple[object, int]:
        events = self.recordings[index]
        return events if self.transform is None else self.transform(events), int(self.labels[index])


def read_events(path: Path | str) -> np.ndarray:
    """Return the events of an N-MNIST file: x, y, 1 bit of polarity, 23 bits of microseconds.

    A file of 0 bytes is an empty recording. An entry in row 240 is no event: it adds 2¹³ µs to all
    later times.

    Raises:
        DataError: if the file is missing, ends within an event, has an event outside of the sensor,
            or is not sorted by time; the message names the file.

    Reference: Orchard, Jayawant, Cohen, Thakor 2015 (N-MNIST).
    """
    try:
        content = Path(path).read_bytes()
    except OSError as problem:
        raise DataError(f"{path} cannot be read: {problem.strerror}") from None
    if len(content) % BYTES_PER_EVENT:
        raise DataError(
            f"{path} ends within an event: {len(content)} bytes "
            f"are no multiple of {BYTES_PER_EVENT}"
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
    return events[y != OVERFLOW_ROW]


def _require_events(events: np.ndarray, path: Path | str) -> None:
    """Require events inside the sensor, sorted by time."""
    outside = (events["x"] >= SENSOR_SIZE[0]) | (events["y"] >= SENSOR_SIZE[1])
    if outside.any():
        x, y = events[outside][0][["x", "y"]]
        raise DataError(
            f"{path} has an event at x = {x}, y = {y}, outside of its {SENSOR_SIZE[:2]} pixels"
        )
    backwards = np.flatnonzero(np.diff(events["t"]) < 0)
    if len(backwards):
        raise DataError(
            f"{path} is not sorted by time: event {backwards[0] + 1} "
            "is earlier than the one before it"
        )


def local_nmnist(train: bool = True, transform: Callable | None = None) -> EventRecordings:
    """Return the recordings ``$SNN_CORE_DATA/nmnist/<Train or Test>/<digit>/<name>.bin``.

    Args:
        train: the training recordings, or those to test on.
        transform: see `EventRecordings`.

    Raises:
        DataError: if there are none, or a file is broken.
    """
    data = Path(os.environ.get("SNN_CORE_DATA", "data"))
    folder = data / "nmnist" / ("Train" if train else "Test")
    files = sorted(folder.glob("[0-9]/*.bin"))
    if not files:
        raise DataError(
            f"no recordings in {folder}: put them there as <digit>/<name>.bin, or set SNN_CORE_DATA"
        )
    labels = torch.tensor([int(file.parent.name) for file in files])
    recordings = [read_events(file) for file in files]
    return EventRecordings(recordings, labels, transform)
