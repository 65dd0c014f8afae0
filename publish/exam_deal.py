"""Deal questions to the exams of a seed, and letters to their right answers."""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from .quiz import LETTERS

EXAMS = 3  # of a seed, so that a second date has questions of its own
TRIES = 200
Q = TypeVar("Q")


def dealt_out(
    pool: Sequence[Q],
    count: int,
    fits: Callable[[Q, int, list[Q]], bool],
    seed: str,
    later: Callable[[Q], bool] = lambda each: False,
) -> list[list[Q]]:
    """Deal questions to the exams, as many to each, and to none what does not fit.

    Args:
        pool: of questions.
        count: for each exam, at most.
        fits: tells whether a question may join those that an exam, from 0, has.
        seed: of the order.
        later: tells which questions are dealt after all others.
    """
    chance = random.Random(seed)
    for few in range(min(count, len(pool) // EXAMS), 0, -1):
        for _ in range(TRIES):
            order = sorted(chance.sample(pool, len(pool)), key=later)
            if hands := _dealt_in(order, few, fits):
                return hands
    return [[] for _ in range(EXAMS)]


def _dealt_in(
    order: list[Q], count: int, fits: Callable[[Q, int, list[Q]], bool]
) -> list[list[Q]] | None:
    hands: list[list[Q]] = [[] for _ in range(EXAMS)]
    for turn in list(range(EXAMS)) * count:
        found = next((each for each in order if fits(each, turn, hands[turn])), None)
        if found is None:
            return None
        order.remove(found)
        hands[turn].append(found)
    return hands


def dealt(count: int, seed: str) -> tuple[str, ...]:
    """Return letters for right answers: each as often as the others, or once more.

    >>> sorted(dealt(6, "1 1"))[:4]
    ['A', 'A', 'B', 'B']
    """
    letters = [LETTERS[k % len(LETTERS)] for k in range(count)]
    random.Random(f"letters {seed}").shuffle(letters)
    return tuple(letters)
