"""Draw the three exams of a seed, so that none of them answers itself or dwells on one page.

On each page one of the questions that the exports hold back, two short and two long exercises with
numbers, a piece of code to read, and five essays. A page with an essay has no question to choose.
What tells the answer to another part is not asked beside it, by the lists under `apart` in the
files of the questions, and no two exercises, or an exercise and the code, take one skill. Few pages
have fewer of each, and make a shorter exam. A lecturer's own questions come first.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from .essays import NONE, POINTS, Essay, Own, essays
from .exam_choices import choosable, chosen, possible
from .exam_deal import EXAMS, dealt, dealt_out
from .pencil import LONG, SHORT, Pencil, of_length, pencil, skill, told_beside
from .pencil import points as points_of
from .quiz import SEED, Question
from .read_code import Code, to_read

LEAST = 30  # points of an exam
PAGE_POINTS = 14  # of one page in an exam, at most
CHOICE = 2  # points of a question with answers to choose from
PENCILS = {SHORT: 2, LONG: 2}  # exercises with numbers in an exam, by their points
CODE = 8  # points of a piece of code to read, shared by the two lines that it prints
ESSAYS = 5  # in an exam
# Of one exam: questions to choose, keys of exercises with numbers, code to read, and essays.
Hand = tuple[list[Question], list[str], Code | None, list[Essay]]


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
    choices, keys, read, discussed = _hands(tuple(names), seed, own)[turn]
    worked = [pencil(key, f"{seed} {turn}") for key in keys]
    letters = dealt(len(choices), f"{seed} {number}")
    asked = tuple(sorted(discussed, key=lambda each: each.name))
    made = Exam(seed, number, tuple(choices), letters, tuple(worked), read, asked)
    if made.points < LEAST:
        raise ValueError(
            f"--exam-pages: {', '.join(name[:2] for name in names)} make an exam of {made.points} "
            f"points, and at least {LEAST} are wanted: name more pages"
        )
    return made


@functools.lru_cache(16)  # the exams of a seed are drawn one by one
def _hands(names: tuple[str, ...], seed: int, own: Own) -> list[Hand]:
    """Return what each of the exams of a seed asks."""
    read = [to_read(names, each, seed) for each in range(EXAMS)]
    discussed = _essays(names, read, seed, own)
    keys = _keys(names, read, discussed, seed, own)
    among = [
        choosable(names, hand, told(hand, piece, taken), seed, own)
        for hand, piece, taken in zip(discussed, read, keys, strict=True)
    ]
    return list(zip(chosen(among, seed), keys, read, discussed, strict=True))


def _essays(
    names: Sequence[str], read: list[Code | None], seed: int, own: Own
) -> list[list[Essay]]:
    pool = [each for each in (*own.essays, *essays()) if each.name in names]

    def fits(essay: Essay, turn: int, had: list[Essay]) -> bool:
        pages = {each.name[:2] for each in had} | ({read[turn].page} if read[turn] else set())
        if essay.name[:2] in pages or any(apart(essay, each) for each in had):
            return False
        hand = [*had, essay]
        return possible(choosable(names, hand, told(hand, read[turn], []), seed, own))

    return dealt_out(pool, ESSAYS, fits, f"essays {seed}", lambda each: each not in own.essays)


def apart(one: Essay, other: Essay) -> bool:
    """Return whether two essays may not stand in one exam: one tells what the other asks."""
    return other.name[:2] in one.essays or one.name[:2] in other.essays


def told(discussed: list[Essay], read: Code | None, keys: list[str]) -> set[str]:
    """Return the names of the questions to choose that other parts of an exam tell."""
    found = {each for essay in discussed for each in essay.choices}
    found |= {each for key in keys for each in told_beside(key)}
    return found | set(read.tells if read else ())


def _keys(
    names: Sequence[str], read: list[Code | None], discussed: list[list[Essay]], seed: int, own: Own
) -> list[list[str]]:
    """Return the keys of the exercises with numbers of each exam."""
    hands: list[list[str]] = [[] for _ in range(EXAMS)]

    def fits(key: str, turn: int, had: list[str]) -> bool:
        taken = {each.name[:2]: POINTS for each in discussed[turn]}
        if read[turn] is not None:
            taken[read[turn].page] = CODE + CHOICE
        others = [*hands[turn], *had]
        skills = {skill(each) for each in others} | ({read[turn].skill} if read[turn] else set())
        if any(key in each.numbers for each in discussed[turn]) or skill(key) in skills:
            return False
        if taken.get(key[:2], CHOICE) + points_of(key) > PAGE_POINTS:
            return False
        if key[:2] in {each[:2] for each in others}:
            return False
        found = told(discussed[turn], read[turn], [*others, key])
        return possible(choosable(names, discussed[turn], found, seed, own))

    for points, count in PENCILS.items():
        more = dealt_out(of_length(names, points), count, fits, f"exercises {seed} {points}")
        for hand, new in zip(hands, more, strict=True):
            hand += new
    return [sorted(hand) for hand in hands]
