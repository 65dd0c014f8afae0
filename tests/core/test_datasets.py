"""Data: a broken or foreign file is never used, and a failed download leaves nothing behind."""

import contextlib
import errno
import gzip
import hashlib
import os
import socketserver
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from snn_core import _files, datasets
from snn_core.datasets import DataError, cache_folder, mnist, mnist_file, mnist_mini, read_idx

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
    """Serve what a test puts into `answer`: (bytes sent, length announced or None)."""
    answer = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content, announced = answer["file"]
            self.send_response(200)
            if announced is not None:
                self.send_header("Content-Length", str(announced))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", (f"http://127.0.0.1:{http.server_port}/",))
    with serving(http):
        yield answer


@contextlib.contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


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


def digits_from(folder, monkeypatch):
    """Return what `mnist_mini` says where the bundled file is looked for in `folder`."""
    monkeypatch.setattr(datasets, "__file__", str(folder / "snn_core" / "datasets.py"))
    return mnist_mini()


@pytest.mark.parametrize("place", ["snn_core/data", "data"])
def test_the_bundled_file_is_found_where_it_is_installed_and_in_the_repository(
    place, tmp_path, monkeypatch
):
    (tmp_path / place).mkdir(parents=True)
    original = Path(datasets.__file__).parents[1] / "data" / "mnist_mini.npz"
    (tmp_path / place / "mnist_mini.npz").symlink_to(original)
    whole = mnist_mini()
    found = digits_from(tmp_path, monkeypatch)
    assert all(torch.equal(one, other) for one, other in zip(found, whole, strict=True))


@pytest.mark.parametrize("broken", ["absent", "other content", "folder"])
def test_a_broken_bundled_file_is_refused(broken, tmp_path, monkeypatch):
    path = tmp_path / "snn_core" / "data" / "mnist_mini.npz"
    path.parent.mkdir(parents=True)
    if broken == "folder":
        path.mkdir()
    if broken == "other content":
        path.write_bytes(b"not what it was")
    complaint = {"absent": "is missing", "folder": "cannot be read", "other content": "SHA-256"}
    with pytest.raises(DataError, match=f"{complaint[broken]}.*: reinstall snn_core") as error:
        digits_from(tmp_path, monkeypatch)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_images_come_in_the_default_dtype(dtype, monkeypatch):
    torch.set_default_dtype(dtype)
    try:
        images = mnist_mini().train_images
    finally:
        torch.set_default_dtype(torch.float32)
    assert images.dtype == dtype
    grey = torch.arange(256, dtype=dtype) / 255  # the values that a byte can take, in that dtype
    assert torch.isin(images, grey).all()


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
    assert mnist_file(NAME, download=False) == CONTENT


def test_an_uncompressed_file_is_used_too(folders):
    (folders[0] / NAME).write_bytes(CONTENT)
    assert mnist_file(NAME, download=False) == CONTENT


def test_mnist_reads_four_files_in_their_order(folders, monkeypatch):
    for position, name in enumerate(datasets.MNIST_SHA256):
        values = bytes([10 * position, 10 * position + 1])
        axes = b"\0\0\0\1" * 2 if "images" in name else b""
        header = bytes([0, 0, 8, 3 if axes else 1]) + b"\0\0\0\2" + axes
        (folders[0] / name).write_bytes(header + values)
        sha256 = hashlib.sha256(header + values).hexdigest()
        monkeypatch.setitem(datasets.MNIST_SHA256, name, sha256)
    digits = mnist(download=False)
    assert [part.shape for part in digits] == [(2, 1, 1), (2,), (2, 1, 1), (2,)]
    assert digits.train_images.flatten().tolist() == [0, pytest.approx(1 / 255)]
    assert digits.train_labels.tolist() == [10, 11]
    assert torch.equal(digits.test_images.flatten(), torch.tensor([20, 21]) / 255)
    assert digits.test_labels.tolist() == [30, 31]


def test_mnist_passes_on_that_nothing_may_be_downloaded(folders, monkeypatch):
    monkeypatch.setattr(_files, "fetch", None)
    with pytest.raises(DataError, match="not on this machine"):
        mnist(download=False)


def test_the_data_folder_comes_before_the_cache(folders, server):
    folders[1].mkdir(parents=True)
    (folders[1] / NAME).write_bytes(CONTENT)
    assert mnist_file(NAME, download=False) == CONTENT
    (folders[0] / NAME).write_bytes(b"broken")
    assert mnist_file(NAME, download=False) == CONTENT


def test_another_name_is_refused(folders):
    for name in ("t10k", "../x", "", None, 3):
        with pytest.raises(ValueError, match="name: got"):
            mnist_file(name, download=False)


@pytest.mark.parametrize(
    ("setting", "folder"), [("/a/cache", "/a/cache/snn_core"), ("", "/home/a/.cache/snn_core")]
)
def test_the_cache_is_where_the_user_says_or_in_his_home(setting, folder, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", setting)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/a"))
    assert cache_folder() == Path(folder)


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch):
    def unknown():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", unknown)
    with pytest.raises(DataError, match="set XDG_CACHE_HOME"):
        cache_folder()


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
        mnist_file(NAME)
    assert str(path) in str(error.value)


