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
from difflib import SequenceMatcher
from pathlib import Path
from textwrap import dedent

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from .needed import imported, mentioned, needed, read_in
from .page import ROOT, Page, code, committed, notes, tagged, tags
from .variants import ASKED, Variant, asked, changed, variants

OPEN_POINTS = 3  # of an open exercise for which the notes give none
FROM_PAGE = "What the exercises use of the page:"
HAVE_OPEN = "Have page {number} open: the exercises speak of what stands there."
SECTION = re.compile(r"(?<!\d, )\b([Ss])(ections? \d)")
OF_PAGE = re.compile(r"\b[Tt]he (?:table|figure|graph|explorer)\b(?! (?:in|of) )(?: above| below)?")

SCORED = """\
from snn_core.teaching.exercises import find
from snn_core.teaching.exercises.kinds import NotAttempted

try:
    fault = find({key!r}).fault({name})
except NotAttempted:
    raise AssertionError("not yet: define {name} in the cell above") from None
assert fault is None, f"not yet: {{fault.what}}. Hint: {{fault.hint}}\""""
SET = """\
assert {name!r} in globals(), "not yet: define {name} in the cell above"
"""
YOURS = "your code here"
HELPS_MORE = re.compile(
    r"\n*^Each check says how far you are\b[^.\n]*\.$", flags=re.M
)  # on the page


def without_badge(text: str) -> str:
    """Return a text without the Colab badge, which leads to the page with its solutions."""
    return re.sub(r"\n+\[!\[Open in Colab\].*", "", text)


def without_solutions(text: str) -> str:
    """Return a text without its folded solutions; what comes behind them stays: references."""
    text = re.sub(r"\n*^### Solutions$.*?(?=\n## |\Z)", "", text, flags=re.M | re.S)
    return re.sub(r"\n*^<details>.*?</details>", "", text, flags=re.M | re.S)


def with_page(text: str, number: str) -> str:
    """Return the text of an exercise that says on which page its sections and tables stand.

    >>> with_page("Take the bump of section 3. Section 4 trains.", "05")
    'Take the bump of page 05, section 3. Page 05, section 4 trains.'
    >>> with_page("One number of the table excludes it.", "07")
    'One number of the table of page 07 excludes it.'
    """

    def section(found: re.Match) -> str:
        return f"{'P' if found[1] == 'S' else 'p'}age {number}, s{found[2]}"

    def thing(found: re.Match) -> str:
        return re.sub(" (above|below)$", "", found[0]) + f" of page {number}"

    if not re.search(r"^\|", text, flags=re.M):
        text = OF_PAGE.sub(thing, text)
    return SECTION.sub(section, text)


def names(code: str) -> set[str]:
    """Return the names that the top level of a piece of code defines."""
    nodes = ast.parse(code).body
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assigned = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    return defined | {target.id for target in assigned if isinstance(target, ast.Name)}


def to_fill_in(stub: str, solution: str) -> str:
    """Return a stub with a solution in it, and nbgrader's marks around what is taken out.

    Lines of the stub that the solution keeps stay, and so does what the stub says in a comment.

    >>> print(to_fill_in("a = None  # two numbers", "a = 1, 2"))
    # Define a: two numbers.
    ### BEGIN SOLUTION
    a = 1, 2
    ### END SOLUTION
    """
    given, wanted, made = stub.splitlines(), solution.strip().splitlines(), []
    for kind, i, j, k, m in SequenceMatcher(None, given, wanted, autojunk=False).get_opcodes():
        if kind == "equal":
            made += wanted[k:m]
            continue
        first = (given[i:j] or wanted[k:m])[0]
        indent = first[: len(first) - len(first.lstrip())]
        inside = ["### BEGIN SOLUTION", *wanted[k:m], "### END SOLUTION"]
        inside[0], inside[-1] = indent + inside[0], indent + inside[-1]
        said = _told(given[i:j], stub) if indent == "" else _comments(given[i:j])
        made += [*(f"{indent}# {line}" for line in said), *inside]
    return "\n".join(made)


