"""Which statements of a page only label or order something for those that draw.

They are folded with them, as `drawing.parted` cuts a cell.
"""

import ast

from .code_names import bound, names, read
from .drawing import HARMLESS, Lines, statements
from .page import Page, tags

LABELS = {"iter", "dict", "sorted", "tuple"} | HARMLESS  # what arranges may call these, and
METHODS = {"keys", "values", "items", "tolist", "item", "replace", "mean", "min", "multiply"}


def arranging(page: Page, draws: set[str]) -> Lines:
    """Return which statements of a page only label or order something for those that draw.

    Their names are used by what draws, by others of the kind, and by checks only.
    """
    cells = [cell for cell in page.notebook.cells if cell.cell_type == "code"]
    plain = [cell for cell in cells if not {"check", "setup"} & set(tags(cell))]
    steps = [
        (cell.source, node, shows)
        for cell in plain
        for node, shows in statements(cell.source, draws)
    ]
    found = {place for place, (_, node, shows) in enumerate(steps) if not shows and _labels(node)}
    while wrong := {place for place in found if _is_computed_with(place, steps, found)}:
        found -= wrong
    return frozenset((steps[place][0], steps[place][1].lineno) for place in found)


def _is_computed_with(place: int, steps: list[tuple[str, ast.stmt, bool]], found: set[int]) -> bool:
    """Tell whether a name that a statement binds is used by what neither draws nor arranges.

    A name that is bound anew behind it is another one from there on, but not in functions.
    """
    made = _made(steps[place][1])
    used = False
    for later, (_, node, shows) in enumerate(steps):
        defines = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if later <= place and not defines:
            continue
        meets = bool(_free(node) & made)
        if meets and not shows and later not in found:
            return True
        used = used or meets
        if isinstance(node, ast.Assign | ast.For):
            made = made - bound(node) if later not in found else made
    return not used


def _made(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds, or to what it adds."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Assign | ast.AugAssign):
            for target in part.targets if isinstance(part, ast.Assign) else [part.target]:
                while isinstance(target, ast.Subscript | ast.Attribute):
                    target = target.value
                found |= names(target)
    return found


def _free(node: ast.stmt) -> set[str]:
    """Return the names that a statement reads from what stands before it."""
    own = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    for each in ast.walk(node):
        if isinstance(each, ast.For | ast.comprehension):
            own |= names(each.target)
        if isinstance(each, ast.FunctionDef):
            own |= bound(each)
    return read(node) - own


def _labels(node: ast.stmt) -> bool:
    """Tell whether a statement only gives names and an order to what is there already."""
    if isinstance(node, ast.For):
        return _is_plain(node.iter) and not node.orelse and all(map(_labels, node.body))
    if isinstance(node, ast.Assign):
        return _is_plain(node.value)
    return (
        isinstance(node, ast.AugAssign)
        and isinstance(node.value, ast.List)
        and _is_plain(node.value)
    )


def _is_plain(value: ast.expr) -> bool:
    """Tell whether a value computes nothing, and holds no numbers of its own."""
    if isinstance(value, ast.Call):
        called = value.func
        known = called.id in LABELS if isinstance(called, ast.Name) else False
        if isinstance(called, ast.Attribute):
            known = called.attr in METHODS and _is_plain(called.value)
        given = [*value.args, *(each.value for each in value.keywords)]
        return known and all(isinstance(each, ast.Constant) or _is_plain(each) for each in given)
    if isinstance(value, ast.Constant):
        return not isinstance(value.value, int | float) or isinstance(value.value, bool)
    if isinstance(value, ast.Subscript):
        named = isinstance(value.slice, ast.Constant | ast.Name | ast.JoinedStr)
        return named and _is_plain(value.value)
    if isinstance(value, ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare | ast.Await):
        return False
    if isinstance(value, ast.Lambda):
        return True
    return all(_is_plain(each) for each in _parts(value))


def _parts(value: ast.expr) -> list[ast.expr]:
    """Return the expressions directly inside one, those of its loops included."""
    inside = []
    for each in ast.iter_child_nodes(value):
        if isinstance(each, ast.comprehension):
            inside += [each.iter]
        elif isinstance(each, ast.expr):
            inside.append(each)
    return inside
