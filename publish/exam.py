"""Set an exam of two hours with its key, and plan the minutes of a lecture.

Questions are drawn in `exam_draw.py`. A point is a minute of answering; what a sheet takes to read
comes on top. The key divides the points of an answer by marks like ``[3]``.
"""

import functools
import math
from collections.abc import Sequence
from pathlib import Path

import yaml

from .essays import POINTS
from .exam_draw import CHOICE, CODE, Exam
from .page import Page, Section, prose
from .pencil import shown
from .quiz import LETTERS

ANSWERS = Path(__file__).with_name("course_source") / "answers.yaml"
MINUTES = 120  # at most, with reading
READ = 105  # words of a sheet in a minute
ROUND = 5  # minutes, to which those of an exam are rounded up
LECTURE = {"title, question and goals": 4, "recap": 3, "questions to discuss": 8}  # minutes
LECTURE_MINUTES = 45
SHORTEST = 5  # minutes that questions to discuss keep where sections need more
STEPS_A_MINUTE = 1.5  # of the slides, at most, in each part of a lecture
IF_TIME = "if time"
QUESTION_WORDS = 60  # a question before a figure takes as long as so many words


@functools.cache
def answers() -> dict[str, list[str]]:
    """Return the model answers to the questions to discuss, page by page, with their marks."""
    return yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))


def minutes(exam: Exam) -> int:
    """Return how long an exam lasts: a minute for each point, and what reading its sheet takes."""
    words = sum(len(part.split()) for part in _questions(exam))
    return ROUND * math.ceil((exam.points + words / READ) / ROUND)


def sheet(exam: Exam) -> str:
    """Return what a student gets, as Markdown."""
    given = minutes(exam)
    text = [
        "# Exam: spiking neural networks",
        f"{given} minutes, {exam.points} points. A point is a minute of answering, "
        f"{given - exam.points} minutes are for reading. A pocket calculator is allowed. Name:",
    ]
    return "\n\n".join(text + _questions(exam)) + "\n"


def _questions(exam: Exam) -> list[str]:
    """Return the questions of an exam and their headings, as Markdown."""
    text = [f"## Choose one answer ({CHOICE} points each)"]
    for number, (question, letter) in enumerate(zip(exam.choices, exam.letters, strict=True), 1):
        order = question.placed(letter, f"{exam.seed} {exam.number}")
        lines = [f"{LETTERS[k]}. {each.text}" for k, each in enumerate(order)]
        text.append(
            "\n".join([f"**{number}.** {question.ask}\n", *(f"- {line}" for line in lines)])
        )
    first = len(exam.choices) + 1
    if exam.worked:
        text.append("## Work out a number, and show the way")
        text += [f"**{n}.** ({e.points} points) {e.ask}" for n, e in enumerate(exam.worked, first)]
        first += len(exam.worked)
    if exam.read:
        text.append(f"## Read the code ({CODE} points)\n\n**{first}.** {exam.read.ask}")
        text.append(f"```python\n{exam.read.text}\n```")
        first += 1
    if exam.discussed:
        text.append(f"## Answer in a few sentences ({POINTS} points each)")
        text += [f"**{n}.** {each.ask}" for n, each in enumerate(exam.discussed, first)]
    return text


def key(exam: Exam) -> str:
    """Return the key to an exam, as Markdown: letters, numbers, and model answers with marks."""
    text = [
        f"# Key to exam {exam.number}, drawn by the seed {exam.seed}",
        "| question | answer | page |\n|---|---|---|",
    ]
    for number, (question, letter) in enumerate(zip(exam.choices, exam.letters, strict=True), 1):
        text[-1] += f"\n| {number} | {letter} | {question.name.split('.')[0]} |"
    first = len(exam.choices) + 1
    for n, each in enumerate(exam.worked, first):
        way, found = math.ceil(each.points / 2), each.points // 2  # the way and the number
        worked = f"`{each.working}` [{way}] = {shown(each.answer)} [{found}]"
        text.append(f"**{n}** (page {each.key[:2]}). {worked}")
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


def plan(page: Page, steps: Sequence[int] | None = None) -> list[tuple[str, int]]:
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


def planned(page: Page, steps: Sequence[int]) -> str:
    """Return the plan of a lecture as a table in Markdown, with the steps of the slides."""
    rows = [
        f"| {minutes or IF_TIME} | {shown or '–'} | {what} |"
        for (what, minutes), shown in zip(plan(page, steps), steps, strict=True)
    ]
    return "\n".join(["| minutes | steps of the slides | what |", "|---|---|---|", *rows])
