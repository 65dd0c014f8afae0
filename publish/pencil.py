"""Exercises with numbers for an exam: text and answer of a variant, and a line of working.

Texts and answers stand in `variants.yaml`. Their numbers are neither those of the page nor those of
the variant that the guide hands out.
"""

import random
import re
from dataclasses import dataclass

from snn_core.teaching.exercises import find
from snn_core.teaching.exercises.comparison import equal

from .variants import answer, declared, filled, numbers

HANDED_OUT = 7  # the seed of the variant that the guide shows; students may have its solutions
APART = 1000  # between the seeds of two exams, so that no two of them draw by the same one


@dataclass(frozen=True)
class Pencil:
    """An exercise with numbers: its key, like ``02.1``, what it asks, its working and answer."""

    key: str
    ask: str
    working: str
    answer: object


def pencil(key: str, seed: int) -> Pencil:
    """Return an exercise for the exam of a seed, with numbers that no student has seen."""
    known = answer(key, HANDED_OUT)
    for drawn in range(APART * seed, APART * (seed + 1)):
        if not equal(answer(key, drawn), known, find(key).tolerance):
            told, found = declared()[key], numbers(key, drawn)
            return Pencil(
                key,
                filled(told["exam"], found),
                filled(told["answer"], found).replace("math.", ""),
                answer(key, drawn),
            )
    raise ValueError(f"{key}: all numbers to draw from have the answer of variant {HANDED_OUT}")


def pencils(names: list[str], seed: int, count: int) -> list[Pencil]:
    """Return exercises on some pages for the exam of a seed; seeds in a row take turns."""
    pages = {name[:2] for name in names}
    keys = sorted(key for key in declared() if key[:2] in pages and "exam" in declared()[key])
    random.Random(0).shuffle(keys)
    turn = [keys[(seed * count + k) % len(keys)] for k in range(min(count, len(keys)))]
    return [pencil(key, seed) for key in sorted(turn)]


def shown(value: object) -> str:
    """Return an answer as a key prints it.

    >>> shown((1500000, 0.77880078))
    '1,500,000 and 0.7788'
    """
    if isinstance(value, list | tuple):
        *most, last = [shown(each) for each in value]
        return f"{', '.join(most)} and {last}"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return re.sub(r"^-", "−", f"{value:.4g}")
