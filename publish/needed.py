"""Find the cells of a page that define what its exercises mention, and what these cells need."""

import ast
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

import snn_core

from .code_names import defined, names, parsed, read, used
from .page import APART, Page, tagged, tags

LINE = 88  # characters of a line in a cell


def importing(setup: str, wanted: set[str]) -> str:
    """Return a setup that imports from the core what it reads itself, and wanted names.

    Other modules stay, since an open exercise may need them.

    >>> importing("import math\\nfrom snn_core import LIF, lif_step", {"LIF"})
    'import math\\nfrom snn_core import LIF'
    """
    tree, lines = ast.parse(setup), setup.splitlines()
    kept = wanted.union(*(read(node) for node in tree.body if not isinstance(node, ast.Import)))
    for node in reversed(tree.body):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("snn_core."):
            found = [ast.unparse(n) for n in node.names if (n.asname or n.name) in kept]
            lines[node.lineno - 1 : node.end_lineno] = _import(f"{node.module}", found)
    return "\n".join(lines)


def _import(module: str, found: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(found)}"
    if len(line) <= LINE:
        return [line] if found else []
    return [f"from {module} import (", *(f"    {name}," for name in found), ")"]


def given(page: Page) -> list[NotebookNode]:
    """Return the code that stands between the exercises of a page, with nothing to fill in."""
    section = page.named("Exercises")
    codes = [cell for cell in (section.cells if section else ()) if cell.cell_type == "code"]
    return [cell for cell in codes if "exercise" not in tags(cell)]


def mentioned(page: Page) -> set[str]:
    """Return the names in the texts, stubs, code and solutions of the exercises of a page."""
    found, own = _in_code(page)
    return (found | _in_texts(page)) - own


def _in_code(page: Page) -> tuple[set[str], set[str]]:
    """Return the names that stubs, code and solutions use, and those that are their own."""
    found, own = set(), set()
    sources = [each for exercise in page.exercises for each in (exercise.stub, exercise.solution)]
    for source in [*filter(None, sources), *(cell.source for cell in given(page))]:
        if tree := parsed(source):
            found |= used(tree)
            own |= defined(tree) | {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    return found, own


def _in_texts(page: Page) -> set[str]:
    """Return the names that the texts of the exercises quote."""
    found, section = set(), page.named("Exercises")
    texts = (
        [cell.source for cell in section.cells if cell.cell_type == "markdown"] if section else []
    )
    for text in texts:
        text = re.sub(r"<details>.*?</details>", "", text, flags=re.S)
        for quoted in re.findall(r"`([^`\n]+)`", text):
            if tree := parsed(quoted):
                found |= names(tree)
    return found


def outside_loops(tree: ast.Module) -> set[str]:
    """Return the names that a cell defines, but for those of its loops: these are examples."""
    loops = ast.For | ast.While
    return defined(ast.Module([n for n in tree.body if not isinstance(n, loops)], []))


def needed(page: Page) -> list[NotebookNode]:
    """Return the cells of a page that define what its exercises mention, in their order.

    For each name it is the last cell that defines it, and for what this cell reads the last one
    before it. A name that only texts quote, such as `network[1]`, asks for no cell that sets it in
    a loop: that would train again what nothing uses. A name of the core that no cell defines is
    imported.
    """
    between = {cell.id for cell in given(page)}
    codes = [cell for cell in page.notebook.cells if cell.cell_type == "code"]
    cells = [c for c in codes if c.id not in between and not APART & set(tags(c))]
    trees = [parsed(cell.source) or ast.Module([], []) for cell in cells]
    known = set()
    for cell in tagged(page.notebook, "setup"):
        known |= defined(ast.parse(cell.source))
    taken: set[int] = set()
    quoted = mentioned(page) - _in_code(page)[0]
    all_of = [defined(tree) for tree in trees]
    kept = [outside_loops(tree) for tree in trees]
    waiting = [(name, len(cells)) for name in mentioned(page)]
    while waiting:
        name, before = waiting.pop()
        asked_in_words = before == len(cells) and name in quoted
        places = [n for n in range(before) if name in (kept[n] if asked_in_words else all_of[n])]
        if places and places[-1] not in taken:
            taken.add(places[-1])
            waiting += [(each, places[-1]) for each in used(trees[places[-1]])]
    known = known.union(*all_of)
    core = sorted((mentioned(page) - known) & set(snn_core.__all__))
    first = [new_code_cell(f"from snn_core import {', '.join(core)}", id="core")] if core else []
    return first + [cells[n] for n in sorted(taken)]
