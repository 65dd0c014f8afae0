"""Files of recordings byte by byte, what cannot be read, and the data set of them."""

import os

import numpy as np
import pytest
import torch

from snn_core.datasets import DataError
from snn_core.events import (
    EVENT,
    SENSOR_SIZE,
    EventRecordings,
    local_nmnist,
    nmnist_files,
    read_events,
)

# Four entries written by hand: x, y, polarity and 23 bits of time, the highest first.
CONTENT = bytes(
    [
        *(7, 30, 0x80, 0x00, 0x05),  # ON at 5 µs
        *(0, 33, 0x01, 0x02, 0x03),  # OFF at 65536 + 512 + 3
        *(9, 240, 0xFF, 0xFF, 0xFF),  # no event: 2¹³ µs more for what follows
        *(33, 0, 0xFF, 0xFF, 0xFF),  # ON at 2²³ - 1 + 2¹³
    ]
)
EVENTS = [(7, 30, 5, 1), (0, 33, 66_051, 0), (33, 0, 8_396_799, 1)]
NEEDS_RIGHTS = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything may be read"
)


@pytest.fixture
def nmnist(tmp_path, monkeypatch):
    """Return a function that writes a recording into a folder that `local_nmnist` looks at."""
    monkeypatch.setenv("SNN_CORE_DATA", str(tmp_path))

    def write(place, content=CONTENT):
        path = tmp_path / "nmnist" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write


def test_each_byte_has_its_meaning(tmp_path):
    path = tmp_path / "recording.bin"
    path.write_bytes(CONTENT)
    for given in (path, str(path)):
        events = read_events(given)
        assert events.dtype == EVENT
        assert events.tolist() == EVENTS
    assert [events[name].tolist() for name in "xytp"] == [
        list(c) for c in zip(*EVENTS, strict=True)
    ]


@pytest.mark.parametrize("size", [1, 4, 6, 19, 1001])
def test_a_size_that_is_no_number_of_events_is_named(tmp_path, size):
    path = tmp_path / "odd.bin"
    path.write_bytes(bytes(size))
    with pytest.raises(DataError, match=rf"odd\.bin ends within an event: {size} bytes .* again"):
        read_events(path)


def test_the_last_pixel_is_inside_and_the_next_one_outside(tmp_path):
    path = tmp_path / "edge.bin"
    width, height, _ = SENSOR_SIZE
    path.write_bytes(bytes([width - 1, height - 1, 0, 0, 0]))
    assert read_events(path)[["x", "y"]].tolist() == [(33, 33)]
    for x, y in ((width, 3), (3, height), (255, 255)):
        path.write_bytes(bytes([0, 0, 0, 0, 0, x, y, 0, 0, 0]))
        with pytest.raises(
            DataError, match=rf"edge\.bin has an event at x = {x}, y = {y}, outside"
        ):
            read_events(path)


def test_events_of_one_time_are_sorted_and_an_earlier_one_is_named(tmp_path):
    path = tmp_path / "time.bin"
    path.write_bytes(bytes([1, 1, 0, 0, 7] * 3))
    assert len(read_events(path)) == 3
    path.write_bytes(bytes([1, 1, 0, 0, 7] * 2 + [1, 1, 0, 0, 6]))
    with pytest.raises(DataError, match=r"time\.bin is not sorted by time: event 2 is earlier"):
        read_events(path)


def test_a_folder_a_missing_file_and_a_null_byte_are_told(tmp_path):
    for path in (tmp_path, tmp_path / "none.bin", "a\0b", str(tmp_path / "c\0d"), ""):
        with pytest.raises(DataError, match="cannot be read: .+ Give the path of a file") as error:
            read_events(path)
        assert "\0" not in str(error.value)
        assert error.value.__cause__ is None


@NEEDS_RIGHTS
def test_a_file_without_the_right_to_read_is_told(tmp_path):
    path = tmp_path / "locked.bin"
    path.write_bytes(CONTENT)
    path.chmod(0)
    with pytest.raises(DataError, match=r"locked\.bin cannot be read: Permission denied"):
        read_events(path)


@pytest.mark.parametrize("problem", [PermissionError(13, "Permission denied"), OSError("odd")])
def test_whatever_the_system_says_is_told(tmp_path, monkeypatch, problem):
    def refuse(_):
        raise problem

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(DataError, match=rf"one\.bin cannot be read: {problem.strerror or 'odd'}"):
        read_events(tmp_path / "one.bin")


@pytest.mark.parametrize("path", [None, 3, b"bytes", ["a.bin"]])
def test_what_is_no_path_is_named(path):
    with pytest.raises(ValueError, match="^path: got .*, expected a path"):
        read_events(path)


