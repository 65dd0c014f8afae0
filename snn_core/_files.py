"""Files that are verified by their SHA-256: fetched with a progress bar, kept whole or not at all.

What fails here is an ``OSError``, ``HTTPException`` or ``ValueError``; `datasets` says it in its
own words.
"""

import contextlib
import gzip
import hashlib
import os
import tempfile
import time
import urllib.request
import zlib
from pathlib import Path

from tqdm.auto import tqdm

LEFTOVER_AGE = 3600.0  # s, after which nobody is still writing a temporary file


def unpacked(content: bytes, gzipped: bool, sha256: str) -> bytes:
    """Uncompress if need be and compare the hash; a ``ValueError`` says what is wrong."""
    try:
        content = gzip.decompress(content) if gzipped else content
    except (OSError, EOFError, zlib.error):
        raise ValueError("is truncated or not a gzip file") from None
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(f"has SHA-256 {found[:12]}…, expected {sha256[:12]}…")
    return content


def fetch(url: str) -> bytes:
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


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
    handle, temporary = tempfile.mkstemp(".part", f"{path.name}.", path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove_leftovers(path: Path) -> None:
    """Remove what was left of the same file by a writer that was ended from outside."""
    for leftover in path.parent.glob(f"{path.name}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > LEFTOVER_AGE:
                leftover.unlink()
