"""Plan the minutes of a lecture on a page: for each part those that its slides take, and more."""

import math
from collections.abc import Sequence

from .page import Page, Section, prose

LECTURE = {"title, question and goals": 4, "recap": 3, "questions to discuss": 8}  # minutes
LECTURE_MINUTES = 45
SHORTEST = 5  # minutes that questions to discuss keep where sections need more
STEPS_A_MINUTE = 1.5  # of the slides, at most, in each part of a lecture
IF_TIME = "if time"
QUESTION_WORDS = 60  # a question before a figure takes as long as so many words


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
