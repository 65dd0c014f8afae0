"""Turn the exercises of a page into an assignment for nbgrader.

Each exercise becomes a cell to fill in, whose solution nbgrader takes out of the version that it
releases, and a locked cell of one point, which runs the page's own check and fails, with the page's
hint, unless it says "correct". nbgrader is not needed to write the assignment.
"""

import ast
import copy
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from .page import Page, code, tagged

SCORED = """\
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()) as said:
{check}
assert said.getvalue().splitlines()[-1:] == ["correct"], said.getvalue()"""


def without_badge(text: str) -> str:
    """Return a text without the Colab badge, which leads to the page with its solutions."""
    return re.sub(r"\n+\[!\[Open in Colab\].*", "", text)


def without_solutions(text: str) -> str:
    """Return a text without its folded solutions; what comes behind them stays: references."""
    text = re.sub(r"\n*^### Solutions$.*?(?=\n## |\Z)", "", text, flags=re.M | re.S)
    return re.sub(r"\n*^<details>.*?</details>", "", text, flags=re.M | re.S)


def names(code: str) -> set[str]:
    """Return the names that the top level of a piece of code defines."""
    nodes = ast.parse(code).body
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assigned = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    return defined | {target.id for target in assigned if isinstance(target, ast.Name)}


def without(code: str, given: set[str]) -> str:
    """Return an exercise without the stub that defines the given names: its check."""
    lines = code.splitlines()
    stubs = [node for node in ast.parse(code).body if names(ast.unparse(node)) & given]
    kept = [
        line
        for n, line in enumerate(lines, 1)
        if not any(s.lineno <= n <= s.end_lineno for s in stubs)
    ]
    return "\n".join(kept).strip()


def to_fill_in(solution: str) -> str:
    """Return a solution with nbgrader's marks around what is taken out: a body, or all."""
    lines, nodes = solution.strip().splitlines(), ast.parse(solution).body
    first = (
        nodes[0].body[0].lineno - 1
        if len(nodes) == 1 and isinstance(nodes[0], ast.FunctionDef)
        else 0
    )
    indent = " " * (4 if first else 0)
    inside = [f"{indent}### BEGIN SOLUTION", *lines[first:], f"{indent}### END SOLUTION"]
    named = [f"# Define {', '.join(sorted(names(solution)))}."] if first == 0 else []
    return "\n".join(lines[:first] + named + inside)


def cells(number: int, exercise: str, solution: str) -> list[NotebookNode]:
    """Return the two cells of one exercise: to fill in, and to score."""
    check = without(exercise, names(solution))
    inside = "\n".join("    " + line if line else "" for line in check.splitlines())
    answer = new_code_cell(to_fill_in(solution), id=f"answer-{number}")
    score = new_code_cell(SCORED.format(check=inside), id=f"score-{number}")
    answer.metadata["nbgrader"] = _marks(f"answer_{number}", solution=True)
    score.metadata["nbgrader"] = _marks(f"score_{number}", grade=True, points=1)
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


def assignment(page: Page) -> NotebookNode:
    """Return the nbgrader source of a page: setup, exercises, and no solutions in the prose."""
    made, given = copy.deepcopy(page.notebook), [each for each in page.exercises if each.stub]
    title, setup, found = made.cells[0], tagged(made, "setup")[0], page.named("Exercises")
    made.cells, number = [title, setup], 0
    for cell in copy.deepcopy(found.cells if found else ()):
        if "exercise" in cell.metadata.get("tags", []):
            number += 1
            made.cells += cells(number, cell.source, given[number - 1].solution)
        elif text := without_solutions(cell.source).strip():
            made.cells.append(NotebookNode(cell | {"source": text}))
    title.source = without_badge(title.source)
    for cell in code(made):
        cell.outputs, cell.execution_count = [], None
    return made
