"""Questions that only exams ask: essays with their model answers, and a lecturer's own questions.

A lecturer's own file has the form of `quiz.yaml` under ``choices`` and that of `essays.yaml` under
``essays``, both by the names of pages, and need not hold both::

    choices:
      02_lif_neuron:
        - {ask: "…?", right: "…", wrong: ["…", "…", "…"]}
    essays:
      02_lif_neuron:
        - {ask: "…?", answer: "… [5]. … [3]."}
"""

import functools
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .course_files import notes, written
from .quiz import Question, from_bank

POINTS = 8  # of an essay
MARK = re.compile(r" \[(\d)\]")  # points for what stands before it in a model answer
FORM = "choices and essays, each with the names of pages"


@dataclass(frozen=True)
class Essay:
    """A question to answer in a few sentences: the name of its page, and the model answer.

    What tells a part of the answer, or is told by the question, is never asked beside it: questions
    to choose on other pages and exercises with numbers by their keys, essays by their page.
    """

    name: str
    ask: str
    answer: str
    choices: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    essays: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Own:
    """A lecturer's own questions, asked before those of the repository. They equal themselves."""

    choices: dict[str, list[Question]] = field(default_factory=dict)
    essays: tuple[Essay, ...] = ()


NONE = Own()


def marks(answer: str) -> list[int]:
    """Return the points that the parts of a model answer get.

    >>> marks("A count [3]. It averages [5].")
    [3, 5]
    """
    return [int(points) for points in MARK.findall(answer)]


def unmarked(answer: str) -> str:
    """Return a model answer without its marks, to be shown where no points are given.

    >>> unmarked("A count [3]. It averages [5].")
    'A count. It averages.'
    """
    return MARK.sub("", answer)


@functools.cache
def essays() -> tuple[Essay, ...]:
    """Return the essays of the repository, in the order of their pages."""
    return _essays(written("essays"))


def own(path: Path) -> Own:
    """Read a lecturer's own questions.

    Raises:
        ValueError: if a page is not known, or a question has not the parts or the points it needs.
    """
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(read, dict) or not set(read) <= {"choices", "essays"}:
        raise ValueError(f"{path}: the file holds {FORM}, not {read!r}")
    for name in (name for part in read.values() for name in part):
        if name not in notes():
            raise ValueError(f"{path}: no page {name!r}: pages are {', '.join(notes())}")
    return Own(_choices(read.get("choices", {})), _essays(read.get("essays", {})))


def check_pages(own: Own, names: list[str]) -> None:
    """Raise ValueError if a lecturer's own question is on a page that the exam is not about."""
    for name in [*own.choices, *(each.name for each in own.essays)]:
        if name not in names:
            pages = ", ".join(each[:2] for each in names)
            raise ValueError(
                f"--questions: a question is on page {name}, and --exam-pages are {pages}"
            )


def _choices(entries: dict[str, list[dict]]) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    for name, asked in entries.items():
        beliefs = notes()[name]["misconceptions"]
        for number, each in enumerate(asked, 1):
            label = f"{name[:2]}.own{number}"
            if set(each) - {"why"} != {"ask", "right", "wrong"} or len(each["wrong"]) != 3:
                raise ValueError(f"{label}: wanted are ask, right and three wrong, not {each!r}")
            found.setdefault(name, []).append(from_bank(label, each, beliefs))
    return found


def _essays(entries: dict[str, list[dict]]) -> tuple[Essay, ...]:
    found = [_essay(name, each) for name, asked in entries.items() for each in asked]
    for each in found:
        if (given := sum(marks(each.answer))) != POINTS:
            raise ValueError(
                f"{each.name}: the marks of an answer add up to {POINTS}, not {given}: {each.ask}"
            )
    return tuple(found)


def _essay(name: str, entry: dict) -> Essay:
    apart = {kind: tuple(keys) for kind, keys in entry.get("apart", {}).items()}
    return Essay(name, entry["ask"], entry["answer"], **apart)
