"""How a page reads, in figures, and their limits: ``python -m publish.page_style 02``.

Measured is the main way, without setup, checks, exercises, solutions and what stands under
"Deeper". Nodes are those of Python's syntax tree: how much is said, however the lines are broken.
"""

import argparse
import ast
import re
import statistics

from nbformat import NotebookNode

from .page import APART, Page, read, sources, tags

LIMITS = {  # lowest and highest value
    "nodes": (0, 2600),
    "nodes per cell, median": (0, 75),
    "nodes per line": (0, 10.5),
    "characters per cell, median": (0, 320),
    "columns, 90th percentile": (0, 80),
    "columns, longest": (0, 88),
    "prose cells per code cell": (1.0, 2.0),
    "code cells after a code cell, %": (0, 20),
    "lines per cell, median": (0, 7),
    "lines per cell, longest": (0, 20),
    "words": (0, 2600),
    "words, longest cell": (0, 160),
    "headings inside a cell": (0, 0),
    "names": (0, 60),
    "definitions": (0, 7),
    "packed statements": (0, 0),
    "cells": (0, 90),
}
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def main_way(page: Page) -> list[NotebookNode]:
    """Return the cells that a reader meets on the main way."""
    return [cell for cell in page.main if cell.source.strip() and not APART & set(tags(cell))]


def written(cell: NotebookNode) -> list[str]:
    """Return the lines of a cell that are not blank."""
    return [line for line in cell.source.splitlines() if line.strip()]


def size(tree: ast.AST) -> int:
    """Return the number of nodes of a syntax tree."""
    return sum(1 for _ in ast.walk(tree))


def names(tree: ast.Module) -> set[str]:
    """Return the names that a cell binds, those inside its functions and classes left out."""
    bound = {node.name for node in tree.body if isinstance(node, DEFINITIONS)}
    for statement in tree.body:
        if not isinstance(statement, DEFINITIONS):
            bound |= {node.id for node in ast.walk(statement) if _stores(node)}
            bound |= {node.name for node in ast.walk(statement) if isinstance(node, DEFINITIONS)}
    return bound


def _stores(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def packed(tree: ast.Module) -> list[ast.stmt]:
    """Return statements that do several things: a bare tuple, three or unlike things assigned."""
    tuples = [
        node for node in ast.walk(tree) if isinstance(getattr(node, "value", None), ast.Tuple)
    ]
    return [node for node in tuples if isinstance(node, ast.Expr) or _assigns_unlike_things(node)]


def _assigns_unlike_things(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)):
        return False
    values = node.value.elts
    return len(values) > 2 or len({type(value) for value in values}) > 1


def measure(page: Page) -> dict[str, float]:
    """Return the figures of a page by the names of `LIMITS`."""
    cells = main_way(page)
    code = [cell for cell in cells if cell.cell_type == "code"]
    trees = [ast.parse(cell.source) for cell in code]
    found = _of_code(code, trees) | _of_prose(
        [cell for cell in cells if cell.cell_type == "markdown"]
    )
    pairs = zip(cells, cells[1:], strict=False)
    adjacent = sum(before.cell_type == after.cell_type == "code" for before, after in pairs)
    beside = [c for c in cells if c.cell_type == "markdown" and c.id not in _set(page)]
    found["prose cells per code cell"] = round(len(beside) / max(1, len(code)), 2)
    found["code cells after a code cell, %"] = round(100 * adjacent / max(1, len(code)))
    found["cells"] = len(cells)
    return {name: found[name] for name in LIMITS}


def _set(page: Page) -> set[str]:
    """Return the cells of the exercises, whose prose has no code: their stubs are not counted."""
    found = page.named("Exercises")
    return {cell.id for cell in found.cells} if found else set()


def _of_code(code: list[NotebookNode], trees: list[ast.Module]) -> dict[str, float]:
    lines = [line for cell in code for line in written(cell)]
    widths = sorted(map(len, lines)) or [0]
    lengths = [len(written(cell)) for cell in code] or [0]
    sizes = [size(tree) for tree in trees] or [0]
    return {
        "nodes": sum(sizes),
        "nodes per cell, median": round(statistics.median(sizes)),
        "nodes per line": round(sum(sizes) / max(1, len(lines)), 1),
        "characters per cell, median": round(
            statistics.median([len(cell.source.strip("\n")) for cell in code] or [0])
        ),
        "columns, 90th percentile": widths[int(0.9 * (len(widths) - 1))],
        "columns, longest": widths[-1],
        "lines per cell, median": statistics.median(lengths),
        "lines per cell, longest": max(lengths),
        "names": len(set().union(*map(names, trees))),
        "definitions": sum(isinstance(node, DEFINITIONS) for tree in trees for node in tree.body),
        "packed statements": sum(len(packed(tree)) for tree in trees),
    }


def _of_prose(prose: list[NotebookNode]) -> dict[str, int]:
    words = [len(re.findall(r"\w+", cell.source)) for cell in prose] or [0]
    inside = [re.findall(r"^## ", cell.source.strip("\n"), flags=re.M) for cell in prose]
    return {
        "words": sum(words),
        "words, longest cell": max(words),
        "headings inside a cell": sum(map(len, inside))
        - sum(cell.source.startswith("## ") for cell in prose),
    }


def beyond(page: Page) -> list[str]:
    """Return which figures of a page lie outside of their limits, in words."""
    found = measure(page)
    limits = [
        (name, *limit) for name, limit in LIMITS.items() if not limit[0] <= found[name] <= limit[1]
    ]
    return [f"{name}: {found[name]}, not from {low} to {high}" for name, low, high in limits]


def main() -> None:
    """Print the figures of the pages named on the command line, or of all, beside the limits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="beginnings of names, such as 02")
    pages = [read(path) for path in sources(parser.parse_args().pages)]
    figures = [measure(page) for page in pages]
    print(f"{'':34}{'limit':>8}" + "".join(f"{page.number:>8}" for page in pages))
    for name, (low, high) in LIMITS.items():
        limit = f"{low}-{high}" if low else f"{high}"
        print(f"{name:34}{limit:>8}" + "".join(f"{found[name]:>8}" for found in figures))


if __name__ == "__main__":
    main()
