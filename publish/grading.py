"""The points of exercises: how many each has, and what the guide says of them.

In `pages.yaml` a line about grading is a text, or holds fields from which its words are written:

    {checked: [1, 2, 3], twice: [2], then: …}   exercises with a check, those with two points, more
    {exercise: 4, as: …, parts: [[2, …], …]}    an open exercise: its parts, each with its points;
                                                `as`, where it is more than that, may hold {points}
"""

from collections.abc import Mapping

from .course_files import notes
from .page import Page
from .wording import listed

OPEN_POINTS = 3  # of an open exercise for which the notes give none

Line = str | Mapping


def points_of(page: Page, number: int) -> int:
    """Return the points of an exercise by the notes for lecturers.

    Those of an open exercise are the sum of its parts, or 3 without notes; one with a check has 1,
    or 2 where the notes say so.
    """
    lines = notes().get(page.name, {"grading": []})["grading"]
    fields = [line for line in lines if isinstance(line, Mapping)]
    for line in fields:
        if line.get("exercise") == number:
            return _sum(line)
    if any(each.number == number and each.stub for each in page.exercises):
        return 2 if any(number in line.get("twice", ()) for line in fields) else 1
    return OPEN_POINTS


def in_words(line: Line) -> str:
    """Return a line about grading as a text.

    >>> in_words({"checked": [1, 2, 3], "twice": [2, 3]})
    'Exercises 1 to 3 check themselves: one point each, two for exercises 2 and 3.'
    >>> in_words({"exercise": 4, "parts": [[2, "a rule"], [1, "a reason"]]})
    'Exercise 4, 3 points: a rule (2), a reason (1).'
    >>> in_words({"exercise": 4, "as": "is a project", "parts": [[2, "a rule"]]})
    'Exercise 4 is a project: a rule (2).'
    """
    if isinstance(line, str):
        return line
    if "checked" in line:
        first, *_, last = line["checked"]
        twice = [str(number) for number in line.get("twice", ())]
        two = f", two for exercise{'s' * (len(twice) > 1)} {listed(twice)}" if twice else ""
        then = f" {line['then']}" if "then" in line else ""
        return f"Exercises {first} to {last} check themselves: one point each{two}.{then}"
    parts = ", ".join(f"{what} ({points})" for points, what in line["parts"])
    kind = f" {line['as']}" if "as" in line else ", {points} points"
    return f"Exercise {line['exercise']}{kind.format(points=_sum(line))}: {parts}."


def _sum(line: Mapping) -> int:
    return sum(points for points, _ in line["parts"])
