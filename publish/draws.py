"""What a check of a page draws by chance, without the check: what comes later depends on it."""

import ast

from nbformat import NotebookNode

from .code_names import defined, parsed, read, used
from .page import tags

SOURCE = "generator"  # by what pages draw
SAID = "# The page draws this in between. So later numbers are those of the text.\n"


def without_checks(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells without their checks; what these draw stays, if code behind draws as well.

    Checks tell answers, and stop whoever tries other numbers.
    """
    trees = [parsed(cell.source) if cell.cell_type == "code" else None for cell in cells]
    checks = ["check" in tags(cell) for cell in cells]
    codes = [tree for tree, check in zip(trees, checks, strict=True) if tree and not check]
    nodes = [node for tree in codes for node in tree.body]
    drawing = {SOURCE}.union(*map(_drawing, nodes))
    kept = []
    for place, cell in enumerate(cells):
        if checks[place]:
            behind = [t for t, c in zip(trees[place:], checks[place:], strict=True) if t and not c]
            left = drawn(trees[place], drawing)
            if not left or not any(read(tree) & (drawing | {"nn"}) for tree in behind):
                continue
            cell.source = SAID + left
        kept.append(cell)
    return kept


def _drawing(node: ast.stmt) -> set[str]:
    """Return the function that a statement makes of what draws, if it makes one."""
    if SOURCE not in read(node):
        return set()
    if isinstance(node, ast.Assign) and "partial" in read(node):
        return defined(ast.Module([node], []))
    return {node.name} if isinstance(node, ast.FunctionDef) else set()


def drawn(check: ast.Module, drawing: set[str]) -> str:
    """Return the statements of a check that draw, and what they need; of its assertions no more.

    >>> print(drawn(ast.parse("a = 2\\nassert f(a) > 3\\nb = draw(a)\\nassert b == 4"), {"draw"}))
    a = 2
    b = draw(a)
    """
    found: list[ast.stmt] = []
    wanted: set[str] = set()
    for node in reversed(check.body):
        if read(node) & drawing or defined(ast.Module([node], [])) & wanted:
            kept = _Unchecked(drawing).visit(node)
            found = [*(kept if isinstance(kept, list) else [kept] if kept else []), *found]
            wanted |= used(ast.Module(found, []))
    return "\n".join(ast.unparse(ast.fix_missing_locations(node)) for node in found)


class _Unchecked(ast.NodeTransformer):
    """Puts in the place of each assertion the calls in it that draw."""

    def __init__(self, drawing: set[str]) -> None:
        self.drawing = drawing

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:  # noqa: N802
        calls = [each for each in ast.walk(node.test) if isinstance(each, ast.Call)]
        direct = [call for call in calls if any(map(self._draws, _parts(call)))]
        return [ast.Assign([ast.Name("_", ast.Store())], call) for call in direct]

    def _draws(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.drawing


def _parts(call: ast.Call) -> list[ast.expr]:
    return [call.func, *call.args, *(each.value for each in call.keywords)]
