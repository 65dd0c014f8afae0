"""The names in a piece of code: what it binds, what it reads, and what it reads from elsewhere."""

import ast
import builtins


def parsed(source: str) -> ast.Module | None:
    """Return a piece of code as a tree; None if it is none."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def names(node: ast.AST) -> set[str]:
    """Return the names that a piece of code uses or binds."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def bound(node: ast.AST) -> set[str]:
    """Return the names that a piece of code binds."""
    found = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return {each.id for each in found if isinstance(each.ctx, ast.Store)} - {"_"}


def read(node: ast.AST) -> set[str]:
    """Return the names that a piece of code reads, wherever they come from."""
    found = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return {each.id for each in found if isinstance(each.ctx, ast.Load)}


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
    return (read(tree) - own | (before & read(tree))) - set(dir(builtins))


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
