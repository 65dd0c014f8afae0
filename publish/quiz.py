"""Read the quiz bank, and write it in Moodle's GIFT format.

A question has one right answer and three wrong ones. Some wrong ones stand for a belief among the
misconceptions of `pages.yaml`, in words of their own that answer the question; the misconception,
and what is said there against it, is the feedback. That to the right answer says why it is right,
or where the page shows it. The order of the answers follows from a seed. Two questions of each page
are held back: the exports leave them out, and exams ask no others. Questions of which one tells
what the other asks are kept apart.
"""

import functools
import itertools
import random
import re
from dataclasses import dataclass

from .course_files import notes, written
from .page import Page
from .wording import with_page

LETTERS = "ABCD"
INSIDE = re.compile(r"\((\*?Deeper|exercise \d)")  # where a text points to, without its page
SECTIONS = re.compile(r"\bpage \d\d, sections? \d(?: and \d)?")
SEED = 1  # of what is held back, and of exams, if no other is given
HELD_BACK = 2  # questions of a page that only exams ask
TRIES = 1000


@dataclass(frozen=True)
class Option:
    """One answer: what it says, whether it is right, and what is said against it, as Markdown."""

    text: str
    right: bool = False
    feedback: str = ""


@dataclass(frozen=True)
class Question:
    """One question: its name, like ``02.1``, what it asks, and its answers, the right one first.

    What it asks is Markdown, as its answers are. `apart` names questions that never stand beside
    it.
    """

    name: str
    ask: str
    options: tuple[Option, ...]
    apart: tuple[str, ...] = ()

    def shuffled(self, seed: int = 0) -> list[Option]:
        """Return the answers in the order of a seed, the same on every machine."""
        order = list(self.options)
        random.Random(f"{seed} {self.name}").shuffle(order)
        return order

    def placed(self, letter: str, seed: str) -> list[Option]:
        """Return the answers with the right one at a letter, the others in the order of a seed."""
        order = list(self.options[1:])
        random.Random(f"{seed} {self.name}").shuffle(order)
        order.insert(LETTERS.index(letter), self.options[0])
        return order

    def letter(self, seed: int = 0) -> str:
        """Return the letter of the right answer in the order of a seed."""
        return LETTERS[[option.right for option in self.shuffled(seed)].index(True)]


def plain(text: str) -> str:
    """Return a text without Markdown, its formulas between the marks that platforms know."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    text = re.sub(r"\$([^$]+)\$", r"\\(\1\\)", text)
    return re.sub(r"[*`]", "", text)


@functools.cache
def questions(name: str) -> list[Question]:
    """Return the questions on a page; none if the bank has none."""
    beliefs = notes()[name]["misconceptions"]
    return [
        from_bank(f"{name[:2]}.{k}", each, beliefs)
        for k, each in enumerate(written("quiz").get(name, []), 1)
    ]


def apart(one: Question, other: Question) -> bool:
    """Return whether two questions may not stand together: one tells what the other asks."""
    return other.name in one.apart or one.name in other.apart


def shared_out(name: str, seed: int = SEED) -> tuple[list[Question], list[Question]]:
    """Return the questions on a page for practice, in the order of the bank, and for exams.

    No two of those for practice are apart.

    Raises:
        ValueError: if every way to hold questions back leaves two together that are apart.
    """
    asked, chance = questions(name), random.Random(f"{seed} {name}")
    for _ in range(TRIES):
        kept = chance.sample(asked, min(HELD_BACK, len(asked)))
        practice = [each for each in asked if each not in kept]
        if not any(apart(*pair) for pair in itertools.combinations(practice, 2)):
            return practice, kept
    raise ValueError(f"{name}: too many of its questions are apart: {[q.apart for q in asked]}")


def from_bank(name: str, entry: dict, beliefs: list[str]) -> Question:
    """Return a question from its entry in the bank and the misconceptions of its page.

    Raises:
        ValueError: if a wrong answer is neither a text, nor one with a reason, nor a belief with
            words of its own.
    """
    wrong = [_wrong(name, each, beliefs) for each in entry["wrong"]]
    held = [
        each["belief"] for each in entry["wrong"] if isinstance(each, dict) and "belief" in each
    ]
    against = _of_page(beliefs[held[0] - 1], name) if held else ""
    right = Option(entry["right"], right=True, feedback=entry.get("why", _shown(name, against)))
    return Question(name, entry["ask"], (right, *wrong), tuple(entry.get("apart", ())))


def _wrong(name: str, entry: object, beliefs: list[str]) -> Option:
    if isinstance(entry, str):
        return Option(entry)
    if isinstance(entry, dict) and set(entry) == {"say", "why"}:
        return Option(entry["say"], feedback=entry["why"])
    if not isinstance(entry, dict) or set(entry) != {"belief", "say"}:
        raise ValueError(
            f"{name}: a wrong answer is a text, {{say: a text, why: a text}} or "
            f"{{belief: 1, say: a text}}, not {entry!r}"
        )
    if entry["belief"] not in range(1, len(beliefs) + 1):
        raise ValueError(f"{name}: belief {entry['belief']!r} is none of 1 to {len(beliefs)}")
    return Option(entry["say"], feedback=_of_page(beliefs[entry["belief"] - 1], name))


def _shown(name: str, against: str) -> str:
    """Return where what is said against a belief stands, for a question without a reason."""
    found = SECTIONS.search(against)
    return f"Right ({found[0] if found else f'page {name[:2]}'})."


def _of_page(text: str, name: str) -> str:
    """Return a text that names its page where it points to a section or to what is below it."""
    return INSIDE.sub(rf"(page {name[:2]}, \1", with_page(text, name[:2]))


def gift(course: dict[str, Page], seed: int = SEED) -> str:
    """Return the questions for practice in Moodle's GIFT format, one category per page."""
    parts = []
    for name, page in course.items():
        if asked := shared_out(name, seed)[0]:
            parts.append(f"$CATEGORY: snn_core/{page.title.replace('/', ' ')}")
            parts += [gift_question(each) for each in asked]
    return "\n\n".join(parts) + "\n"


def gift_question(question: Question) -> str:
    """Return one question in GIFT."""
    lines = [f"::{question.name}::{_escaped(question.ask)} {{"]
    for option in question.shuffled():
        feedback = f" #{_escaped(option.feedback)}" if option.feedback else ""
        lines.append(f"{'=' if option.right else '~'}{_escaped(option.text)}{feedback}")
    return "\n".join([*lines, "}"])


def _escaped(text: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", plain(text))