def test_a_good_file_beside_a_broken_one_is_used(folders):
    (folders[0] / f"{NAME}.gz").write_bytes(PACKED[:-6])
    (folders[0] / NAME).write_bytes(CONTENT)
    assert mnist_file(NAME, download=False) == CONTENT


def test_what_cannot_be_read_is_named(folders, server, monkeypatch):
    server["file"] = (PACKED, len(PACKED))
    (folders[0] / f"{NAME}.gz").mkdir()
    (folders[0] / NAME).write_bytes(b"broken")
    with pytest.raises(DataError) as error:
        mnist_file(NAME)
    assert f"{folders[0] / NAME}.gz cannot be read (Is a directory); " in str(error.value)
    assert f"{folders[0] / NAME} has SHA-256" in str(error.value)

    def denied(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(DataError, match=r"cannot be read \(Permission denied\)"):
        mnist_file(NAME)


def test_a_file_in_the_place_of_the_data_folder_holds_no_data(folders):
    folders[0].rmdir()
    folders[0].write_bytes(b"")
    with pytest.raises(DataError, match="not on this machine"):
        mnist_file(NAME, download=False)


def test_download_verifies_and_stores(folders, server):
    server["file"] = (PACKED, len(PACKED))
    assert mnist_file(NAME) == CONTENT
    assert [path.name for path in folders[1].iterdir()] == [f"{NAME}.gz"]
    server["file"] = (b"", 0)
    assert mnist_file(NAME) == CONTENT  # now from the cache


def test_a_download_of_unannounced_length_is_taken_as_it_comes(folders, server):
    server["file"] = (PACKED, None)
    assert mnist_file(NAME) == CONTENT


@pytest.mark.parametrize("announced", [len(PACKED), None])
def test_the_bar_shows_what_has_come_and_leaves(folders, server, monkeypatch, announced):
    bars, steps = [], []

    @contextlib.contextmanager
    def bar(**look):
        bars.append(look)
        yield SimpleNamespace(update=steps.append)

    monkeypatch.setattr(_files, "tqdm", bar)
    server["file"] = (PACKED, announced)
    mnist_file(NAME)
    (look,) = bars
    assert look == {
        "total": announced,
        "unit": "B",
        "unit_scale": True,
        "desc": f"{NAME}.gz",
        "leave": False,
    }
    assert steps == [len(PACKED)]  # in one piece, since it is small


def test_mnist_downloads_unless_that_is_forbidden(folders, monkeypatch):
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", ("http://127.0.0.1:9/",))
    with pytest.raises(DataError, match="could not download"):
        mnist()


@pytest.mark.parametrize("setting", [None, ""])
def test_without_a_data_folder_only_the_cache_is_looked_at(folders, monkeypatch, setting):
    monkeypatch.setenv("SNN_CORE_DATA", setting or "")
    if setting is None:
        monkeypatch.delenv("SNN_CORE_DATA")
    monkeypatch.chdir(folders[0].parent)  # whose folder "mnist" is not meant
    (folders[0] / NAME).write_bytes(CONTENT)
    with pytest.raises(DataError, match="not on this machine") as error:
        mnist_file(NAME, download=False)
    assert f"into {folders[1]}," in str(error.value)


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
        mnist_file(NAME)
    assert nothing_in(folders[1])


class Rude(socketserver.BaseRequestHandler):
    """Answers, but not in HTTP."""

    def handle(self):
        self.request.recv(1 << 12)
        self.request.sendall(self.server.line)


@pytest.mark.parametrize(
    "line", [b"SSH-2.0-server\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"]
)
def test_the_next_mirror_is_tried_where_the_first_does_not_speak_http(folders, server, line):
    server["file"] = (PACKED, len(PACKED))
    with socketserver.TCPServer(("127.0.0.1", 0), Rude) as rude, serving(rude):
        rude.line = line
        rude_address = f"http://127.0.0.1:{rude.server_address[1]}/"
        datasets.MNIST_MIRRORS = (rude_address, *datasets.MNIST_MIRRORS)
        assert mnist_file(NAME) == CONTENT
        (folders[1] / f"{NAME}.gz").unlink()
        datasets.MNIST_MIRRORS = (rude_address,)
        with pytest.raises(DataError, match=r"download http://127.+-ubyte\.gz: \S.+\. Without"):
            mnist_file(NAME)
    assert nothing_in(folders[1])


def refuse(code):
    def write(*_, **__):
        raise OSError(code, os.strerror(code))

    return write


def cannot_be_made(folders, monkeypatch):
    folders[1].parents[1].write_bytes(b"a file in the place of the folder")


def is_read_only(folders, monkeypatch):
    monkeypatch.setattr(tempfile, "mkstemp", refuse(errno.EROFS))


def is_full(folders, monkeypatch):
    """Write half of it; then the disk is full."""

    class Disk:
        def __init__(self, handle, mode):
            self.file = real(handle, mode)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, content):
            self.file.write(content[: len(content) // 2])
            refuse(errno.ENOSPC)()

    real = os.fdopen
    monkeypatch.setattr(os, "fdopen", Disk)


def cannot_be_replaced(folders, monkeypatch):
    (folders[1] / f"{NAME}.gz").mkdir(parents=True)
    monkeypatch.setattr(datasets, "_first_whole", lambda *_: None)


@pytest.mark.parametrize("spoil", [cannot_be_made, is_read_only, is_full, cannot_be_replaced])
def test_a_good_download_is_returned_where_it_cannot_be_kept(spoil, folders, server, monkeypatch):
    server["file"] = (PACKED, len(PACKED))
    spoil(folders, monkeypatch)
    with pytest.warns(UserWarning, match=rf"{NAME}\.gz was not kept in .*: \w") as caught:
        assert mnist_file(NAME) == CONTENT
    assert caught[0].filename == __file__
    if folders[1].is_dir():
        assert [path.name for path in folders[1].iterdir() if path.is_file()] == []


def test_an_interrupted_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        _files.write_atomically(tmp_path / "file", b"content")
    assert nothing_in(tmp_path)


def test_what_a_killed_writer_left_is_removed_by_a_later_one(tmp_path):
    old, new, other = (tmp_path / name for name in ("a.gz.1.part", "a.gz.2.part", "b.gz.3.part"))
    for path in (old, new, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (time.time() - _files.LEFTOVER_AGE - 60,) * 2)
    _files.write_atomically(tmp_path / "a.gz", b"content")
    assert sorted(tmp_path.iterdir()) == [tmp_path / "a.gz", new, other]
    assert (tmp_path / "a.gz").read_bytes() == b"content"


def test_a_file_is_replaced_at_once_and_only_when_it_is_complete(tmp_path, monkeypatch):
    seen = []
    real = os.replace

    def replace(temporary, path):
        seen.extend([Path(temporary).parent, Path(temporary).read_bytes(), path.read_bytes()])
        real(temporary, path)

    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr(os, "replace", replace)
    _files.write_atomically(tmp_path / "file", b"new")
    assert seen == [tmp_path, b"new", b"old"]
    assert (tmp_path / "file").read_bytes() == b"new"


def test_no_network_gives_instructions(folders, monkeypatch):
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", ("http://127.0.0.1:9/",))
    with pytest.raises(DataError) as error:
        mnist_file(NAME)
    assert f"put {NAME}.gz into {folders[0]}" in str(error.value)
    assert error.value.__cause__ is None


def test_without_download_the_message_says_where_to_put_the_file(folders):
    with pytest.raises(DataError, match=f"put {NAME}.gz into"):
        mnist_file(NAME, download=False)


def idx(*sizes, values=b"", kind=8):
    """Return an IDX file whose header says `sizes`, from −2³¹ to 2³² − 1."""
    header = b"".join((size % 2**32).to_bytes(4, "big") for size in sizes)
    return bytes([0, 0, kind, len(sizes)]) + header + values


MALFORMED = {
    "empty": b"",
    "three bytes": b"\0\0\x08",
    "no axis": idx(values=b"\7"),
    "no axis, no value": idx(),
    "floats": idx(0, kind=0x0D),
    "another file": b"PK" + idx(1, values=b"\7")[2:],
    "header cut": b"\0\0\x08\x03\0\0",
    "header cut by one": idx(0, 0)[:-1],
    "too short": CONTENT[:-1],
    "too long": CONTENT + b"\0",
    "size -1": idx(-1),
    "sizes -1, one value": idx(-1, -1, values=b"\7"),
    "sizes -1, -3": idx(-1, -3, values=b"abc"),
    "sizes that overflow": idx(2**31 - 1, 2**31 - 1, 2**31 - 1),
    "sizes whose product is 0 in 64 bits": idx(2**22, 2**22, 2**20),
    "four axes": idx(1, 1, 1, 1, values=b"\7"),
    "70 empty axes": idx(*[0] * 70),
    "255 axes": idx(*[1] * 255, values=b"\7"),
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_idx_file_is_refused(content):
    with pytest.raises(DataError, match=r"(?s)a file (is not an IDX file|holds \d+ values)"):
        read_idx(content, "a file")


@pytest.mark.parametrize("content", [None, "abc", np.zeros(12, np.uint8)])
def test_what_is_not_bytes_is_no_idx_file(content):
    with pytest.raises(ValueError, match="content: got .*, expected bytes"):
        read_idx(content)


@pytest.mark.parametrize("shape", [(0,), (5,), (0, 28, 28), (2, 3), (2, 3, 4), (1, 300, 2)])
def test_idx_round_trip(shape):
    array = np.arange(np.prod(shape)).astype(np.uint8).reshape(shape)
    for kind in (bytes, bytearray):
        assert np.array_equal(read_idx(kind(idx(*shape, values=array.tobytes()))), array)
