"""Make a committed notebook into a page of the site; nothing is executed.

Setup, checks and code that only draws are folded. What answers a question waits behind a click.
Figures come in two variants, explorers live, printed columns as tables, exercises with a field.
"""

import copy
import re
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from . import site_exercises
from .arranging import arranging
from .drawing import Lines, imported, parted
from .folds import behind_clicks
from .live_html import figure as live_figure
from .live_html import place
from .page import TUTORIALS, Page, code, explorer, tags
from .site_figures import figure, noted
from .site_lead import led
from .site_links import linked
from .site_quiet import QUIET, quietly
from .site_tables import pieces
from .site_words import explained, words

BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\](\([^)]*\))")  # a picture on another host
COLAB = r"[Open in Colab]\1"
CHECK = "Check", "Hide the check"  # what the fold of a check says, closed and open
STUB = "Replace `None` by your answer and run the cell. It tells you how far you are."
FIELD = (
    "Write your answer, and see how far you are: a number here, code "
    "[in JupyterLab or in Colab](run.md)."
)
GUESS = "> **Before you run:**", "> **First guess:**"  # a reader of the site runs nothing
SHOWN = re.compile(r"^[\w.]+\(", re.M)  # a statement that may show something
FEW = 3  # lines; fewer are not worth a fold of their own
TASKS = re.compile(r"\n\n1\. [^\n]*(\n[^\n]+)*\s*\Z")


def prepare(
    page: Page, folder: Path, drawn: dict[str, dict[str, list[str | None]]] | None = None
) -> NotebookNode:
    """Return a page as the site shows it; write its figures into a folder.

    Args:
        page: a committed page.
        folder: of the figures.
        drawn: figures that were drawn anew, as `site_figures.noted` takes them.
    """
    notebook = copy.deepcopy(page.notebook)
    noted(notebook.cells, drawn or {})
    cells = quietly(behind_clicks(_in_parts(page, notebook.cells)))
    notebook.cells = [_numbered(cell, n) for n, cell in enumerate(cells)]
    _link(page, notebook.cells)
    first = True
    for cell in code(notebook):
        cell.metadata["mystnb"] = _prompts(cell)
        show(cell, folder, first)
        first = first and not explorer(cell)
    return notebook


def _in_parts(page: Page, cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of a page with its lead, help at exercises, and what only draws apart."""
    cells = site_exercises.with_fields(page, tasks_below(cells))
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = BADGE.sub(COLAB, cell.source).replace(STUB, FIELD)
    _, draws = imported(page)
    arranged = arranging(page, draws)
    return joined([part for cell in led(page, cells) for part in folded(cell, draws, arranged)])


def _link(page: Page, cells: list[NotebookNode]) -> None:
    """Let the prose of a page lead to other pages, and the first use of a word to the glossary."""
    others = (path.stem for path in TUTORIALS.glob("[0-9][0-9]_*.ipynb"))
    names = {name[:2]: name for name in others if name != page.name}
    unused = dict(words())
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = linked(cell.source.replace(*GUESS), names, page.deeper is not None)
            if not cell.source.startswith(("# ", "## References")):
                cell.source = explained(cell.source, unused)


def _prompts(cell: NotebookNode) -> dict[str, str]:
    """Return what the fold of a cell says, closed and open."""
    what = "setup" if "setup" in tags(cell) else "code"
    what = "exercise's code" if "exercise" in tags(cell) else what
    said = CHECK if "check" in tags(cell) else (f"Show the {what}", f"Hide the {what}")
    return dict(zip(("code_prompt_show", "code_prompt_hide"), said, strict=True))


def _numbered(cell: NotebookNode, number: int) -> NotebookNode:
    cell.id = f"site-{number:03d}"
    return cell


def show(cell: NotebookNode, folder: Path, first: bool) -> None:
    """Put what the site shows in place of a cell's outputs; `first` if no explorer precedes."""
    if QUIET in cell.metadata:
        return
    if live := live_figure(cell):
        cell.outputs = [_html(place(live, first))]
        return
    shown: list[NotebookNode] = []
    for output in cell.outputs:
        if "image/png" in output.get("data", {}):
            shown.append(_html(figure(output, cell.metadata.get("alt", ""), folder)))
        elif output.output_type == "stream":
            for text, made in pieces(output.text):
                shown.append(_html(text) if made else _print(text, output.name))
        else:
            shown.append(output)
    cell.outputs = shown


def _print(text: str, stream: str) -> NotebookNode:
    return new_output("stream", name=stream, text=text)


def _html(text: str) -> NotebookNode:
    return new_output("display_data", {"text/html": text})


def folded(
    cell: NotebookNode, draws: set[str], arranged: Lines = frozenset()
) -> list[NotebookNode]:
    """Return a cell as what it computes, if anything, and what draws or arranges for it, folded.

    So is what makes a live figure. A cell with a tag stays as it is, and so does one without a
    figure that shows something else with its last lines.

    Args:
        cell: a cell of code.
        draws: the names of the page that only draw.
        arranged: the statements of the page that only arrange for what draws.
    """
    if cell.cell_type != "code" or set(tags(cell)) - {"no-title"}:  # which is for slides
        return [cell]
    if explorer(cell):  # its line says nothing to who does not run it
        folded_away = copy.deepcopy(cell)
        folded_away.metadata["tags"] = ["hide-input"]
        return [folded_away]
    computes, shows = parted(cell.source, draws, arranged)
    pictured = "alt" in cell.metadata
    few = shows.count("\n") < FEW - 1 or SHOWN.search(shows)
    if not shows or "print(" in shows or (computes and not pictured and few):
        return [cell]
    drawing = copy.deepcopy(cell)
    drawing.source = shows
    drawing.metadata["tags"] = ["hide-input"]
    if not computes:
        return [drawing]
    computing = new_code_cell(computes)
    if not pictured:  # what it prints, it prints before
        computing.outputs, drawing.outputs = drawing.outputs, []
    return [computing, drawing]


def joined(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return cells with folded code that shows nothing put before folded code right behind it."""
    found: list[NotebookNode] = []
    for cell in cells:
        before = found[-1] if found else None
        alike = before is not None and tags(before) == tags(cell) == ["hide-input"]
        if alike and not before.outputs and not explorer(cell):
            gap = "\n\n\n" if before.source.startswith("def ") else "\n"
            cell = copy.deepcopy(cell)
            cell.source = f"{found.pop().source}{gap}{cell.source}"
        found.append(cell)
    return found


def tasks_below(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of a page with the tasks for each explorer behind it.

    Tasks are a numbered list at the end of the cell before it.
    """
    found: list[NotebookNode] = []
    for cell in cells:
        found.append(cell)
        before = found[-2].source if len(found) > 1 else ""
        if explorer(cell) and (asked := TASKS.search(before)):
            led = re.sub(r":$", ".", before[: asked.start()])
            found[-2] = new_markdown_cell(led)
            found.append(new_markdown_cell(f"**Try this**\n\n{asked[0].strip()}"))
    return found
