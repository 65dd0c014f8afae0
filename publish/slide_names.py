"""Where the names in code on a slide come from: the lines of the page that define them."""

import ast

from nbformat import NotebookNode

from .needed import APART, defined, missing, parsed
from .page import Page, tagged, tags

LINE = 100  # letters of a line that is quoted
BEFORE = "Defined before:"


def origins(page: Page, cell: NotebookNode, text: str) -> str:
    """Return as a note what defines the names that code of a cell reads; "" if it needs none.

    It stands in the cell or before. What the first cell of the page imports is left out.
    """
    given = set().union(*(defined(ast.parse(c.source)) for c in tagged(page.notebook, "setup")))
    cells = [each for each in page.main if each.cell_type == "code"]
    place = next(n for n, each in enumerate(cells) if each.id == cell.id)
    before = [each for each in cells[: place + 1] if not APART & set(tags(each))]
    said = []
    for name in sorted(missing(parsed(text) or ast.parse(cell.source)) - given):
        lines = [line for each in before if (line := _defines(each.source, name))]
        said += lines[-1:]
    unique = list(dict.fromkeys(said))
    return f"{BEFORE} " + ", ".join(f"`{each}`" for each in unique) + "." if unique else ""


def _defines(source: str, name: str) -> str:
    """Return the last line of code that defines a name, in no loop if one does.

    Of a longer statement only its head is returned.
    """
    tree = parsed(source)
    found = [
        node for node in (tree.body if tree else []) if name in defined(ast.Module([node], []))
    ]
    found = [node for node in found if not isinstance(node, ast.For | ast.While)] or found
    if not found:
        return ""
    lines = ast.get_source_segment(source, found[-1]).splitlines()
    return lines[0][:LINE].rstrip(":([{ ") + (" …" if len(lines) > 1 else "")
