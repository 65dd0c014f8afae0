"""Set an exam of two hours with its key, and plan the minutes of a lecture.

An exam is drawn by a seed: a question of the quiz bank on each page, and as many questions to
discuss as fit into what is left of the time. Only questions that stand alone
are asked. A point is a minute.
"""

import functools
import random
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from .page import Page, Section, prose
from .quiz import LETTERS, Question, noted, questions

ANSWERS = Path(__file__).with_name("course_source") / "answers.yaml"
MINUTES = 120
CHOICE = 2  # minutes, and points, of a question with answers to choose from
OPEN = 8  # of a question to discuss
LECTURE = {"title, question and goals": 4, "recap": 3, "questions to discuss": 8}  # minutes
LECTURE_MINUTES = 45
ELSEWHERE = re.compile(
    r"\b(this (page|network|rule|method|comparison|gradient)|these digits|the table|table of|"
    r"sections? \d|page \d|ways to break|limits of|six patients|patient [A-F]|explorer|deeper|"
    r"exercise \d|the single weight|the other had|why do correlated|the agents of|slice data|"
    r"the map|the method|the films|the seven)\b",
    flags=re.I,
)  # what a student has on a page, and not in an exam
QUESTION_WORDS = 60  # a question before a figure takes as long as so many words


@dataclass(frozen=True)
class Exam:
    """The questions of an exam: to choose, and to discuss, as (page, question, model answer)."""

    seed: int
    choices: tuple[Question, ...]
    discussed: tuple[tuple[str, str, str], ...]


@functools.cache
def answers() -> dict[str, list[str]]:
    """Return the model answers to the questions to discuss, page by page, in their order."""
    return yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))


def stands_alone(text: str) -> bool:
    """Return whether a text points to nothing that an exam does not print."""
    return not ELSEWHERE.search(text)


def fair(name: str) -> list[Question]:
    """Return the questions on a page that stand alone, in an order that no seed changes."""
    found = [
        each
        for each in questions(name)
        if all(stands_alone(text) for text in (each.ask, *(o.text for o in each.options)))
    ]
    random.Random(name).shuffle(found)
    return found


def debatable(name: str) -> list[tuple[str, str, str]]:
    """Return the questions to discuss that stand alone: page, question, model answer."""
    pairs = zip(noted()[name]["discussion"], answers().get(name, []), strict=False)
    found = [(name, ask, answer) for ask, answer in pairs if stands_alone(ask)]
    random.Random(name).shuffle(found)
    return found


def drawn(names: list[str], seed: int) -> Exam:
    """Return an exam on the pages with these names; seeds in a row take turns, so share little."""
    choices = [asked[seed % len(asked)] for name in names if (asked := fair(name))]
    pages = [name for name in names if debatable(name)]
    random.Random(0).shuffle(pages)
    count = min((MINUTES - CHOICE * len(choices)) // OPEN, len(pages))
    taken = [divmod(seed * count + k, len(pages)) for k in range(count)]
    discussed = sorted((found := debatable(pages[k]))[turn % len(found)] for turn, k in taken)
    return Exam(seed, tuple(choices), tuple(discussed))


def sheet(exam: Exam) -> str:
    """Return what a student gets, as Markdown."""
    points = CHOICE * len(exam.choices) + OPEN * len(exam.discussed)
    text = [
        "# Exam: spiking neural networks",
        f"{MINUTES} minutes, {points} points. Name:",
        f"## Choose one answer ({CHOICE} points each)",
    ]
    for number, question in enumerate(exam.choices, 1):
        lines = [
            f"{LETTERS[k]}. {each.text}" for k, each in enumerate(question.shuffled(exam.seed))
        ]
        text.append(
            "\n".join([f"**{number}.** {question.ask}\n", *(f"- {line}" for line in lines)])
        )
    text.append(f"## Answer in a few sentences ({OPEN} points each)")
    first = len(exam.choices) + 1
    text += [f"**{n}.** {asked}" for n, (_, asked, _) in enumerate(exam.discussed, first)]
    return "\n\n".join(text) + "\n"


def key(exam: Exam) -> str:
    """Return the key to an exam, as Markdown: letters, and model answers."""
    text = ["# Key", "| question | answer | page |\n|---|---|---|"]
    for number, question in enumerate(exam.choices, 1):
        letter = question.letter(exam.seed)
        text[-1] += f"\n| {number} | {letter} | {question.name.split('.')[0]} |"
    first = len(exam.choices) + 1
    for number, (name, _, answer) in enumerate(exam.discussed, first):
        text.append(f"**{number}** (page {name[:2]}). {answer}")
    text.append("Another reason that holds gets the points as well.")
    return "\n\n".join(text) + "\n"


def plan(page: Page) -> list[tuple[str, int]]:
    """Return the steps of a lecture on a page with their minutes, 45 in all.

    The time between opening and recap is shared among the sections by their words and questions.
    """
    opening, *closing = LECTURE.items()
    sections = page.sections
    weights = [_weight(section) for section in sections]
    shares = shared(LECTURE_MINUTES - sum(LECTURE.values()), weights)
    titles = [section.title for section in sections]
    return [opening, *zip(titles, shares, strict=True), *closing]


def _weight(section: Section) -> int:
    text = prose(section)
    return len(text.split()) + QUESTION_WORDS * text.count("> **")


def shared(total: int, weights: list[int]) -> list[int]:
    """Share a whole number by weights, each part at least 1, by the largest remainders."""
    rest = total - len(weights)
    exact = [rest * weight / sum(weights) for weight in weights]
    parts = [int(each) for each in exact]
    order = sorted(range(len(parts)), key=lambda k: parts[k] - exact[k])
    for k in order[: rest - sum(parts)]:
        parts[k] += 1
    return [part + 1 for part in parts]


def planned(page: Page) -> str:
    """Return the plan of a lecture as a table in Markdown."""
    rows = [f"| {minutes} | {what} |" for what, minutes in plan(page)]
    return "\n".join(["| minutes | what |", "|---|---|", *rows])
