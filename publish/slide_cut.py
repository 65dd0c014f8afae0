"""Code that is too long for a slide: shown closely, or as its last whole statements."""

import ast

from .code_names import parsed


def cut(text: str, most: int) -> str:
    """Return a piece of code in at most so many lines: "" if no statement of it is that short.

    Blank lines and docstrings go first. Then the first statements do: the last ones say most.

    >>> cut("a = 1\\n\\nb = 2", 2), cut("a = 1\\nb = (\\n    2\\n)", 3), cut("f(\\n    1\\n)", 2)
    ('a = 1\\nb = 2', 'b = (\\n    2\\n)', '')
    """
    if len(text.splitlines()) <= most:
        return text
    tree, lines = parsed(text), text.splitlines()
    if tree is None:
        return ""
    left_out = _docstrings(tree) | {n for n, line in enumerate(lines) if not line.strip()}
    kept: list[str] = []
    for node in reversed(tree.body):
        first = min(each.lineno for each in [node, *getattr(node, "decorator_list", [])])
        whole = [lines[n] for n in range(first - 1, node.end_lineno or first) if n not in left_out]
        if len(whole) + len(kept) > most:
            break
        kept = whole + kept
    return "\n".join(kept)


def _docstrings(tree: ast.Module) -> set[int]:
    """Return the places of the lines of docstrings."""
    found = [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node)
    ]
    return {n for each in found for n in range(each.lineno - 1, each.end_lineno or each.lineno)}
