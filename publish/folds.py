"""What answers a question of a page waits behind a click: the answer, or the result with it.

The site folds both. Somebody who runs a notebook gets the result by doing so: there only the words
are folded.
"""

import copy
from collections.abc import Callable

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .answers import BEFORE, SHORT, answered, shows
from .page import explorer, tags

Folds = Callable[[str, list[NotebookNode], list[NotebookNode]], list[NotebookNode]]


def fold(asked: str, between: list[NotebookNode], told: list[NotebookNode]) -> list[NotebookNode]:
    """Return what follows a question, its answer folded; the output too, if it is foreseen."""
    closing = new_markdown_cell("</details>")
    shown = next((n for n, cell in enumerate(between) if cell.get("outputs")), None)
    if not BEFORE.match(asked) or shown is None or explorer(between[shown]):
        what = "result" if any(map(shows, told)) else "answer"
        return [*between, _opening(f"Show the {what}"), *told, closing]
    before, cell, after = between[:shown], between[shown], between[shown + 1 :]
    result = copy.deepcopy(cell)
    result.metadata["tags"] = [*tags(cell), "remove-input"]
    cell.outputs = []
    return [*before, cell, _opening("Show the result"), result, *after, *told, closing]


def fold_words(
    asked: str, between: list[NotebookNode], told: list[NotebookNode]
) -> list[NotebookNode]:
    """Return what follows a question, its answer in words folded, each piece in its own cell.

    Somebody who runs a notebook gets the output by doing so. A few words that only lead to more
    code stay.
    """
    for cell in told:
        lead = cell.source.endswith(":") and len(cell.source.split()) < SHORT
        if cell.cell_type == "markdown" and not lead:
            cell.source = f"<details><summary>Answer</summary>\n\n{cell.source}\n\n</details>"
    return [*between, *told]


def _opening(words: str) -> NotebookNode:
    return new_markdown_cell(f'<details class="result"><summary>{words}</summary>')


def behind_clicks(cells: list[NotebookNode], folds: Folds = fold) -> list[NotebookNode]:
    """Return copies of the cells of a page, with what answers each question folded.

    Args:
        cells: of the page, with outputs.
        folds: takes a question, the cells up to its answer and those that answer it, and returns
            what stands in their place.
    """
    found: list[NotebookNode] = []
    rest = copy.deepcopy(cells)
    while rest:
        found.append(rest.pop(0))
        if part := answered(found[-1], rest):
            found += folds(part.asked, part.between, part.told)
            rest = part.rest
    return found
