"""What the folded answers say is what comes out if their code, or the change they speak of, runs.

One file per page, so that the pages can run side by side. Its `BESIDE` names what takes long on
the page and bears on no answer.
"""

import ast

import matplotlib.pyplot as plt

from publish.code_names import defined, used
from publish.page import tags
from tests.pages import PAGES


def cells(name, last, beside=frozenset()):
    """Return the code of a page up to the end of a section, and what it defines later on.

    Left out are checks that define nothing, which nbval runs with the page, and what has to do with
    the names `beside`.
    """
    page = PAGES[name].cells
    end = next((i for i, cell in enumerate(page) if f"## {last + 1} · " in cell.source), len(page))
    before, after = (
        [cell.source for cell in part if cell.cell_type == "code" and not only_checks(cell)]
        for part in (page[:end], page[end:])
    )
    nodes = [node for source in after for node in ast.parse(source).body]
    return without(beside, before) + [
        ast.unparse(node) for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]


def only_checks(cell):
    """Tell whether a cell checks something and leaves nothing behind."""
    return "check" in tags(cell) and not defined(ast.parse(cell.source))


def without(beside, sources):
    """Leave out the pieces of code that define one of these names, and those that build on them.

    An answer that needs what is left out meets a name that is not defined.

    >>> without({"a"}, ["a = train()", "b = 2", "c = a + b", "print(c)", "c = b"])
    ['b = 2', 'c = b']
    """
    trees = [ast.parse(source) for source in sources]
    assert beside <= set().union(*map(defined, trees)), "no cell defines it"
    gone, kept = set(), []
    for source, tree in zip(sources, trees, strict=True):
        if defined(tree) & beside or used(tree) & gone:
            gone |= defined(tree) - {"_"}
        else:
            gone -= defined(tree)
            kept.append(source)
    return kept


def run(sources, namespace):
    """Run pieces of code one after the other in a namespace, and close what figures they leave."""
    for source in sources:
        exec(source, namespace)
        plt.close("all")
