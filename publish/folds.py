"""What answers a question of a page waits behind a click: the answer, or the result with it.

What answers is decided in `answers`. The site folds it all. Somebody who runs a notebook gets the
result by doing so: there only the words are folded.
"""

import copy
from collections.abc import Callable

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .answers import Answered, answered, shows
from .page import tags


def fold(part: Answered) -> list[NotebookNode]:
    """Return what follows a question, its answer folded; the output too, if it is foreseen."""
    place, closing = part.foreseen, new_markdown_cell("</details>")
    if place is None:
        what = "result" if any(map(shows, part.told)) else "answer"
        return [*part.between, _opening(f"Show the {what}"), *part.told, closing]
    before, cell, after = part.between[:place], part.between[place], part.between[place + 1 :]
    result = copy.deepcopy(cell)
    result.metadata["tags"] = [*tags(cell), "remove-input"]
    cell.outputs = []
    return [*before, cell, _opening("Show the result"), result, *after, *part.told, closing]


def fold_words(part: Answered) -> list[NotebookNode]:
    """Return what follows a question, its answer in words folded, each piece in its own cell."""
    for cell in part.words:
        cell.source = f"<details><summary>Answer</summary>\n\n{cell.source}\n\n</details>"
    return [*part.between, *part.told]


def _opening(words: str) -> NotebookNode:
    return new_markdown_cell(f'<details class="result"><summary>{words}</summary>')


def behind_clicks(
    cells: list[NotebookNode], folds: Callable[[Answered], list[NotebookNode]] = fold
) -> list[NotebookNode]:
    """Return copies of the cells of a page, with what answers each question folded.

    Args:
        cells: of the page, with outputs.
        folds: returns what stands in the place of a question's answer, and of what leads to it.
    """
    found: list[NotebookNode] = []
    rest = copy.deepcopy(cells)
    while rest:
        found.append(rest.pop(0))
        if part := answered(found[-1], rest):
            found += folds(part)
            rest = part.rest
    return found
