"""Set an exam of two hours with its key, and plan the minutes of a lecture.

Three exams are drawn by a seed: on each page one of the questions that the exports hold back, five
exercises with numbers, a piece of code to read, and as many essays as fit into what is left of the
time. Few pages have fewer of each, and make a shorter exam. A lecturer's own questions come first.
Only questions that stand alone are asked. A point is a minute. The key divides the points of an
answer by marks like ``[3]``.
"""

import functools
import math
import random
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from .essays import NONE, POINTS, Essay, Own, essays
from .page import Page, Section, prose
from .pencil import Pencil, pencils, shown
from .quiz import LETTERS, SEED, Question, shared_out
from .read_code import Code, to_read

ANSWERS = Path(__file__).with_name("course_source") / "answers.yaml"
EXAMS = 3  # of a seed, so that a second date has questions of its own
MINUTES = 120  # at most
LEAST = 30  # points of an exam
CHOICE = 2  # minutes, and points, of a question with answers to choose from
PENCIL = 4  # of an exercise with numbers: half of them for the way, half for the number
PENCILS = 5  # of these in an exam
CODE = 8  # of a piece of code to read, shared by the two lines that it prints
LECTURE = {"title, question and goals": 4, "recap": 3, "questions to discuss": 8}  # minutes
LECTURE_MINUTES = 45
SHORTEST = 5  # minutes that questions to discuss keep where sections need more
STEPS_A_MINUTE = 1.5  # of the slides, at most, in each part of a lecture
ELSEWHERE = re.compile(
    r"\b(this (page|network|rule|method|comparison|gradient)|these digits|the table|table of|"
    r"sections? \d|page \d|ways to break|limits of|six patients|patient [A-F]|explorer|deeper|"
    r"exercise \d|the single weight|the other had|why do correlated|the agents of|slice data|"
    r"the map|the method|the films|the seven)\b",
    flags=re.I,
)  # what a student has on a page, and not in an exam
IF_TIME = "if time"
QUESTION_WORDS = 60  # a question before a figure takes as long as so many words


@dataclass(frozen=True)
class Exam:
    """The questions of an exam: to choose, with the letters of right answers, and the others."""

    seed: int
    number: int
    choices: tuple[Question, ...]
    letters: tuple[str, ...]
    worked: tuple[Pencil, ...]
    read: Code | None
    discussed: tuple[Essay, ...]

    @property
    def points(self) -> int:
        """Return the points of all questions, which are the minutes that they take."""
        closed = CHOICE * len(self.choices) + PENCIL * len(self.worked) + CODE * bool(self.read)
        return closed + POINTS * len(self.discussed)


@functools.cache
def answers() -> dict[str, list[str]]:
    """Return the model answers to the questions to discuss, page by page, with their marks."""
    return yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))


def stands_alone(text: str) -> bool:
    """Return whether a text points to nothing that an exam does not print."""
    return not ELSEWHERE.search(text)


def fair(name: str, seed: int = SEED) -> list[Question]:
    """Return the questions on a page that are held back and stand alone."""
    return [
        each
        for each in shared_out(name, seed)[1]
        if all(stands_alone(text) for text in (each.ask, *(o.text for o in each.options)))
    ]


