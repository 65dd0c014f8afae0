"""Make or update the reader's copy of the pages, which `make lab` opens: ``python -m publish.lab``.

JupyterLab saves by itself what a reader runs and writes. It works on a copy, so that the pages of
the repository stay as they are and the next version of them comes without a conflict. The copy
holds the pages and a list of them, no sources, and nothing that a build leaves behind.

A page in which the reader wrote nothing becomes the new version of it. A page in which the reader
wrote stays, and the new version comes beside it: ``07_name.2.ipynb``. A page that was deleted comes
back, a new version beside a page that was deleted does not.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from .notebooks import METADATA
from .page import ROOT, TUTORIALS, Page, by_part, committed

COPY = ROOT / "my_tutorials"
START = "start.ipynb"  # the page that lists the others
RECORD = ".handed_out.json"  # which version of a page each file of the copy was made from
WELCOME = """# Learn spiking neural networks

This folder is your copy: write, run and break what you like. After an update of the repository,
`make lab` brings new versions of the pages in which you wrote nothing. A page in which you wrote
stays as it is, and the new version comes beside it, as `NAME.2.ipynb`. Delete a page, and the next
`make lab` brings it back as it was.

Minutes to read are those of the main way. Times to run are those of a processor that does nothing
else: on a busy or slow machine a page takes longer."""
HEAD = "| page | question | minutes to read | to run |\n|---|---|---|---|"

Version = dict[str, str]  # the digests of a page: "written", what somebody wrote, and "whole"


def versions() -> dict[str, bytes]:
    """Return the notebooks to hand out, by the names of their files: the pages, and their list."""
    pages = committed()
    found = {
        path.name: path.read_bytes() for path in (TUTORIALS / f"{name}.ipynb" for name in pages)
    }
    return found | {START: nbformat.writes(start(pages)).encode("utf-8")}


def start(pages: dict[str, Page]) -> NotebookNode:
    """Return the page that lists the others, part by part: one cell, so that all of it shows."""
    parts = [f"## {part}\n\n{HEAD}\n{_rows(found)}" for part, found in by_part(pages).items()]
    cell = new_markdown_cell("\n\n".join([WELCOME, *parts]), id="cell-00")
    return new_notebook(cells=[cell], metadata=METADATA)


def _rows(pages: list[Page]) -> str:
    return "\n".join(
        f"| [{page.title}]({page.name}.ipynb) | {page.question} "
        f"| {page.minutes} | {page.time_to_run} |"
        for page in pages
    )


def version(notebook: bytes) -> Version:
    """Return the digests of a notebook: of what somebody wrote in it, and of all of it."""
    return {"written": _digest(_written(notebook)), "whole": _digest(notebook)}


def _written(notebook: bytes) -> bytes:
    """Return what somebody wrote: cells without outputs, and without the empty one at the end.

    To run a page changes nothing of it. What is no notebook is all written by somebody.
    """
    try:
        cells = [
            [cell["cell_type"], "".join(cell["source"]).strip(), cell.get("attachments", {})]
            for cell in json.loads(notebook)["cells"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return notebook
    return json.dumps([cell for cell in cells if cell[1]], sort_keys=True).encode("ascii")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hand_out(folder: Path, pages: dict[str, bytes]) -> list[str]:
    """Make or update a copy of pages; never overwrite what a reader wrote.

    Args:
        folder: of the copy; made if it is not there.
        pages: notebooks by the names of their files.

    Returns:
        What happened, line by line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = _recorded(folder)
    done = [_hand_out_page(folder, name, page, record) for name, page in pages.items()]
    _replace(folder / RECORD, json.dumps(record, indent=1).encode("ascii"))
    left = [
        f"{name}: no longer among the tutorials; it stays in your copy"
        for name in record
        if _original(name) not in pages and (folder / name).exists()
    ]
    return [line for line in done if line] + left


def _hand_out_page(folder: Path, name: str, page: bytes, record: dict[str, Version]) -> str:
    """Put a page where it belongs, and into the record; return what happened, "" for nothing."""
    new = version(page)
    for place in _places(name):
        path, given = folder / place, record.get(place)
        if _is_settled(path, given, new, first=place == name):
            return ""
        if not _wrote(path, given, new):
            break
    updated = path.exists()
    _replace(path, page)
    record[place] = new
    return _told(place, name, updated)


def _places(name: str) -> Iterator[str]:
    """Yield the names that a page may have in a copy: its own, then those of further versions."""
    return chain([name], (f"{Path(name).stem}.{number}.ipynb" for number in count(2)))


def _is_settled(path: Path, given: Version | None, new: Version, *, first: bool) -> bool:
    """Tell whether the reader has a version here, or has had it and deleted a second one."""
    if given is None or given["written"] != new["written"]:
        return False
    if not path.exists():
        return not first
    return given == new or _wrote(path, given, new)


def _wrote(path: Path, given: Version | None, new: Version) -> bool:
    """Tell whether the reader wrote in a file: it is neither the version given nor the new one."""
    known = [each["written"] for each in (given, new) if each]
    return path.exists() and version(path.read_bytes())["written"] not in known


def _told(placed: str, name: str, updated: bool) -> str:
    if placed != name:
        return f"{name}: you wrote in it, so it stays; the new version is {placed}"
    return f"{placed}: {'brought up to date' if updated else 'new'}"


def _original(name: str) -> str:
    """Return the name of the page that a file of the copy is a version of."""
    return f"{name.split('.')[0]}.ipynb"


def _recorded(folder: Path) -> dict[str, Version]:
    """Return the record of a copy; where there is none, every page counts as the reader's own."""
    path = folder / RECORD
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _replace(path: Path, data: bytes) -> None:
    """Put a file in place when it is complete."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_bytes(data)
    os.replace(unfinished, path)


def main() -> None:
    """Make or update the copy, and say what happened."""
    for line in hand_out(COPY, versions()):
        print(line)
    print(f"Your copy of the pages: {COPY}")


if __name__ == "__main__":
    main()
