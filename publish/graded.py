"""Turn the exercises of a page into an assignment for nbgrader.

Each exercise becomes a cell to fill in, whose solution nbgrader takes out of the version that it
releases, and a locked cell with points, which tries the answer as the page does and fails with what
was given and the page's first hint, and never shows what was expected. An open exercise becomes a
cell that a person grades. Cells of the page that define what exercises mention stand before them.
nbgrader is not needed to write this.

``python -m publish.graded --variant 7`` writes all assignments with other numbers in them.
"""

import argparse
import ast
import copy
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .code_names import read
from .graded_cells import manual, to_do
from .grading import points_of
from .needed import importing, mentioned, needed
from .page import ROOT, Page, committed, tagged, tags, without_outputs
from .variants import Variant, changed, variants
from .wording import with_page, without_badge, without_solutions

FROM_PAGE = "What the exercises use of the page:"
HAVE_OPEN = "Have page {number} open: the exercises speak of what stands there."

HELPS_MORE = re.compile(
    r"\n*^Each check says how far you are\b[^.\n]*\.$", flags=re.M
)  # on the page


def _asked(page: Page, drawn: dict[str, Variant]) -> list[NotebookNode]:
    """Return the cells of all exercises: texts without solutions, code, and what is to fill in."""
    found, made, number = page.named("Exercises"), [], 0
    given = iter([each for each in page.exercises if each.stub])
    is_open = {each.number for each in page.exercises if not each.stub}
    for cell in found.cells if found else ():
        if "exercise" in tags(cell):
            each = next(given)
            made += to_do(each, drawn.get(each.asked[0]), points_of(page, each.number))
            continue
        if cell.cell_type == "code":  # above the cell for the answer, which ends an open exercise
            made.insert(len(made) - (number in is_open), copy.deepcopy(cell))
            continue
        left = HELPS_MORE.sub("", without_solutions(cell.source)).strip()
        for part in re.split(r"\n(?=### \d · )", left):
            heading = re.match(r"### (\d) · ", part)
            number = int(heading.group(1)) if heading else 0
            told = drawn.get(f"{page.number}.{number}")
            if part.strip():
                words = changed(part.strip(), told.text if told else {})
                words = with_page(words, page.number)
                made.append(new_markdown_cell(words, id=f"text-{len(made)}"))
            if number in is_open:
                made.append(manual(number, points_of(page, number)))
    return made


def assignment(page: Page, seed: int | None = None) -> NotebookNode:
    """Return the nbgrader source of a page: setup, what exercises need of the page, and exercises.

    Args:
        page: the page.
        seed: of a variant, whose exercises have other numbers; None for those of the page.
    """
    made = copy.deepcopy(page.notebook)
    title, setup = made.cells[0], tagged(made, "setup")[0]
    given = [copy.deepcopy(cell) for cell in needed(page)]
    words = [new_markdown_cell(FROM_PAGE, id="from-page")] if given else []
    asked_for = _asked(page, variants(page, seed))
    title.source = without_badge(title.source)
    used = [ast.parse(c.source) for c in (*given, *asked_for) if c.cell_type == "code"]
    setup.source = importing(setup.source, mentioned(page).union(*map(read, used)))
    if any(re.search(rf"\b[Pp]age {page.number}\b", cell.source) for cell in asked_for):
        title.source += "\n\n" + HAVE_OPEN.format(number=page.number)
    made.cells = [title, setup, *words, *given, *asked_for]
    return without_outputs(made)


def main() -> None:
    """Write assignments of the pages named on the command line, or of all, as a variant."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variant", type=int, help="seed of the numbers; the page's own without")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "nbgrader" / "source")
    parser.add_argument("pages", nargs="*", help="beginnings of names, such as 01")
    arguments = parser.parse_args()
    for name, page in committed().items():
        if name.startswith(tuple(arguments.pages) or ("",)):
            (folder := arguments.output / name).mkdir(parents=True, exist_ok=True)
            nbformat.write(assignment(page, arguments.variant), folder / f"{name}.ipynb")


if __name__ == "__main__":
    main()
