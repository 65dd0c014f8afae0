"""What stands above the first sentence of a page on the site: what it needs, its times, Colab."""

import re

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .page import Page, tags

COLAB = re.compile(r"\n+(\[Open in Colab\][^\n]*)")
TOGETHER = re.compile(r"(\d+) minutes to read")
HELD = "\\1\N{NO-BREAK SPACE}minutes to\N{NO-BREAK SPACE}read"
NEW = "Introduces "  # how the line with the new names begins, which goes into the fold of the setup


def led(page: Page, cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of a page with a short lead, and what it introduces behind the setup.

    Args:
        page: the page.
        cells: of the page, with the link to Colab in words; the first one is changed.
    """
    link = COLAB.search(cells[0].source)
    times = TOGETHER.sub(HELD, page.times.rstrip("."))
    times += f" · {link[1]}" if link else "."
    source = COLAB.sub("", cells[0].source)
    cells[0].source = source.replace(page.header, f"Needs: {page.needs}.\n\n{times}")
    place = next((n for n, cell in enumerate(cells) if "setup" in tags(cell)), None)
    if not page.introduces or place is None:
        return cells
    told = new_markdown_cell(f"{NEW}{page.introduces}.")
    return [*cells[: place + 1], told, *cells[place + 1 :]]
