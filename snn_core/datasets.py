"""Data sets: a bundled part of MNIST that needs no network, and the full MNIST on request.

The full set is looked for in ``$SNN_CORE_DATA``, then in the user's cache folder; otherwise it is
downloaded there. Every file is verified by its SHA-256 before it is used, and a download is put in
place only when it is complete.
"""

import gzip
import hashlib
import io
import os
import tempfile
import urllib.error
import urllib.request
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from tqdm.auto import tqdm

MNIST_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MNIST_MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
MINI_SHA256 = "63dba6e74cc8bc6096a7d7bcadaa726ad449aa3f19f780ce0f2790974e044271"


class DataError(RuntimeError):
    """A data file is missing, broken, or cannot be downloaded. The message says what to do."""


class Digits(NamedTuple):
    """Handwritten digits.

    Images ``[samples, 28, 28]``, float32 in [0, 1]; labels ``[samples]``, integers 0 to 9.
    """

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor


def mnist_mini() -> Digits:
    """Return the first 5,000 training and 1,000 test images of MNIST, from a bundled file.

    Raises:
        DataError: if the bundled file is missing or broken.

    Reference: LeCun, Cortes, Burges, the MNIST database of handwritten digits (CC BY-SA 3.0).

    >>> digits = mnist_mini()
    >>> digits.train_images.shape, digits.test_labels[:4].tolist()
    (torch.Size([5000, 28, 28]), [7, 2, 1, 0])
    """
    here = Path(__file__).parent
    path = next(
        (p for p in (here / "data", here.parent / "data") if (p / "mnist_mini.npz").exists()),
        here / "data",
    )
    content = _verified(path / "mnist_mini.npz", MINI_SHA256)
    with np.load(io.BytesIO(content)) as arrays:
        return _digits(*(arrays[name] for name in Digits._fields))


def mnist(*, download: bool = True) -> Digits:
    """Return the full MNIST, 60,000 training and 10,000 test images.

    Args:
        download: fetch what is found neither in ``$SNN_CORE_DATA/mnist`` nor in the cache folder
            (11.6 MB).

    Raises:
        DataError: if a file is broken, or missing and cannot be downloaded; the message says where
            to put it by hand.

    Reference: LeCun, Cortes, Burges, the MNIST database of handwritten digits (CC BY-SA 3.0).
    """
    return _digits(*(read_idx(mnist_file(name, download=download), name) for name in MNIST_SHA256))


def _digits(train_images, train_labels, test_images, test_labels) -> Digits:
    def scaled(images: np.ndarray) -> Tensor:
        return torch.from_numpy(images.astype(np.float32) / 255)

    def integers(labels: np.ndarray) -> Tensor:
        return torch.from_numpy(labels.astype(np.int64))

    return Digits(
        scaled(train_images), integers(train_labels), scaled(test_images), integers(test_labels)
    )


def cache_folder() -> Path:
    """Return the folder for downloads: ``$XDG_CACHE_HOME/snn_core``, else ``~/.cache/snn_core``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "snn_core"


def mnist_file(name: str, *, download: bool = True) -> bytes:
    """Return the verified, uncompressed content of an MNIST file (a key of `MNIST_SHA256`)."""
    local = os.environ.get("SNN_CORE_DATA")
    folders = ([Path(local) / "mnist"] if local else []) + [cache_folder() / "mnist"]
    for folder in folders:
        for path in (folder / f"{name}.gz", folder / name):
            if path.exists():
                return _verified(path, MNIST_SHA256[name])
    by_hand = f"put {name}.gz into {folders[0]}, or name its parent folder in SNN_CORE_DATA"
    if not download:
        raise DataError(f"{name} is not on this machine: {by_hand}")
    return _download(f"{name}.gz", folders[-1], MNIST_SHA256[name], by_hand)


def _verified(path: Path, sha256: str) -> bytes:
    """Return the (uncompressed) content of a file whose SHA-256 is as expected."""
    try:
        return _checked(path.read_bytes(), path.suffix == ".gz", sha256)
    except FileNotFoundError:
        raise DataError(f"{path} is missing: reinstall snn_core") from None
    except ValueError as problem:
        raise DataError(f"{path} {problem}: delete it and try again") from None


def _checked(content: bytes, gzipped: bool, sha256: str) -> bytes:
    """Uncompress if need be and compare the hash; a ``ValueError`` says what is wrong."""
    try:
        content = gzip.decompress(content) if gzipped else content
    except (OSError, EOFError, zlib.error):
        raise ValueError("is truncated or not a gzip file") from None
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(f"has SHA-256 {found[:12]}…, expected {sha256[:12]}…")
    return content


def _download(name: str, folder: Path, sha256: str, by_hand: str) -> bytes:
    """Fetch a gzip file from the first mirror that has it, verify it, then put it into `folder`."""
    problems = []
    for mirror in MNIST_MIRRORS:
        try:
            packed = _fetch(mirror + name)
            content = _checked(packed, True, sha256)
        except (OSError, ValueError) as problem:
            problems.append(f"{mirror}{name}: {problem}")
            continue
        _write_atomically(folder / name, packed)
        return content
    raise DataError("could not download " + "; ".join(problems) + f". Without a network, {by_hand}")


def _fetch(url: str) -> bytes:
    """Return what is at `url`, with a progress bar."""
    with urllib.request.urlopen(url, timeout=30) as response:
        size = int(response.headers.get("Content-Length") or 0)
        parts = []
        with tqdm(
            total=size or None, unit="B", unit_scale=True, desc=url.rsplit("/", 1)[-1], leave=False
        ) as bar:
            while part := response.read(1 << 16):
                parts.append(part)
                bar.update(len(part))
    content = b"".join(parts)
    if size and len(content) != size:
        raise OSError(f"connection broke after {len(content)} of {size} bytes")
    return content


def _write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_idx(content: bytes, name: str = "content") -> np.ndarray:
    """Return the uint8 array in an IDX file: images ``[samples, 28, 28]`` or labels ``[samples]``.

    Raises:
        DataError: if the content is not an IDX file of bytes or has another length than its header
            says.

    >>> read_idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])).tolist()
    [7, 9]
    """
    header = 4 + 4 * content[3] if len(content) > 3 else 4
    if content[:3] != b"\0\0\x08" or len(content) < header:
        raise DataError(f"{name} is not an IDX file of bytes")
    shape = np.frombuffer(content[4:header], dtype=">i4")
    if len(content) - header != np.prod(shape, dtype=np.int64):
        raise DataError(
            f"{name} holds {len(content) - header} values, but its header says {shape.tolist()}"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)
