"""Whether the checks of a page can fail: each assertion depends on what the page does."""

import ast

from .code_names import bound, read
from .page import Page, tagged, tags

TOLD_OF = ("snn_core", "torch")  # what pages make claims about


def checks_can_fail(page: Page) -> list[str]:
    """Every assertion depends on a name that the page computed, and is not true of itself.

    Computed is what code outside of the checks assigns or defines, what comes of the core or of
    torch, and what a check makes of any of these.
    """
    checks = [ast.parse(cell.source) for cell in tagged(page.notebook, "check")]
    computed = set()
    for cell in page.notebook.cells:
        if cell.cell_type == "code" and "check" not in tags(cell):
            computed |= _made(ast.parse(cell.source))
    return [wrong for check in checks for wrong in _empty(check, computed)]


def _made(tree: ast.AST) -> set[str]:
    """Return the names that a cell assigns, defines, or imports from what it makes claims about."""
    found = bound(tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in TOLD_OF:
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.asname or alias.name for alias in node.names} & set(TOLD_OF)
    return found


def _empty(check: ast.Module, computed: set[str]) -> list[str]:
    """Return what of a check cannot fail; add to `computed` what it makes of computed names."""
    wrong = []
    for node in check.body:
        if read(node) & computed:
            computed |= _made(node) | _changed(node)
        for each in ast.walk(node):
            if isinstance(each, ast.Assert) and not _can_fail(each.test, computed):
                wrong.append(f"a check cannot fail: {ast.unparse(each)}")
    return wrong


def _changed(tree: ast.AST) -> set[str]:
    """Return the names of objects whose methods stand as statements, as in ``table.append(…)``."""
    calls = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    methods = [call.func for call in calls if isinstance(call, ast.Call)]
    return set().union(*(read(f.value) for f in methods if isinstance(f, ast.Attribute)))


def _can_fail(test: ast.expr, computed: set[str]) -> bool:
    """Tell whether a condition depends on a computed name, and is not true of itself."""
    taken = read(test) - bound(test)
    return bool(taken & computed) and not _is_always_true(test)


def _is_always_true(test: ast.expr) -> bool:
    """Tell whether it is a tuple, has ``or True`` in it, or compares a thing to itself."""
    if isinstance(test, ast.BoolOp):
        one = any if isinstance(test.op, ast.Or) else all
        return one(isinstance(part, ast.Constant) or _is_always_true(part) for part in test.values)
    if isinstance(test, ast.Compare):
        sides = [ast.dump(side) for side in (test.left, *test.comparators)]
        reflexive = (ast.Eq, ast.LtE, ast.GtE, ast.Is)
        same = len(set(sides)) == 1
        return same and all(isinstance(op, reflexive) for op in test.ops)
    return isinstance(test, ast.Tuple | ast.List | ast.Lambda)
