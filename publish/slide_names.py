"""Where the names in code on a slide come from: the lines of the page that define them."""

import ast
import functools

from nbformat import NotebookNode

from .code_names import defined, missing, parsed
from .page import APART, Page, tagged, tags

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
        lines = [line for each in before if (line := _definitions(each.source).get(name))]
        said += lines[-1:]
    unique = list(dict.fromkeys(said))
    return f"{BEFORE} " + ", ".join(f"`{each}`" for each in unique) + "." if unique else ""


@functools.lru_cache(1024)  # each cell is asked for many names
def _definitions(source: str) -> dict[str, str]:
    """Return for each name the last line of code that defines it, in no loop if one does.

    Of a longer statement only its head is returned.

    >>> _definitions("a = 1\\nb = [\\n    a,\\n]\\na = 2\\nfor c in b: a += c")
    {'a': 'a = 2', 'b': 'b = …', 'c': 'for c in b: a += c'}
    """
    found: dict[str, str] = {}
    tree = parsed(source)
    for node in tree.body if tree else []:
        lines = (ast.get_source_segment(source, node) or "").splitlines()
        head = lines[0][:LINE].rstrip(":([{ ") + (" …" if len(lines) > 1 else "")
        names = set(defined(ast.Module([node], [])))
        if isinstance(node, ast.For | ast.While):
            names -= found.keys()
        found |= dict.fromkeys(names, head)
    return found
