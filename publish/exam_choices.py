"""Choose the questions of an exam that have answers to choose from: one on each page.

None of them tells what another one asks. Only questions that are held back and stand alone are
asked; a lecturer's own come first.
"""

import functools
import itertools
import random
import re
from collections.abc import Collection, Sequence

from .essays import Essay, Own
from .quiz import SEED, Question, apart, shared_out

ELSEWHERE = re.compile(
    r"\b(this (page|network|rule|method|comparison|gradient)|these digits|the table|table of|"
    r"sections? \d|page \d|ways to break|limits of|six patients|patient [A-F]|explorer|deeper|"
    r"exercise \d|the single weight|the other had|why do correlated|the agents of|slice data|"
    r"the map|the method|the films|the seven)\b",
    flags=re.I,
)  # what a student has on a page, and not in an exam
FEW = 4  # questions that two exams may share
ORDERS = 100  # of pages, in which questions are chosen one after the other, at most
Among = dict[str, list[Question]]  # the questions that an exam may ask, by their pages


def stands_alone(text: str) -> bool:
    """Return whether a text points to nothing that an exam does not print."""
    return not ELSEWHERE.search(text)


@functools.cache
def fair(name: str, seed: int = SEED) -> tuple[Question, ...]:
    """Return the questions on a page that are held back and stand alone."""
    return tuple(
        each
        for each in shared_out(name, seed)[1]
        if all(stands_alone(text) for text in (each.ask, *(o.text for o in each.options)))
    )


def choosable(
    names: Sequence[str], discussed: list[Essay], told: Collection[str], seed: int, own: Own
) -> Among:
    """Return the questions that may stand in an exam, for each page that is to have one.

    Args:
        names: of the pages that the exam is about.
        discussed: the essays of the exam, whose pages have no question.
        told: names of questions that its essays, exercises or code tell.
        seed: of what is held back.
        own: questions of the lecturer's own.
    """
    asked = {essay.name for essay in discussed}
    found = {name: own.choices[name] for name in names if name in own.choices}
    for name in names:
        if name not in found and name not in asked and fair(name, seed):
            found[name] = [each for each in fair(name, seed) if each.name not in told]
    return found


def settled(among: Among, name: str, question: Question) -> Among:
    """Return what is left to choose from when a page has its question."""
    left = {page: [q for q in asked if not apart(q, question)] for page, asked in among.items()}
    return left | {name: [question]}


def possible(among: Among) -> bool:
    """Return whether every page can have a question that is apart from none of the others."""
    if not all(among.values()):
        return False
    every = [each for asked in among.values() for each in asked]
    bound = {
        name: asked
        for name, asked in among.items()
        if all(any(apart(each, other) for other in every) for each in asked)
    }  # other pages have a question that goes with all
    if len(bound) < len(among):
        return possible(bound)
    name = next((name for name, asked in among.items() if len(asked) > 1), None)
    if name is None:
        return not any(apart(*pair) for pair in itertools.combinations(every, 2))
    return any(possible(settled(among, name, each)) for each in among[name])


def chosen(among: list[Among], seed: int) -> list[list[Question]]:
    """Return the questions of each exam; any two share `FEW`, or as few as some orders find.

    Args:
        among: for each exam, what may be chosen; it has to be `possible`.
        seed: of the choice.
    """
    names = sorted({name for each in among for name in each})
    chance = random.Random(f"choices {seed}")
    tried = []
    while len(tried) < ORDERS and min(map(most_shared, tried), default=FEW + 1) > FEW:
        tried.append(_in_order(among, chance.sample(names, len(names)), chance))
    hands = min(tried, key=most_shared)
    return [[hand[name] for name in names if name in hand] for hand in hands]


def most_shared(hands: list[dict[str, Question]]) -> int:
    """Return how many questions those two exams share that share most."""
    pairs = itertools.combinations(hands, 2)
    return max((sum(a[n] is b[n] for n in set(a) & set(b)) for a, b in pairs), default=0)


def _in_order(
    among: list[Among], names: list[str], chance: random.Random
) -> list[dict[str, Question]]:
    """Return the questions of each exam by their pages, chosen page by page in an order."""
    among = list(among)
    hands: list[dict[str, Question]] = [{} for _ in among]
    shared = dict.fromkeys(itertools.combinations(range(len(among)), 2), 0)

    def shares(taken: tuple[Question | None, ...]) -> dict[tuple[int, int], int]:
        return {(i, j): n + (taken[i] is taken[j] is not None) for (i, j), n in shared.items()}

    for name in names:
        ways = itertools.product(*(_open(each, name) for each in among))
        ways = sorted(ways, key=lambda _: chance.random())
        best = min(ways, key=lambda way: sum(n * n for n in shares(way).values()))
        shared = shares(best)
        for turn, question in enumerate(best):
            if question is not None:
                hands[turn][name] = question
                among[turn] = settled(among[turn], name, question)
    return hands


def _open(among: Among, name: str) -> list[Question | None]:
    """Return the questions on a page that leave every other page one; None if it has none."""
    if name not in among:
        return [None]
    return [each for each in among[name] if possible(settled(among, name, each))]
