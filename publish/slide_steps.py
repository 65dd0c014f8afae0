"""Keep a deck in the time of its lecture: join slides that follow one idea, and count its steps.

A step is what a key press shows: a slide, or a part that appears on it. The texts of exercises
stand behind the recap, as an appendix that does not count.
"""

import math
import re
from dataclasses import dataclass, replace

from .exam import LECTURE_MINUTES
from .slide_parts import WORDS, words

STEPS_A_MINUTE = 1.3
STEPS = int(STEPS_A_MINUTE * LECTURE_MINUTES)  # of a deck
HEIGHT = 620  # pixels for text, of the 700 of a slide
LETTERS = 80  # on a line
LINE, GAP, CODE_LINE, ROW, PICTURE = 42, 22, 33, 42, 400  # heights in pixels
FOLLOWS = {  # what may follow on one slide: it continues the idea, or asks about what stands there
    "head": {"formula", "code", "list", "table", "text", "figure", "question"},
    "formula": {"formula", "code", "list", "table", "question"},
    "text": {"formula", "code", "list", "table", "question"},
    "code": {"formula", "question"},
    "list": {"formula", "code"},
    "table": {"question"},
}
IN_CODE = "### In code\n\n"
FENCED = re.compile(r"^```.*?^```", flags=re.M | re.S)


@dataclass(frozen=True)
class Slide:
    """A slide: its kind, what it mainly holds, its Markdown, and its notes.

    The kind is `slide`, which opens a section, or `subslide`, which goes on.
    """

    kind: str
    role: str
    text: str
    notes: str = ""

    @property
    def steps(self) -> int:
        """Return how many key presses it takes to show all of it."""
        return 1 + len(set(re.findall(r'data-fragment-index="(\d+)"', self.text)))


def height(text: str) -> int:
    """Return about how many pixels of a slide its Markdown needs.

    >>> height("## A title\\n\\nA line."), height("```python\\na = 1\\n```")
    (128, 77)
    """
    blocks = FENCED.findall(text)
    pieces = [*blocks, *re.split(r"\n\s*\n", FENCED.sub("", text))]
    return sum(_height(piece.strip()) for piece in pieces if piece.strip())


def _height(piece: str) -> int:
    lines = piece.splitlines()
    if "<img" in piece:
        return PICTURE
    if piece.startswith("```"):
        return CODE_LINE * (len(lines) - 2) + 2 * GAP
    if piece.startswith("$$"):
        return 3 * LINE
    if piece.startswith("|"):
        return ROW * (len(lines) - 1) + GAP
    if piece.startswith(("<div", "</div")):
        return 0
    return LINE * sum(math.ceil(len(line) / LETTERS) for line in lines) + GAP


def joined(slides: list[Slide]) -> list[Slide]:
    """Return slides of which some that follow one idea have become one, as far as it fits."""
    made = slides[:1]
    for each in slides[1:]:
        first, text = made[-1], f"{made[-1].text}\n\n{each.text.removeprefix(IN_CODE)}"
        fits = words(text) <= WORDS and height(text) <= HEIGHT
        if each.kind == "subslide" and each.role in FOLLOWS.get(first.role, set()) and fits:
            notes = "\n\n".join(note for note in (first.notes, each.notes) if note)
            made[-1] = replace(first, role=each.role, text=text, notes=notes)
        else:
            made.append(each)
    return made


def named(slides: list[Slide]) -> list[Slide]:
    """Return slides of which those that show only code have the name of their section.

    >>> head, code = Slide("slide", "head", "## 2 · It leaks"), Slide("subslide", "code", IN_CODE)
    >>> named([head, code])[1].text
    '### It leaks, in code\\n\\n'
    """
    made, section = [], ""
    for each in slides:
        found = re.findall(r"^##+ (?:\d+ · )?(.*)$", each.text, flags=re.M)
        if each.text.startswith(IN_CODE) and section:
            text = each.text.replace(IN_CODE, f"### {section}, in code\n\n", 1)
            each = replace(each, text=text)
        elif each.role in ("head", *FOLLOWS) and found and each.text.startswith("## "):
            section = found[0].rstrip(".?!:")
        made.append(each)
    return made


def count(slides: list[Slide]) -> int:
    """Return the steps of a deck, without the texts of exercises."""
    return sum(each.steps for each in slides if each.role != "exercise")


def in_time(slides: list[Slide]) -> list[Slide]:
    """Return slides with no more steps than a lecture has time for, as far as that goes.

    Where there are more, answers come together with the figures that show them, the last first.
    """
    made = list(slides)
    for place in reversed(range(len(made))):
        if count(made) <= STEPS:
            break
        if made[place].role == "question":
            text = made[place].text.replace('data-fragment-index="1"', 'data-fragment-index="0"')
            made[place] = replace(made[place], text=text)
    return made
