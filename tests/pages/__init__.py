"""What the tests of the pages share: the sources, the committed notebooks, and the build script."""

from pathlib import Path

import nbformat

from publish import notebooks as build

ROOT = Path(__file__).parents[2]

SOURCES = build.sources()
NOTEBOOKS = sorted((ROOT / "tutorials").glob("*.ipynb"))
PAGES = {path.stem: nbformat.read(path, as_version=4) for path in NOTEBOOKS}


def code(page):
    """Return the code cells of a page."""
    return [cell for cell in page.cells if cell.cell_type == "code"]


def prose(page):
    """Return the text of a page."""
    return "\n\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")


def tagged(page, tag):
    """Return the cells of a page that carry a tag."""
    return [cell for cell in page.cells if tag in cell.metadata.get("tags", [])]
