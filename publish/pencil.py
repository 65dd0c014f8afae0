"""Exercises with numbers for an exam: text and answer of a variant, and a line of working.

Texts and answers stand in `variants.yaml`. Their numbers are neither those of the page nor those of
the variants that students may have.
"""

import functools
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from snn_core.teaching.exercises import find
from snn_core.teaching.exercises.comparison import equal

from .variants import answer, declared, filled, numbers
from .wording import listed

HANDED_OUT = 1, 7  # seeds of variants that are written or shown; students may have their solutions
SHORT, LONG = 3, 5  # points of an exercise with one step, and of one with several
TRIES = 100
MANY = 10**9


@dataclass(frozen=True)
class Pencil:
    """An exercise with numbers: key, like ``02.1``, points, what it asks, working and answer."""

    key: str
    points: int
    ask: str
    working: str
    answer: object


def pencil(key: str, seed: str) -> Pencil:
    """Return an exercise for an exam, with numbers that no student has seen."""
    chance = random.Random(f"{seed} {key}")
    for _ in range(TRIES):
        drawn = chance.randrange(MANY)
        if not any(
            equal(answer(key, drawn), each, find(key).tolerance, rounded=True)
            for each in _handed_out(key)
        ):
            told, found = declared()[key], numbers(key, drawn)
            return Pencil(
                key,
                points(key),
                filled(told["exam"], found),
                filled(told["answer"], found).replace("math.", ""),
                answer(key, drawn),
            )
    raise ValueError(f"{key}: all numbers to draw from have the answer of a variant handed out")


@functools.cache  # each exam asks again
def _handed_out(key: str) -> list[object]:
    """Return the answers that students may have."""
    return [answer(key, each) for each in HANDED_OUT]


def points(key: str) -> int:
    """Return the points of an exercise with numbers in an exam: more if it has several steps."""
    return LONG if declared()[key].get("long") else SHORT


def skill(key: str) -> str:
    """Return what an exercise with numbers takes, in a few words."""
    return declared()[key]["skill"]


def told_beside(key: str) -> set[str]:
    """Return the questions to choose that tell a part of an exercise, or are told by it."""
    return set(declared()[key].get("apart", ()))


def of_length(names: Sequence[str], wanted: int) -> list[str]:
    """Return the keys of the exercises for exams on some pages that have so many points."""
    pages = {name[:2] for name in names}
    keys = (key for key, told in declared().items() if key[:2] in pages and "exam" in told)
    return sorted(key for key in keys if points(key) == wanted)


def shown(value: object) -> str:
    """Return an answer as a key prints it.

    >>> shown((1500000, 0.77880078))
    '1,500,000 and 0.7788'
    """
    if isinstance(value, list | tuple):
        return listed([shown(each) for each in value])
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return re.sub(r"^-", "−", f"{value:.4g}")
