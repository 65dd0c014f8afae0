"""What stands on a quiet line behind a result: the code that drew it, and its check.

So that between a question and its answer nothing is to be clicked but the answer.
"""

import copy
import itertools
import re

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .page import explorer, tags

FOLD = '<details class="result">'
CLOSING = "</details>"
QUIET = "quiet"  # what says in the metadata of a cell that only its folded code is shown

NO_WORDS = re.compile(r"^(#|>|<|\*\*Try)", re.M)  # headings, questions, folds and tasks


def quietly(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of a page of the site with folded code behind what it shows, on one line."""
    parts = _behind([part for cell in cells for part in _parted(cell)])
    found: list[NotebookNode] = []
    for quiet, run in itertools.groupby(_at_checks(parts), is_quiet):
        line = list(run)
        if quiet:
            opening = new_markdown_cell(f'<div class="{QUIET}">')
            line = [opening, *_as_one(line), new_markdown_cell("</div>")]
        found += line
    return found


def _as_one(line: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of a line with its checks as one, where the last of them stands."""
    checks = [cell for cell in line if "check" in tags(cell)]
    if len(checks) < 2:
        return line
    whole = copy.deepcopy(checks[-1])
    whole.source = "\n\n".join(check.source for check in checks)
    whole.outputs = [output for check in checks for output in check.outputs]
    kept = [cell for cell in line if cell is checks[-1] or "check" not in tags(cell)]
    return [whole if cell is checks[-1] else cell for cell in kept]


def is_quiet(cell: NotebookNode) -> bool:
    """Tell whether a cell is folded code that shows nothing else."""
    return cell.cell_type == "code" and (
        "check" in tags(cell) or tags(cell) == ["exercise", "hide-input"] or QUIET in cell.metadata
    )


def _parted(cell: NotebookNode) -> list[NotebookNode]:
    """Return a cell with folded code as what it shows, and its code."""
    if cell.cell_type != "code" or tags(cell) != ["hide-input"]:
        return [cell]
    code = copy.deepcopy(cell)
    code.outputs = []
    code.metadata.pop("alt", None)
    code.metadata[QUIET] = True
    if not cell.outputs and not explorer(cell):
        return [code]
    shown = copy.deepcopy(cell)
    shown.metadata["tags"] = ["remove-input"]
    return [shown, code]


def _behind(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return cells with what is quiet right before a fold, and checks in it, moved behind it."""
    found: list[NotebookNode] = []
    waiting: list[NotebookNode] = []
    inside = False
    for cell in cells:
        if cell.source.startswith(FOLD):
            inside = True
            while found and is_quiet(found[-1]):
                waiting.insert(0, found.pop())
        if inside and "check" in tags(cell):
            waiting.append(cell)
            continue
        found.append(cell)
        if inside and cell.source == CLOSING:
            found += waiting
            waiting, inside = [], False
    return found


def _at_checks(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return cells with folded code moved to its check, with only words between."""
    found: list[NotebookNode] = []
    for cell in cells:
        said = found[-1] if found else cell
        only = said.cell_type == "markdown" and not NO_WORDS.search(said.source)
        if "check" in tags(cell) and only and len(found) > 1 and QUIET in found[-2].metadata:
            found[-2:] = [found[-1], found[-2]]
        found.append(cell)
    return found
