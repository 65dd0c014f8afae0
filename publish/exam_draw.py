"""Draw the three exams of a seed, so that none of them answers itself or dwells on one page.

On each page one of the questions that the exports hold back, two short and two long exercises with
numbers, a piece of code to read, and five essays. A page with an essay has no question to choose,
and what `essays.yaml` keeps apart from an essay, or `variants.yaml` from an exercise, is not asked
beside it. Few pages have fewer of
each, and make a shorter exam. A lecturer's own questions come first. Only questions that stand
alone are asked.
"""

import functools
import itertools
import random
import re
from dataclasses import dataclass

from .essays import NONE, POINTS, Essay, Own, essays
from .exam_deal import EXAMS, dealt, dealt_out
from .pencil import LONG, SHORT, Pencil, of_length, pencil, told_beside
from .pencil import points as points_of
from .quiz import SEED, Question, shared_out
from .read_code import Code, to_read

LEAST = 30  # points of an exam
PAGE_POINTS = 14  # of one page in an exam, at most
CHOICE = 2  # points of a question with answers to choose from
PENCILS = {SHORT: 2, LONG: 2}  # exercises with numbers in an exam, by their points
CODE = 8  # points of a piece of code to read, shared by the two lines that it prints
ESSAYS = 5  # in an exam
ELSEWHERE = re.compile(
    r"\b(this (page|network|rule|method|comparison|gradient)|these digits|the table|table of|"
    r"sections? \d|page \d|ways to break|limits of|six patients|patient [A-F]|explorer|deeper|"
    r"exercise \d|the single weight|the other had|why do correlated|the agents of|slice data|"
    r"the map|the method|the films|the seven)\b",
    flags=re.I,
)  # what a student has on a page, and not in an exam


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
    def parts(self) -> list[tuple[str, int]]:
        """Return the page, by its number, and the points of each question."""
        return [
            *((each.name[:2], CHOICE) for each in self.choices),
            *((each.key[:2], each.points) for each in self.worked),
            *([(self.read.page, CODE)] if self.read else []),
            *((each.name[:2], POINTS) for each in self.discussed),
        ]

    @property
    def points(self) -> int:
        """Return the points of all questions: a point is a minute of answering."""
        return sum(points for _, points in self.parts)

    def of_page(self, number: str) -> int:
        """Return the points of all questions on a page."""
        return sum(points for page, points in self.parts if page == number)


def stands_alone(text: str) -> bool:
    """Return whether a text points to nothing that an exam does not print."""
    return not ELSEWHERE.search(text)


@functools.cache
def fair(name: str, seed: int = SEED) -> list[Question]:
    """Return the questions on a page that are held back and stand alone."""
    return [
        each
        for each in shared_out(name, seed)[1]
        if all(stands_alone(text) for text in (each.ask, *(o.text for o in each.options)))
    ]


def drawn(names: list[str], number: int, seed: int = SEED, own: Own = NONE) -> Exam:
    """Return one of the three exams of a seed.

    They share no exercise with numbers and no essay, code with other numbers at most, and as few
    questions to choose as may be.

    Args:
        names: of the pages that the exam is about.
        number: of the exam, from 1 to `EXAMS`.
        seed: of what is drawn.
        own: questions of the lecturer's own, which are asked before others.

    Raises:
        ValueError: if the pages have too few questions.
    """
    turn = number - 1
    read = [to_read(names, each, seed) for each in range(EXAMS)]
    discussed = _essays(names, read, seed, own)
    keys = _keys(names, read, discussed, seed, own)
    worked = [pencil(key, f"{seed} {turn}") for key in keys[turn]]
    choices = _choices(names, discussed, keys, seed, own)[turn]
    letters = dealt(len(choices), f"{seed} {number}")
    told = tuple(sorted(discussed[turn], key=lambda each: each.name))
    made = Exam(seed, number, tuple(choices), letters, tuple(worked), read[turn], told)
    if made.points < LEAST:
        raise ValueError(
            f"--exam-pages: {', '.join(name[:2] for name in names)} make an exam of {made.points} "
            f"points, and at least {LEAST} are wanted: name more pages"
        )
    return made


