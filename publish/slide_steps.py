"""A slide, and the steps in which it is shown.

A step is what a key press shows: a slide, or a part that appears on it. The texts of exercises
stand behind the recap, as an appendix that does not count.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Slide:
    """A slide: its kind, what it mainly holds, its Markdown, notes, heading and short form.

    The kind is `slide`, which opens a section, or `subslide`, which goes on. Code whose output the
    next question asks for is `code`, any other is `alone`. The heading falls away where the slide
    is joined to what stands before it. The short form shows the same in fewer steps, and the long
    one in more.
    """

    kind: str
    role: str
    text: str
    notes: str = ""
    heading: str = ""
    short: str = ""
    long: str = ""

    @property
    def steps(self) -> int:
        """Return how many key presses it takes to show all of it."""
        return 1 + len(set(re.findall(r'data-fragment-index="(\d+)"', self.text)))


def count(slides: Iterable[Slide]) -> int:
    """Return the steps of a deck, without the texts of exercises."""
    return sum(each.steps for each in slides if each.role != "exercise")


def notes_of(first: Slide, then: Slide) -> str:
    """Return the notes of two slides, each paragraph once."""
    known = first.notes.split("\n\n") if first.notes else []
    new = [each for each in then.notes.split("\n\n") if each and each not in known]
    return "\n\n".join([*known, *new])
