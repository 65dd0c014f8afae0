"""What a lab does with pages: minutes for explorers, exercises and running a page; and answers.

Explorers have tasks, a numbered list, and folded answers to them; both stand on the page.
"""

import re
from typing import NamedTuple

from .page import Exercise, Page
from .paragraphs import sentences

LAB_MINUTES = 90
TASK, VALUE, FUNCTION = 5, 10, 15  # minutes of an explorer's task, and of an exercise by its answer
OPEN = 30  # minutes of an open exercise, assumed
RUN = 15  # minutes at least to run a page, and to answer what it asks before
ANSWERS = re.compile(
    r"((?:^\d\. [^\n]*\n+)+)"
    r"<details><summary>(?:Answers?|All numbers, and answers)</summary>\n*(.*?)\n*</details>",
    flags=re.M | re.S,
)


class Tasks(NamedTuple):
    """What to try with an explorer: where it stands, the tasks and their answers, as Markdown."""

    where: str
    tasks: str
    answers: str

    @property
    def count(self) -> int:
        """Return how many tasks there are."""
        return len(re.findall(r"^\d\. ", self.tasks, flags=re.M))


def explorers(page: Page) -> list[Tasks]:
    """Return what to try with the explorers of a page, but for those below *Deeper*."""
    text, found = "\n\n".join(c.source for c in page.main if c.cell_type == "markdown"), []
    for each in ANSWERS.finditer(text):
        titles = re.findall(r"^## (.*)$", text[: each.start()], flags=re.M)
        where = titles[-1] if titles else "At the beginning"
        if where != "Exercises":
            found.append(Tasks(where, each[1].strip(), each[2].strip()))
    return found


def items(text: str) -> list[str]:
    """Return what a numbered list says, without its numbers and what stands before it.

    >>> items("A table.\\n\\n1. So.\\n2. And so.")
    ['So.', 'And so.']
    """
    return [each.strip() for each in re.split(r"^\d\. ", text, flags=re.M)[1:]]


def spoken(tried: Tasks) -> str:
    """Return what a lecturer does and says at an explorer: what to show, to ask and to answer."""
    said = []
    for number, (task, answer) in enumerate(
        zip(items(tried.tasks), items(tried.answers), strict=True), 1
    ):
        parts = sentences(re.sub(r": (\w)(?=[^.:]*\?)", lambda f: f". {f[1].upper()}", task))
        shown = " ".join(each for each in parts if not each.endswith("?"))
        asked = " ".join(each for each in parts if each.endswith("?"))
        told_of = {"Show": shown, "Ask": asked, "Answer": answer}
        lines = [f"*{what}:* {words}" for what, words in told_of.items() if words]
        said.append(f"**{number}** · " + "\n\n".join(lines))
    return "\n\n".join(said)


def told(page: Page) -> str:
    """Return tasks and answers of the explorers of a page, as Markdown."""
    return "\n\n".join(
        f"*{each.where}*\n\n{each.tasks}\n\nAnswers:\n\n{each.answers}" for each in explorers(page)
    )


def minutes(exercise: Exercise) -> int:
    """Return how long an exercise with a check takes: 15 minutes if code is to be written."""
    return FUNCTION if re.match(r"def |class ", exercise.stub or "") else VALUE


def lab(pages: list[Page]) -> tuple[str, str]:
    """Return what a lab of 90 minutes does with some pages, and what is left for home."""
    done, left = zip(*(_of_page(page, LAB_MINUTES // len(pages)) for page in pages), strict=True)
    return "; ".join(done), "; ".join(left)


def at_home(pages: list[Page]) -> int:
    """Return the minutes of the exercises that a lab of some pages leaves for home."""
    left = [
        each
        for page in pages
        for each in page.exercises[len(_done(page, LAB_MINUTES // len(pages))) :]
    ]
    return sum(minutes(each) if each.stub else OPEN for each in left)


def _done(page: Page, left: int) -> list[Exercise]:
    """Return the exercises that a lab with some minutes for a page does."""
    left -= TASK * sum(each.count for each in explorers(page))
    done: list[Exercise] = []
    for each in page.exercises:
        if each.stub is None or left - minutes(each) < RUN:
            break
        done.append(each)
        left -= minutes(each)
    return done


def _of_page(page: Page, left: int) -> tuple[str, str]:
    explored = TASK * sum(each.count for each in explorers(page))
    done = _done(page, left)
    left -= explored + sum(map(minutes, done))
    parts = [f"run it ({left})"]
    if explored:
        parts.append(f"explorer{'s' * (len(explorers(page)) > 1)} ({explored})")
    if done:
        parts.append(f"{listed(done)} ({sum(map(minutes, done))})")
    home = [each for each in page.exercises if each not in done]
    return f"{page.number}: {', '.join(parts)}", f"{page.number}: {listed(home)}"


def listed(exercises: list[Exercise]) -> str:
    """Return in words which exercises these are, which follow each other."""
    first, last = exercises[0].number, exercises[-1].number
    if first == last:
        return f"exercise {first}"
    return f"exercises {first} {'and' if last == first + 1 else 'to'} {last}"
