"""Data: a broken or foreign file is never used, and a failed download leaves nothing behind."""

import gzip
import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch

from snn_core import datasets
from snn_core.datasets import DataError, mnist, mnist_mini, read_idx

NAME = "t10k-labels-idx1-ubyte"
CONTENT = bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1])
PACKED = gzip.compress(CONTENT, mtime=0)
REAL = Path(os.environ.get("SNN_CORE_DATA", "")) / "mnist"
needs_mnist = pytest.mark.skipif(
    not (REAL / f"{NAME}.gz").exists(), reason="SNN_CORE_DATA holds no full MNIST"
)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Point the data folder and the cache to empty places; the small file above is MNIST's."""
    monkeypatch.setenv("SNN_CORE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setitem(datasets.MNIST_SHA256, NAME, hashlib.sha256(CONTENT).hexdigest())
    (tmp_path / "data" / "mnist").mkdir(parents=True)
    return tmp_path / "data" / "mnist", tmp_path / "cache" / "snn_core" / "mnist"


@pytest.fixture
def server(monkeypatch):
    """Serve what a test puts into `answer`: (bytes sent, length announced)."""
    answer = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content, announced = answer["file"]
            self.send_response(200)
            self.send_header("Content-Length", str(announced))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", (f"http://127.0.0.1:{http.server_port}/",))
    yield answer
    http.shutdown()
    thread.join()
    http.server_close()


def nothing_in(folder):
    return not folder.exists() or not list(folder.iterdir())


def test_mini_has_the_documented_shapes_and_ranges():
    digits = mnist_mini()
    assert [tuple(part.shape) for part in digits] == [
        (5000, 28, 28),
        (5000,),
        (1000, 28, 28),
        (1000,),
    ]
    assert digits.train_images.dtype == torch.float32
    assert (digits.train_images.min(), digits.train_images.max()) == (0, 1)
    assert sorted(digits.test_labels.unique().tolist()) == list(range(10))


def test_mini_shares_no_image_between_training_and_test():
    digits = mnist_mini()
    train = {image.numpy().tobytes() for image in digits.train_images}
    assert not train & {image.numpy().tobytes() for image in digits.test_images}


def test_a_broken_bundled_file_is_refused(tmp_path):
    path = tmp_path / "mnist_mini.npz"
    path.write_bytes(b"not what it was")
    with pytest.raises(DataError, match="SHA-256"):
        datasets._verified(path, datasets.MINI_SHA256)
    with pytest.raises(DataError, match="is missing"):
        datasets._verified(tmp_path / "absent.npz", datasets.MINI_SHA256)


@needs_mnist
def test_mini_is_the_beginning_of_the_full_set():
    full, mini = mnist(download=False), mnist_mini()
    assert full.train_images.shape == (60_000, 28, 28)
    assert full.test_labels.shape == (10_000,)
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        part = getattr(mini, name)
        assert torch.equal(getattr(full, name)[: len(part)], part)


def test_a_file_in_the_data_folder_is_used(folders):
    (folders[0] / f"{NAME}.gz").write_bytes(PACKED)
    assert datasets.mnist_file(NAME, download=False) == CONTENT


def test_an_uncompressed_file_is_used_too(folders):
    (folders[0] / NAME).write_bytes(CONTENT)
    assert datasets.mnist_file(NAME, download=False) == CONTENT


BROKEN = {
    "truncated": PACKED[:-6],
    "empty": b"",
    "a web page": b"<html>",
    "foreign": gzip.compress(CONTENT + b"x"),
}
FOREIGN = gzip.compress(b"another file", mtime=0)


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_never_used(folders, broken):
    path = folders[0] / f"{NAME}.gz"
    path.write_bytes(broken)
    with pytest.raises(DataError, match="delete it and try again") as error:
        datasets.mnist_file(NAME)
    assert str(path) in str(error.value)


def test_download_verifies_and_stores(folders, server):
    server["file"] = (PACKED, len(PACKED))
    assert datasets.mnist_file(NAME) == CONTENT
    assert [path.name for path in folders[1].iterdir()] == [f"{NAME}.gz"]
    server["file"] = (b"", 0)
    assert datasets.mnist_file(NAME) == CONTENT  # now from the cache


@pytest.mark.parametrize(
    ("sent", "announced", "complaint"),
    [
        (PACKED[:9], len(PACKED), "broke|incomplete|IncompleteRead"),
        (PACKED[:9], 9, "truncated"),
        (FOREIGN, len(FOREIGN), "SHA-256"),
    ],
    ids=["connection broke", "truncated", "foreign"],
)
def test_a_failed_download_leaves_nothing_behind(folders, server, sent, announced, complaint):
    server["file"] = (sent, announced)
    with pytest.raises(DataError, match=complaint):
        datasets.mnist_file(NAME)
    assert nothing_in(folders[1])


def test_an_interrupted_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        datasets._write_atomically(tmp_path / "file", b"content")
    assert nothing_in(tmp_path)


def test_no_network_gives_instructions(folders, monkeypatch):
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", ("http://127.0.0.1:9/",))
    with pytest.raises(DataError) as error:
        datasets.mnist_file(NAME)
    assert f"put {NAME}.gz into {folders[0]}" in str(error.value)
    assert error.value.__cause__ is None


def test_without_download_the_message_says_where_to_put_the_file(folders):
    with pytest.raises(DataError, match=f"put {NAME}.gz into"):
        datasets.mnist_file(NAME, download=False)


MALFORMED = [
    b"",
    b"\0\0\x08",
    b"\0\0\x0d\x01\0\0\0\0",
    b"\0\0\x08\x03\0\0",
    CONTENT[:-1],
    CONTENT + b"\0",
]


@pytest.mark.parametrize("content", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_idx_file_is_refused(content):
    with pytest.raises(DataError):
        read_idx(content)


def test_idx_round_trip():
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    header = bytes([0, 0, 8, 3]) + np.array(array.shape, dtype=">i4").tobytes()
    assert np.array_equal(read_idx(header + array.tobytes()), array)