def test_a_local_folder_is_read_by_digit_and_part(nmnist):
    nmnist("Train/3/b.bin")
    nmnist("Train/3/a.bin", b"")
    nmnist("Train/0/c.bin", CONTENT[:5])
    nmnist("Test/9/a.bin", CONTENT[:10])
    train, test = local_nmnist(), local_nmnist(train=False, transform=len)
    assert [(len(events), label) for events, label in train] == [(1, 0), (0, 3), (3, 3)]
    assert train.labels.dtype == torch.int64
    assert list(test) == [(2, 9)]


def test_a_broken_file_or_a_folder_among_the_local_ones_is_named(nmnist):
    nmnist("Train/3/a.bin")
    broken = nmnist("Train/3/b.bin", CONTENT[:-1])
    with pytest.raises(DataError, match=r"b\.bin ends within an event"):
        local_nmnist()
    broken.unlink()
    broken.mkdir()
    with pytest.raises(DataError, match=r"b\.bin cannot be read"):
        local_nmnist()
    with pytest.raises(DataError, match=r"no recordings in .*Test.*put them there"):
        local_nmnist(train=False)


LEFT_BY_SYSTEMS = ("._a.bin", ".DS_Store", "Thumbs.db", "thumbs.db", "desktop.ini", ".a.bin.swp")


@pytest.mark.parametrize("name", LEFT_BY_SYSTEMS)
def test_a_file_that_a_system_left_among_the_local_ones_is_passed_over(nmnist, name):
    nmnist("Train/3/a.bin")
    nmnist(f"Train/3/{name}", b"\x00\x05\x16\x07")
    with pytest.warns(UserWarning, match="passed over 1 hidden files") as warned:
        assert len(local_nmnist()) == 1
    assert len(warned) == 1
    assert f"3/{name}" in str(warned[0].message)
    assert warned[0].filename == __file__


def test_all_of_them_are_told_by_one_warning_and_recordings_without_them_by_none(nmnist, recwarn):
    files = [nmnist(f"Train/{digit}/a.bin") for digit in range(10)]
    assert nmnist_files() == files
    assert not recwarn
    for digit in range(10):
        for name in LEFT_BY_SYSTEMS[:4]:
            nmnist(f"Train/{digit}/{name}", b"left")
    assert nmnist_files() == files
    assert [str(each.message).split(": ")[1] for each in recwarn] == [
        "passed over 40 hidden files of the system, first 0/.DS_Store"
    ]


def test_a_folder_that_holds_only_what_a_system_left_has_no_recordings(nmnist):
    nmnist("Train/3/._a.bin", b"left")
    with pytest.raises(DataError, match="no recordings"):
        local_nmnist()


def recordings(samples=2):
    return [np.zeros(n, EVENT) for n in range(samples)]


@pytest.mark.parametrize(
    ("labels", "came"),
    [
        (torch.tensor([0.7, 0.2]), "torch.float32"),
        (torch.tensor([True, False]), "torch.bool"),
        (torch.tensor([[0], [1]]), "torch.int64"),
        (torch.tensor(0), "torch.int64"),
        (torch.tensor([0, -1]), "a label -1"),
        (torch.tensor([0]), "1 labels"),
        (torch.tensor([0, 1, 2]), "3 labels"),
        ([0, 1], "list"),
        (np.array([0, 1]), "ndarray"),
        (None, "NoneType"),
    ],
)
def test_other_labels_are_named(labels, came):
    with pytest.raises(ValueError, match=f"^labels: got {came}.*, expected "):
        EventRecordings(recordings(), labels)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64])
def test_labels_are_integers_of_any_kind(dtype):
    data = EventRecordings(recordings(), torch.tensor([0, 200], dtype=dtype), transform=len)
    assert list(data) == [(0, 0), (1, 200)]
    assert type(data[0][1]) is int
    assert data[-1] == (1, 200)
    assert data[np.int64(1)] == (1, 200)


def test_no_recordings_are_a_data_set_as_well():
    assert len(EventRecordings([], torch.zeros(0, dtype=torch.long))) == 0


@pytest.mark.parametrize(
    "given", ["ab", 3, None, [np.zeros(3), np.zeros(3)], [1, 2], np.zeros((2, 3))]
)
def test_other_recordings_are_named(given):
    with pytest.raises(ValueError, match="^recordings: got .*, expected .*arrays"):
        EventRecordings(given, torch.tensor([0, 1]))


def test_other_transforms_and_indices_are_named():
    with pytest.raises(ValueError, match="^transform: got 'len', expected a function or None"):
        EventRecordings(recordings(), torch.tensor([0, 1]), "len")
    data = EventRecordings(recordings(), torch.tensor([0, 1]))
    for index in (slice(0, 1), 1.0, "0", None):
        with pytest.raises(ValueError, match="^index: got .*, expected an integer"):
            data[index]
    with pytest.raises(IndexError):
        data[2]
