"""Set an exam of two hours with its key.

Questions are drawn in `exam_draw.py`. A point is a minute of answering; what a sheet takes to read
comes on top. The key divides the points of an answer by marks like ``[3]``.
"""

import math

from .essays import POINTS
from .exam_draw import CHOICE, CODE, Exam
from .pencil import shown
from .quiz import LETTERS

MINUTES = 120  # at most, with reading
READ = 105  # words of a sheet in a minute
ROUND = 5  # minutes, to which those of an exam are rounded up


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
