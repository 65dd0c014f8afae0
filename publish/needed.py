"""Find the cells of a page that define what its exercises mention, and what these cells need."""

import ast
import builtins
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

import snn_core

from .page import Page, tagged, tags

LINE = 88  # characters of a line in a cell
APART = {"check", "exercise", "solution", "setup"}


def parsed(source: str) -> ast.Module | None:
    """Return a piece of code as a tree; None if it is none."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def defined(tree: ast.Module) -> set[str]:
    """Return the names that the top level of a piece of code defines, in loops as well.

    >>> sorted(defined(ast.parse("import a.b\\nc, d = 1, 2\\nfor e in c: f = e\\ndef g(h): i = 1")))
    ['a', 'c', 'd', 'e', 'f', 'g']
    """
    found, waiting = set(), list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(each.asname or each.name).split(".")[0] for each in node.names}
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.DictComp):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            waiting += ast.iter_child_nodes(node)
    return found


def used(tree: ast.Module) -> set[str]:
    """Return the names that a piece of code reads and that are not its own.

    >>> sorted(used(ast.parse("def f(a):\\n    b = a + c\\n    return b\\nd = [e for e in g]")))
    ['c', 'g']
    """
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    own |= {(each.asname or each.name).split(".")[0] for node in imports for each in node.names}
    before = {
        node.id  # x = x + 1 reads an x from before
        for each in tree.body
        if isinstance(each, ast.Assign)
        for node in ast.walk(each.value)
        if isinstance(node, ast.Name) and _first(tree, node.id) is each
    }
    return (read - own | (before & read)) - set(dir(builtins))


def read_in(source: str | ast.AST) -> set[str]:
    """Return all names that a piece of code reads, wherever they come from."""
    tree = ast.parse(source) if isinstance(source, str) else source
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def imported(setup: str, names: set[str]) -> str:
    """Return a setup that imports from the core what it reads itself, and some names.

    Other modules stay, since an open exercise may need them.

    >>> imported("import math\\nfrom snn_core import LIF, lif_step", {"LIF"})
    'import math\\nfrom snn_core import LIF'
    """
    tree, lines = ast.parse(setup), setup.splitlines()
    kept = names.union(*(read_in(node) for node in tree.body if not isinstance(node, ast.Import)))
    for node in reversed(tree.body):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("snn_core."):
            found = [ast.unparse(n) for n in node.names if (n.asname or n.name) in kept]
            lines[node.lineno - 1 : node.end_lineno] = _import(f"{node.module}", found)
    return "\n".join(lines)


def _import(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LINE:
        return [line] if names else []
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def missing(tree: ast.Module) -> set[str]:
    """Return the names that a piece of code reads before it defines them.

    >>> sorted(missing(ast.parse("a = b\\nc = a\\ndef f(e): return e + c\\nf(e)")))
    ['b', 'e']
    """
    found: set[str] = set()
    known: set[str] = set()
    for node in tree.body:
        alone = ast.Module([node], [])
        found |= used(alone) - known
        known |= defined(alone)
    return found


def _first(tree: ast.Module, name: str) -> ast.stmt | None:
    """Return the first statement that defines a name."""
    return next((each for each in tree.body if name in defined(ast.Module([each], []))), None)


def mentioned(page: Page) -> set[str]:
    """Return the names in the texts, stubs and solutions of the exercises of a page."""
    found, own = set(), set()
    section = page.named("Exercises")
    for exercise in page.exercises:
        for source in (exercise.stub, exercise.solution):
            if source and (tree := parsed(source)):
                found |= used(tree)
                own |= defined(tree) | {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    texts = (
        [cell.source for cell in section.cells if cell.cell_type == "markdown"] if section else []
    )
    for text in texts:
        text = re.sub(r"<details>.*?</details>", "", text, flags=re.S)
        for quoted in re.findall(r"`([^`\n]+)`", text):
            if tree := parsed(quoted):
                found |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return found - own


def needed(page: Page) -> list[NotebookNode]:
    """Return the cells of a page that define what its exercises mention, in their order.

    For each name it is the last cell that defines it, and for what this cell reads the last one
    before it. A name of the core that no cell defines is imported.
    """
    cells = [c for c in page.notebook.cells if c.cell_type == "code" and not APART & set(tags(c))]
    trees = [parsed(cell.source) or ast.Module([], []) for cell in cells]
    given = set()
    for cell in tagged(page.notebook, "setup"):
        given |= defined(ast.parse(cell.source))
    taken: set[int] = set()
    waiting = [(name, len(cells)) for name in mentioned(page)]
    while waiting:
        name, before = waiting.pop()
        places = [n for n in range(before) if name in defined(trees[n])]
        if places and places[-1] not in taken:
            taken.add(places[-1])
            waiting += [(each, places[-1]) for each in used(trees[places[-1]])]
    known = given.union(*map(defined, trees))
    core = sorted((mentioned(page) - known) & set(snn_core.__all__))
    first = [new_code_cell(f"from snn_core import {', '.join(core)}", id="core")] if core else []
    return first + [cells[n] for n in sorted(taken)]