def _comments(lines: list[str]) -> list[str]:
    """Return what comments say, but for the one that every stub has; several lines as they are."""
    if len(lines) > 1:
        return dedent("\n".join(lines)).splitlines()
    said = [line.split("  # ", 1)[1] for line in lines if "  # " in line]
    return [comment for comment in said if comment != YOURS]


def _told(lines: list[str], stub: str) -> list[str]:
    """Return what is to be defined, in the words of the stub."""
    said = "; ".join(_comments(lines))
    return [f"Define {', '.join(sorted(names(stub)))}{': ' if said else ''}{said}."]


def cells(
    number: int, exercise: str, solution: str, drawn: Variant | None = None, points: int = 1
) -> list[NotebookNode]:
    """Return the two cells of one exercise: to fill in, and to score, as a variant if there is one.

    The tests of a variant are hidden: nbgrader takes them out of what it releases. What it leaves
    there tries the form of a number, and a function as the page does.
    """
    key, name = re.search(ASKED, exercise).groups()
    stub = re.split(r"^check\(", exercise, flags=re.M)[0].strip()
    scored = SCORED.format(key=key, name=name)
    if drawn is not None:
        solution = drawn.solution
        scored = f"{drawn.form if drawn.own else scored}\n{drawn.tests}"
    answer = new_code_cell(to_fill_in(stub, solution), id=f"answer-{number}")
    score = new_code_cell(SET.format(name=name) + scored, id=f"score-{number}")
    answer.metadata["nbgrader"] = _marks(f"answer_{number}", solution=True)
    score.metadata["nbgrader"] = _marks(f"score_{number}", grade=True, points=points)
    return [answer, score]


def _marks(
    name: str, *, solution: bool = False, grade: bool = False, points: int | None = None
) -> dict:
    marks = {
        "schema_version": 3,
        "grade_id": name,
        "solution": solution,
        "grade": grade,
        "locked": not solution,
    }
    return marks | {"task": False} | ({} if points is None else {"points": points})


def manual(number: int, points: int) -> NotebookNode:
    """Return the cell of an open exercise, which a person grades."""
    text = "*Your answer. Add cells for code above this one.*"
    cell = new_markdown_cell(text, id=f"open-{number}")
    cell.metadata["nbgrader"] = _marks(f"open_{number}", solution=True, grade=True, points=points)
    return cell


def points_of(page: Page, number: int) -> int:
    """Return the points of an exercise by the notes for lecturers.

    Those of an open exercise are the sum of its rubric, or 3 without notes; one with a check has 1,
    or 2 where the notes say so.
    """
    said = notes().get(page.name, {"grading": []})["grading"]
    rubric = " ".join(line for line in said if line.startswith(f"Exercise {number}"))
    if parts := re.findall(r"\((\d+)\)", rubric):
        return sum(int(part) for part in parts)
    if any(each.number == number and each.stub for each in page.exercises):
        two = re.search(r"two for exercises? ([\d and,]+)", " ".join(said))
        return 2 if two and str(number) in re.findall(r"\d", two.group(1)) else 1
    return OPEN_POINTS


def _asked(page: Page, drawn: dict[str, Variant]) -> list[NotebookNode]:
    """Return the cells of all exercises: texts without solutions, and what is to fill in."""
    found, made = page.named("Exercises"), []
    given = iter([each for each in page.exercises if each.stub])
    is_open = {each.number for each in page.exercises if not each.stub}
    for cell in found.cells if found else ():
        if "exercise" in tags(cell):
            each = next(given)
            variant, points = drawn.get(asked(each)[0]), points_of(page, each.number)
            made += cells(each.number, cell.source, each.solution, variant, points)
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
    read = [cell.source for cell in (*given, *asked_for) if cell.cell_type == "code"]
    setup.source = imported(setup.source, mentioned(page).union(*map(read_in, read)))
    if any(re.search(rf"\b[Pp]age {page.number}\b", cell.source) for cell in asked_for):
        title.source += "\n\n" + HAVE_OPEN.format(number=page.number)
    made.cells = [title, setup, *words, *given, *asked_for]
    for cell in code(made):
        cell.outputs, cell.execution_count = [], None
    return made


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
