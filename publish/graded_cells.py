"""The cells of one exercise for nbgrader: what is to fill in, and what scores it."""

import ast
import re
from difflib import SequenceMatcher
from textwrap import dedent

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from .code_names import defined
from .exercises import Exercise
from .variants import Variant

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
    return [f"Define {', '.join(sorted(defined(ast.parse(stub))))}{': ' if said else ''}{said}."]


def to_do(exercise: Exercise, drawn: Variant | None, points: int) -> list[NotebookNode]:
    """Return the two cells of one exercise: to fill in, and to score, as a variant if there is one.

    The tests of a variant are hidden: nbgrader takes them out of what it releases. What it leaves
    there tries the form of a number, and a function as the page does.
    """
    key, name = exercise.asked
    solution = exercise.solution
    stub = re.split(r"^check\(", exercise.stub, flags=re.M)[0].strip()
    scored = SCORED.format(key=key, name=name)
    if drawn is not None:
        solution = drawn.solution
        scored = f"{drawn.form if drawn.own else scored}\n{drawn.tests}"
    answer = new_code_cell(to_fill_in(stub, solution), id=f"answer-{exercise.number}")
    score = new_code_cell(SET.format(name=name) + scored, id=f"score-{exercise.number}")
    answer.metadata["nbgrader"] = _marks(f"answer_{exercise.number}", solution=True)
    score.metadata["nbgrader"] = _marks(f"score_{exercise.number}", grade=True, points=points)
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
