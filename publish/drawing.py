"""Which statements of a page's code only draw; what is left of a cell without them.

Slides show what is left; the site shows it too, and folds what draws.
"""

import ast
import re

from .code_names import bound, names
from .page import Page, tagged

DRAWS = ("plotting", "diagrams", "palette", "tables")  # modules of teaching that only show
HARMLESS = {"zip", "enumerate", "range", "len", "list", "int", "float", "str", "round"}
Lines = frozenset[tuple[str, int]]  # the source of a cell, and the first line of a statement
AXES = re.compile(r"ax(is|es)?$|plt$")


def imported(page: Page) -> tuple[set[str], set[str]]:
    """Return the names that a page imports from core and studies, and those that only draw."""
    core, draws = set(), set()
    for cell in tagged(page.notebook, "setup"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("snn_core"):
                parts = node.module.split(".")
                found = {each.asname or each.name for each in node.names}
                if "teaching" not in parts or "studies" in parts:
                    core |= found
                elif set(parts) & set(DRAWS):
                    draws |= found
    return core, draws


def core_lines(source: str, draws: set[str]) -> str:
    """Return a piece of code without the statements that only draw, and without comments between.

    >>> core_lines("a = LIF()\\nlanes(a)\\naxes.plot(a)", {"lanes"})
    'a = LIF()'
    """
    lines, kept = source.splitlines(), []
    for node, shows in statements(source, draws):
        if shows:
            continue
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        apart = kept and isinstance(node, ast.FunctionDef | ast.ClassDef)
        kept += [""] * bool(apart) + lines[first - 1 : node.end_lineno]
    return "\n".join(kept)


def parted(source: str, draws: set[str], arranged: Lines = frozenset()) -> tuple[str, str]:
    """Cut a piece of code into what it computes and what only draws, which can run behind it.

    A comment goes with the statement behind it. Where not all that draws can wait, as much is cut
    off as stands at the end. Statements that `arrange` for what draws, `arranged`, go with it.

    >>> parted("left = panels()\\na = LIF()\\nleft.plot(a)", {"panels"})
    ('a = LIF()', 'left = panels()\\nleft.plot(a)')
    """
    lines, end = source.splitlines(), 0
    parts: tuple[list[str], list[str]] = ([], [])
    found = statements(source, draws)
    found = [(node, shows or (source, node.lineno) in arranged) for node, shows in found]
    for node, shows in _waiting(found):
        parts[shows].extend(lines[end : node.end_lineno])
        end = node.end_lineno
    parts[bool(parts[1])].extend(lines[end:])
    return "\n".join(parts[0]).strip("\n"), "\n".join(parts[1]).strip("\n")


def _waiting(found: list[tuple[ast.stmt, bool]]) -> list[tuple[ast.stmt, bool]]:
    """Return statements, and for each whether it draws and can wait for those that compute."""
    used, made = set(), set()  # names in what draws so far
    for node, shows in found:
        if shows:
            used |= names(node)
            made |= bound(node)
        elif names(node) & made or bound(node) & used:
            last = max(place for place, (_, shows) in enumerate(found) if not shows)
            return [(node, place > last) for place, (node, _) in enumerate(found)]
    return found


def statements(source: str, draws: set[str]) -> list[tuple[ast.stmt, bool]]:
    """Return the statements of a piece of code, and for each whether it only draws.

    What draws may bind axes: their methods draw too.
    """
    found, axes = [], set()
    for node in ast.parse(source).body:
        shows = _draws(node, draws, axes)
        if shows and isinstance(node, ast.Assign) and not _text(node.value):
            axes |= bound(node)
        found.append((node, shows))
    return found


def _draws(node: ast.stmt, draws: set[str], axes: set[str]) -> bool:
    """Tell whether a statement only draws, or is a text for a figure."""
    used = names(node)
    if isinstance(node, ast.Assign):
        root = node.value
        while isinstance(root, ast.Call | ast.Attribute | ast.Subscript):
            root = root.func if isinstance(root, ast.Call) else root.value
        axes = axes & names(root)
    shows = bool(used & (draws | axes)) or any(map(AXES.match, used))
    works = isinstance(node, ast.For | ast.While) and _works(node, draws)
    return (shows and not works) or (isinstance(node, ast.Assign) and _text(node.value))


def _text(value: ast.expr) -> bool:
    """Tell whether a value is a text, or a list of texts."""
    parts = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    texts = [isinstance(each, ast.Constant) and isinstance(each.value, str) for each in parts]
    return bool(texts) and all(texts)


def _works(loop: ast.stmt, draws: set[str]) -> bool:
    """Tell whether a loop adds to something, or names what a function that computes gives it."""
    for each in ast.walk(loop):
        if isinstance(each, ast.AugAssign):
            return True
        if isinstance(each, ast.Attribute) and each.attr in ("append", "extend"):
            return True
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call):
            called = each.value.func
            while isinstance(called, ast.Call):  # as in LIF(beta=1.0)(current)
                called = called.func
            if isinstance(called, ast.Name) and called.id not in HARMLESS | draws:
                return True
    return False
