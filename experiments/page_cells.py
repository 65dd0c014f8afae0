"""Run the cells of a page that a benchmark shares with it, so that a record and its page speak of the same thing."""

from pathlib import Path

import jupytext

SOURCES = Path(__file__).parents[1] / "tutorials" / "src"


def definitions(page: str) -> dict:
    """Return the names that a page defines in its setup cell and in its cells tagged "definitions"."""
    namespace: dict = {}
    for cell in jupytext.read(SOURCES / f"{page}.py").cells:
        if {"setup", "definitions"} & set(cell.metadata.get("tags", [])):
            exec(cell.source, namespace)
    return namespace