def _essays(names: list[str], read: list[Code | None], seed: int, own: Own) -> list[list[Essay]]:
    pool = [each for each in (*own.essays, *essays()) if each.name in names]

    def fits(essay: Essay, turn: int, had: list[Essay]) -> bool:
        pages = {each.name[:2] for each in had} | ({read[turn].page} if read[turn] else set())
        if essay.name[:2] in pages or any(apart(essay, each) for each in had):
            return False
        return _leaves(names, [*had, essay], [], seed, own)

    return dealt_out(pool, ESSAYS, fits, f"essays {seed}", lambda each: each not in own.essays)


def apart(one: Essay, other: Essay) -> bool:
    """Return whether two essays may not stand in one exam: one tells what the other asks."""
    return other.name[:2] in one.essays or one.name[:2] in other.essays


def _keys(
    names: list[str], read: list[Code | None], discussed: list[list[Essay]], seed: int, own: Own
) -> list[list[str]]:
    """Return the keys of the exercises with numbers of each exam."""
    hands: list[list[str]] = [[] for _ in range(EXAMS)]

    def fits(key: str, turn: int, had: list[str]) -> bool:
        taken = {each.name[:2]: POINTS for each in discussed[turn]}
        if read[turn] is not None:
            taken[read[turn].page] = CODE + CHOICE
        return (
            not any(key in each.numbers for each in discussed[turn])
            and taken.get(key[:2], CHOICE) + points_of(key) <= PAGE_POINTS
            and key[:2] not in {each[:2] for each in (*had, *hands[turn])}
            and _leaves(names, discussed[turn], [*had, *hands[turn], key], seed, own)
        )

    for points, count in PENCILS.items():
        more = dealt_out(of_length(names, points), count, fits, f"exercises {seed} {points}")
        for hand, new in zip(hands, more, strict=True):
            hand += new
    return [sorted(hand) for hand in hands]


def _leaves(names: list[str], discussed: list[Essay], keys: list[str], seed: int, own: Own) -> bool:
    """Tell whether essays and exercises leave each page a question to choose, if it has one."""
    left = _choosable(names, discussed, keys, seed, own)
    return all(left[name] for name in left if fair(name, seed))


def _choosable(
    names: list[str], discussed: list[Essay], keys: list[str], seed: int, own: Own
) -> dict[str, list[Question]]:
    """Return the questions to choose that may stand beside essays and exercises, by their pages."""
    told = {each for essay in discussed for each in essay.choices}
    told |= {each for key in keys for each in told_beside(key)}
    asked = {essay.name for essay in discussed}
    found = {name: own.choices[name] for name in names if name in own.choices}
    for name in names:
        if name not in found and name not in asked:
            found[name] = [each for each in fair(name, seed) if each.name not in told]
    return found


def _choices(
    names: list[str], discussed: list[list[Essay]], keys: list[list[str]], seed: int, own: Own
) -> list[list[Question]]:
    """Return the questions to choose of each exam; any two exams share as few as may be."""
    beside = zip(discussed, keys, strict=True)
    among = [_choosable(names, essays_of, worked, seed, own) for essays_of, worked in beside]
    hands: list[dict[str, Question]] = [{} for _ in range(EXAMS)]
    shared = dict.fromkeys(itertools.combinations(range(EXAMS), 2), 0)

    def shares(taken: tuple[Question | None, ...]) -> dict[tuple[int, int], int]:
        return {(i, j): n + (taken[i] is taken[j] is not None) for (i, j), n in shared.items()}

    chance = random.Random(f"choices {seed}")
    for name in chance.sample(names, len(names)):
        ways = itertools.product(*(each.get(name) or [None] for each in among))
        ways = sorted(ways, key=lambda _: chance.random())
        best = min(ways, key=lambda way: sum(n * n for n in shares(way).values()))
        shared = shares(best)
        for hand, question in zip(hands, best, strict=True):
            if question is not None:
                hand[name] = question
    return [[hand[name] for name in names if name in hand] for hand in hands]
