"""Where the answer to a question of a page begins, and where it ends.

What is looked for stands between a question and the next one, or the next heading. Prose that only
leads to a figure or a print is no answer: what it leads to, and the verdict behind, belong to it.
"""

import itertools
import re
from typing import NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .page import explorer, pictures, tags
from .paragraphs import kind, paragraphs

READING = "> **Before you read"  # there is nothing to run
LOOK = "> **Look"
BEFORE = re.compile(
    r"> \*\*(Before you (?!read)|Predict|Guess)"
)  # the output is a part of the answer
TASKS = "**Try this**"
SHORT = 8  # words; what is shorter, before a figure, is no answer
LAST = re.compile(
    r"(.*[.!?][)\"]?)\s+((?:[^.!?]|[.!?](?!\s))+:)\s*\Z", re.S
)  # sentence, and lead-in


class Answered(NamedTuple):
    """A question, the cells up to its answer, those that answer it, and all behind them."""

    asked: str
    between: list[NotebookNode]
    told: list[NotebookNode]
    rest: list[NotebookNode]

    @property
    def foreseen(self) -> int | None:
        """Return which of the cells up to the answer has an output that the question asks for."""
        shown = next((n for n, cell in enumerate(self.between) if cell.get("outputs")), None)
        if not BEFORE.match(self.asked) or shown is None or explorer(self.between[shown]):
            return None
        return shown

    @property
    def words(self) -> list[NotebookNode]:
        """Return the prose that answers, without a few words that only lead to more code."""
        prose = [cell for cell in self.told if cell.cell_type == "markdown"]
        return [c for c in prose if not c.source.endswith(":") or len(c.source.split()) >= SHORT]


def answered(cell: NotebookNode, rest: list[NotebookNode]) -> Answered | None:
    """Return what answers the last question of a cell, in the cells behind; None if nothing does.

    Where what follows only leads to the next question, the answer is to both.
    """
    asked = question(cell)
    until = answer(rest, _at_once(asked, rest)) if asked else None
    if asked is None or until is None or _asks_on(asked, rest[:until], rest[until:]):
        return None
    told, left = _told(asked, rest[until:], any(map(shows, rest[:until])))
    return Answered(asked, rest[:until], told, left)


def question(cell: NotebookNode) -> str | None:
    """Return the last question of a cell, if it asks one."""
    asked = [text for text in paragraphs(cell.source) if kind(text) == "question"]
    return asked[-1] if asked and cell.cell_type == "markdown" else None


def _at_once(asked: str, rest: list[NotebookNode]) -> bool:
    """Tell whether the next prose answers: there is nothing to run, or what to look at is above."""
    above = asked.startswith(LOOK) and any(c.cell_type == "markdown" for c in rest[:1])
    return above or asked.startswith(READING)


def answer(rest: list[NotebookNode], at_once: bool = False) -> int | None:
    """Return which of the cells after a question answers it: the first prose behind code.

    `at_once` if it is the first prose, code or not.
    """
    ran = at_once
    for place_, cell in enumerate(rest):
        if cell.cell_type == "code":
            ran = ran or _works(cell)
            continue
        kinds = [kind(text) for text in paragraphs(cell.source)]
        if kinds[0] in ("heading", "folded", "question"):
            return None
        if ran or not any(map(_works, rest[place_:])):
            return place_
        if "question" in kinds or "heading" in kinds:
            return None
    return None


def _works(cell: NotebookNode) -> bool:
    """Tell whether a cell is code of the main way."""
    return cell.cell_type == "code" and not {"check", "setup"} & set(tags(cell))


def shows(cell: NotebookNode) -> bool:
    """Tell whether a cell has an output other than a live figure."""
    return bool(cell.get("outputs")) and not explorer(cell)


def _draws(cell: NotebookNode) -> bool:
    return bool(pictures(cell))


def _asks_on(asked: str, between: list[NotebookNode], rest: list[NotebookNode]) -> bool:
    """Tell whether what follows a question only leads to the next one: nothing was shown yet."""
    after = [kind(text) for text in paragraphs(rest[0].source)]
    after += [kind(text) for cell in rest[1:2] for text in paragraphs(cell.source)[:1]]
    shown = any(map(shows, between))
    return bool(BEFORE.match(asked)) and not shown and "question" in after


def _told(
    asked: str, rest: list[NotebookNode], shown: bool
) -> tuple[list[NotebookNode], list[NotebookNode]]:
    """Return what answers a question, from the first prose on, and what comes behind it.

    A question of two parts may have two verdicts.

    Args:
        asked: the question.
        rest: the cells of the page, beginning with that prose.
        shown: whether a figure or a print stands before it.
    """
    told, verdicts = [], 0
    while True:
        cell, *rest = rest
        first, left = split(cell.source, any(map(_works, rest[:1])))
        told.append(new_markdown_cell(first))
        verdicts += shown
        code = list(itertools.takewhile(lambda each: _works(each) and not explorer(each), rest))
        if not code or not _goes_on(asked, first, left, code, shown, verdicts):
            return told, ([new_markdown_cell(left)] if left else []) + rest
        told += [new_markdown_cell(left)] * bool(left) + code
        shown = shown or any(map(shows, code))
        rest = rest[len(code) :]
        if not rest or rest[0].cell_type == "code" or _kind(rest[0]) != "text":
            return told, rest


def _kind(cell: NotebookNode) -> str:
    return kind(paragraphs(cell.source)[0])


def _goes_on(
    asked: str, first: str, left: str, code: list[NotebookNode], shown: bool, verdicts: int
) -> bool:
    """Tell whether the answer goes on in the code behind it: prose was a lead-in only."""
    if first.endswith(":"):
        return True
    if shown:
        two_parts = verdicts < asked.count("?") and left.endswith(":") and "\n\n" not in left
        return two_parts and any(map(shows, code))
    short = len(first.split()) < SHORT
    return bool(BEFORE.match(asked)) and any(map(_draws, code)) and (short or not left)


def split(text: str, before_code: bool) -> tuple[str, str]:
    """Cut an answer from what leads on to the next question, or to the code that comes next.

    A last paragraph with a term in bold stays open too; one that begins in bold is the conclusion,
    and waits, unless code or a question comes behind it. What stands
    behind a formula explains it, and stays with it; a formula that is led to behind the first
    paragraph is new, and open.
    """
    parts = paragraphs(text)
    ends = [n for n, part in enumerate(parts) if _ends(part)]
    end = ends[0] if ends else len(parts)
    formulas = [
        n for n in range(2, end) if parts[n].startswith("$$") and parts[n - 1].endswith(":")
    ]
    if formulas:
        end = formulas[0] - 1
    elif end > 1 and _leads_on(parts[:end], bool(ends), before_code):
        end -= 1
    rest = parts[end:]
    if before_code and not rest and (found := LAST.match(parts[end - 1])):
        parts[end - 1], lead = found.groups()
        rest = [lead]
    return "\n\n".join(parts[:end]), "\n\n".join(rest)


def _ends(part: str) -> bool:
    return kind(part) in ("question", "heading") or part.startswith(TASKS)


def _leads_on(parts: list[str], asks: bool, before_code: bool) -> bool:
    """Tell whether the last of the paragraphs of an answer leads on to something else."""
    if parts[-2].startswith("$$"):
        return before_code and not asks and parts[-1].endswith(":")
    term = "**" in parts[-1] and not parts[-1].startswith("**")
    return asks or before_code or term
