"""What the folded answers say is what comes out if their code, or the change they speak of, runs.

One file per page, so that the pages can run side by side.
"""

import ast

import matplotlib.pyplot as plt

from tests.pages import PAGES


def cells(name, last):
    """Return the code of a page up to the end of a section, and what it defines later on."""
    page = PAGES[name].cells
    end = next((i for i, cell in enumerate(page) if f"## {last + 1} · " in cell.source), len(page))
    before, after = (
        [cell.source for cell in part if cell.cell_type == "code"]
        for part in (page[:end], page[end:])
    )
    nodes = [node for source in after for node in ast.parse(source).body]
    return before + [
        ast.unparse(node) for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]


def run(sources, namespace):
    """Run pieces of code one after the other in a namespace, and close what figures they leave."""
    for source in sources:
        exec(source, namespace)
        plt.close("all")
