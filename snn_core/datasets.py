"""Data sets: a bundled part of MNIST that needs no network, and the full MNIST on request.

The full set is looked for in ``$SNN_CORE_DATA``, then in the user's cache folder; otherwise it is
downloaded there. Every file is verified by its SHA-256 before it is used, and a download is put in
place only when it is complete. Images come in torch's default dtype.
"""

import io
import math
import os
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from . import _checks, _files
from ._warn import warn

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

    Images ``[samples, 28, 28]`` in [0, 1], of torch's default dtype when they were read; labels
    ``[samples]``, integers 0 to 9.
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
    folders = (here / "data", here.parent / "data")
    paths = [folder / "mnist_mini.npz" for folder in folders]
    content = _first_whole(paths, MINI_SHA256, "reinstall snn_core")
    if content is None:
        raise DataError(f"{paths[0]} is missing: reinstall snn_core")
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


def _digits(
    train_images: np.ndarray,
    train_labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
) -> Digits:
    def scaled(images: np.ndarray) -> Tensor:
        return torch.from_numpy(images.copy()).to(torch.get_default_dtype()) / 255

    def integers(labels: np.ndarray) -> Tensor:
        return torch.from_numpy(labels.astype(np.int64))

    return Digits(
        scaled(train_images), integers(train_labels), scaled(test_images), integers(test_labels)
    )


def cache_folder() -> Path:
    """Return the folder for downloads: ``$XDG_CACHE_HOME/snn_core``, else ``~/.cache/snn_core``.

    Raises:
        DataError: if neither is known.
    """
    named = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(named or Path.home() / ".cache") / "snn_core"
    except RuntimeError:
        raise DataError("no home folder is known: set XDG_CACHE_HOME") from None


def mnist_file(name: str, *, download: bool = True) -> bytes:
    """Return the verified, uncompressed content of an MNIST file.

    A download that cannot be kept is returned all the same, with a warning.

    Args:
        name: a key of `MNIST_SHA256`.
        download: see `mnist`.

    Raises:
        ValueError: for another name.
        DataError: see `mnist`.
    """
    _checks.choice("name", name, MNIST_SHA256)
    sha256 = MNIST_SHA256[name]
    local = os.environ.get("SNN_CORE_DATA")
    folders = ([Path(local) / "mnist"] if local else []) + [cache_folder() / "mnist"]
    paths = [path for folder in folders for path in (folder / f"{name}.gz", folder / name)]
    content = _first_whole(paths, sha256, "delete it and try again")
    if content is not None:
        return content
    by_hand = f"put {name}.gz into {folders[0]}, or name its parent folder in SNN_CORE_DATA"
    if not download:
        raise DataError(f"{name} is not on this machine: {by_hand}")
    return _download(f"{name}.gz", folders[-1], sha256, by_hand)


def _first_whole(paths: list[Path], sha256: str, advice: str) -> bytes | None:
    """Return the uncompressed content of the first file that is whole; None if there are no files.

    Raises:
        DataError: if there are only broken ones; the message names them, and ends with `advice`.
    """
    problems = []
    for path in paths:
        try:
            return _files.unpacked(path.read_bytes(), path.suffix == ".gz", sha256)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as problem:
            problems.append(f"{path} cannot be read ({problem.strerror})")
        except ValueError as problem:
            problems.append(f"{path} {problem}")
    if problems:
        raise DataError("; ".join(problems) + f": {advice}")
    return None


def _download(name: str, folder: Path, sha256: str, by_hand: str) -> bytes:
    """Fetch a gzip file from the first mirror that has it, verify it, then put it into `folder`."""
    problems = []
    for mirror in MNIST_MIRRORS:
        try:
            packed = _files.fetch(mirror + name)
            content = _files.unpacked(packed, True, sha256)
        except (OSError, ValueError, HTTPException) as problem:
            reason = str(problem).strip() or type(problem).__name__
            problems.append(f"{mirror}{name}: {reason}")
            continue
        try:
            _files.write_atomically(folder / name, packed)
        except OSError as problem:
            warn(f"{name} was not kept in {folder}: {problem.strerror}")
        return content
    raise DataError("could not download " + "; ".join(problems) + f". Without a network, {by_hand}")


def read_idx(content: bytes, name: str = "content") -> np.ndarray:
    """Return the uint8 array in an IDX file: images ``[samples, 28, 28]`` or labels ``[samples]``.

    Args:
        content: uncompressed; its header names one to three axes.
        name: what the message of an error calls it.

    Raises:
        ValueError: if the content is not bytes.
        DataError: if it is not an IDX file of bytes, or has another length than its header says.

    >>> read_idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])).tolist()
    [7, 9]
    """
    if not isinstance(content, bytes | bytearray):
        _checks.fail("content", type(content).__name__, "bytes")
    rank = content[3] if len(content) > 3 else 0
    header = 4 + 4 * rank
    if content[:3] != b"\0\0\x08" or not 1 <= rank <= 3 or len(content) < header:
        raise DataError(f"{name} is not an IDX file of bytes with one to three axes")
    shape = np.frombuffer(content[4:header], dtype=">u4").tolist()
    if len(content) - header != math.prod(shape):
        raise DataError(f"{name} holds {len(content) - header} values, but its header says {shape}")
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)