def drawn(names: list[str], number: int, seed: int = SEED, own: Own = NONE) -> Exam:
    """Return one of the three exams of a seed.

    Any two of them ask the same of two questions to choose on every third page only, and share no
    exercise with numbers and no essay, and code with other numbers at most.

    Args:
        names: of the pages that the exam is about.
        number: of the exam, from 1 to `EXAMS`.
        seed: of what is drawn.
        own: questions of the lecturer's own, which are asked before others.

    Raises:
        ValueError: if the pages have too few questions.
    """
    turn = number - 1
    held = [found for name in names if (found := own.choices.get(name) or fair(name, seed))]
    choices = [asked[(turn + k) % 3 % len(asked)] for k, asked in enumerate(held)]
    worked, read = pencils(names, turn, seed, PENCILS, EXAMS), to_read(names, turn, seed)
    letters = dealt(len(choices), f"{seed} {number}")
    closed = Exam(seed, number, tuple(choices), letters, tuple(worked), read, ()).points
    count = (MINUTES - closed) // POINTS
    discussed = _in_turn([each for each in own.essays if each.name in names], seed)
    discussed += _in_turn([each for each in essays() if each.name in names], seed)
    taken = discussed[turn::EXAMS][: min(count, len(discussed) // EXAMS)]
    taken = tuple(sorted(taken, key=lambda each: each.name))
    made = Exam(seed, number, tuple(choices), letters, tuple(worked), read, taken)
    if made.points < LEAST:
        raise ValueError(
            f"--exam-pages: {', '.join(name[:2] for name in names)} make an exam of {made.points} "
            f"points, and at least {LEAST} are wanted: name more pages"
        )
    return made


def _in_turn(asked: list[Essay], seed: int) -> list[Essay]:
    return random.Random(f"essays {seed}").sample(asked, len(asked))


def dealt(count: int, seed: str) -> tuple[str, ...]:
    """Return letters for right answers: each as often as the others, or once more.

    >>> sorted(dealt(6, "1 1"))[:4]
    ['A', 'A', 'B', 'B']
    """
    letters = [LETTERS[k % len(LETTERS)] for k in range(count)]
    random.Random(f"letters {seed}").shuffle(letters)
    return tuple(letters)


def sheet(exam: Exam) -> str:
    """Return what a student gets, as Markdown."""
    text = [
        "# Exam: spiking neural networks",
        f"{exam.points} minutes, {exam.points} points. A pocket calculator is allowed. Name:",
        f"## Choose one answer ({CHOICE} points each)",
    ]
    for number, (question, letter) in enumerate(zip(exam.choices, exam.letters, strict=True), 1):
        order = question.placed(letter, f"{exam.seed} {exam.number}")
        lines = [f"{LETTERS[k]}. {each.text}" for k, each in enumerate(order)]
        text.append(
            "\n".join([f"**{number}.** {question.ask}\n", *(f"- {line}" for line in lines)])
        )
    first = len(exam.choices) + 1
    if exam.worked:
        text.append(f"## Work out a number, and show the way ({PENCIL} points each)")
        text += [f"**{n}.** {each.ask}" for n, each in enumerate(exam.worked, first)]
        first += len(exam.worked)
    if exam.read:
        text.append(f"## Read the code ({CODE} points)\n\n**{first}.** {exam.read.ask}")
        text.append(f"```python\n{exam.read.text}\n```")
        first += 1
    if exam.discussed:
        text.append(f"## Answer in a few sentences ({POINTS} points each)")
        text += [f"**{n}.** {each.ask}" for n, each in enumerate(exam.discussed, first)]
    return "\n\n".join(text) + "\n"


def key(exam: Exam) -> str:
    """Return the key to an exam, as Markdown: letters, numbers, and model answers with marks."""
    text = [
        f"# Key to exam {exam.number}, drawn by the seed {exam.seed}",
        "| question | answer | page |\n|---|---|---|",
    ]
    for number, (question, letter) in enumerate(zip(exam.choices, exam.letters, strict=True), 1):
        text[-1] += f"\n| {number} | {letter} | {question.name.split('.')[0]} |"
    half, first = PENCIL // 2, len(exam.choices) + 1
    text += [
        f"**{n}** (page {each.key[:2]}). `{each.working}` [{half}] = {shown(each.answer)} [{half}]"
        for n, each in enumerate(exam.worked, first)
    ]
    first += len(exam.worked)
    if exam.read:
        lines = " and then ".join(f"`{line}` [{CODE // 2}]" for line in exam.read.prints)
        text.append(f"**{first}** (page {exam.read.page}). {lines}")
        first += 1
    for number, each in enumerate(exam.discussed, first):
        text.append(f"**{number}** (page {each.name[:2]}). {each.answer}")
    text.append(
        f"A letter gets {CHOICE} points. What stands before a mark like [3] gets so many. Another "
        "way or reason that holds gets the points as well."
    )
    return "\n\n".join(text) + "\n"


def plan(page: Page, steps: list[int] | None = None) -> list[tuple[str, int]]:
    """Return the parts of a lecture on a page with their minutes, 45 in all.

    Each part gets at least the minutes that its slides take; what is left is shared among the
    sections by their words and questions. Where that is not enough, the questions to discuss get
    less, and then the last sections have 0 minutes: they are for a lecture that has time left.

    Args:
        page: the page.
        steps: of the slides, for each part; as few as may be without.
    """
    (first, begins), (recap, ends), (last, talk) = LECTURE.items()
    sections = page.sections
    steps = steps or [0] * (len(sections) + len(LECTURE))
    begins = max(begins, _minutes(steps[0]))
    left = LECTURE_MINUTES - begins - ends
    least = [_minutes(each) for each in steps[1:-2]]
    while sum(least) > left - SHORTEST:
        least.pop()
    talk = min(talk, left - sum(least))
    shares = shared(left - talk, [_weight(each) for each in sections[: len(least)]], least)
    shares += [0] * (len(sections) - len(least))
    titles = [section.title for section in sections]
    return [(first, begins), *zip(titles, shares, strict=True), (recap, ends), (last, talk)]


def _minutes(steps: int) -> int:
    return max(1, math.ceil(steps / STEPS_A_MINUTE))


def _weight(section: Section) -> int:
    text = prose(section)
    return len(text.split()) + QUESTION_WORDS * text.count("> **")


def shared(total: int, weights: list[int], least: list[int]) -> list[int]:
    """Share a whole number: what each gets at least, and the rest by weights.

    >>> shared(13, [3, 1], [1, 1])
    [9, 4]
    """
    rest = total - sum(least)
    exact = [rest * weight / sum(weights) for weight in weights]
    parts = [int(each) for each in exact]
    order = sorted(range(len(parts)), key=lambda k: parts[k] - exact[k])
    for k in order[: rest - sum(parts)]:
        parts[k] += 1
    return [part + few for part, few in zip(parts, least, strict=True)]


def planned(page: Page, steps: list[int]) -> str:
    """Return the plan of a lecture as a table in Markdown, with the steps of the slides."""
    rows = [
        f"| {minutes or IF_TIME} | {shown or '–'} | {what} |"
        for (what, minutes), shown in zip(plan(page, steps), steps, strict=True)
    ]
    return "\n".join(["| minutes | steps of the slides | what |", "|---|---|---|", *rows])
