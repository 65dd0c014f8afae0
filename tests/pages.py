"""What the tests of the pages share: the sources, the committed notebooks, and the build script."""

import importlib.util
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent
_spec = importlib.util.spec_from_file_location("build", ROOT / "tutorials" / "build.py")
build = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(build)

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
