"""Cells of a page: their tags, what they show, and what stands under which heading.

A page may have several headings in one cell; what stands under a heading is cut out of it.
"""

import re
from dataclasses import dataclass

from nbformat import NotebookNode

APART = {"check", "exercise", "solution", "setup"}  # tags of code beside the main way


@dataclass(frozen=True)
class Section:
    """What stands under one heading: its title, and its cells, the heading in the first one."""

    title: str
    cells: tuple[NotebookNode, ...]

    @property
    def number(self) -> int | None:
        """Return the number of a numbered section."""
        found = re.match(r"(\d+) · ", self.title)
        return int(found.group(1)) if found else None

    @property
    def text(self) -> str:
        """Return the prose without the heading."""
        return prose(self).split("\n", 1)[1].strip() if "\n" in prose(self) else ""


def split(cells: list[NotebookNode], level: str) -> list[Section]:
    """Cut cells before each heading of a level, like ``##``; leave out what precedes it."""
    found: list[tuple[str, list[NotebookNode]]] = []
    for cell in cells:
        pieces = [cell.source]
        if cell.cell_type == "markdown":
            pieces = [
                piece
                for piece in re.split(rf"^(?={level} )", cell.source, flags=re.M)
                if piece.strip()
            ]
        for piece in pieces:
            if cell.cell_type == "markdown" and piece.startswith(f"{level} "):
                found.append((piece.splitlines()[0].removeprefix(f"{level} "), []))
            if found:
                found[-1][1].append(
                    cell if piece == cell.source else NotebookNode(cell | {"source": piece.strip()})
                )
    return [Section(title, tuple(under)) for title, under in found]


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def code(holder: NotebookNode | Section) -> list[NotebookNode]:
    """Return the code cells of a notebook or a section."""
    return [cell for cell in holder.cells if cell.cell_type == "code"]


def prose(holder: NotebookNode | Section) -> str:
    """Return the text of a notebook or a section."""
    return "\n\n".join(cell.source for cell in holder.cells if cell.cell_type == "markdown")


def tagged(holder: NotebookNode | Section, tag: str) -> list[NotebookNode]:
    """Return the cells of a notebook or a section that carry a tag."""
    return [cell for cell in holder.cells if tag in tags(cell)]


def explorer(cell: NotebookNode) -> str | None:
    """Return the name of the explorer whose sliders a cell shows, if it shows any."""
    found = re.fullmatch(r"(\w+)\(\)\.sliders\(\)", cell.source)
    return found.group(1) if found and cell.cell_type == "code" else None


def pictures(cell: NotebookNode) -> list[NotebookNode]:
    """Return the outputs of a cell that are figures."""
    return [out for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Take the outputs out of a notebook, and return it."""
    for cell in code(notebook):
        cell.outputs, cell.execution_count = [], None
    return notebook
