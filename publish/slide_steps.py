"""Keep a deck in the time of its lecture: join slides that follow one idea, and count its steps.

A step is what a key press shows: a slide, or a part that appears on it. The texts of exercises
stand behind the recap, as an appendix that does not count.
"""

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .exam import LECTURE_MINUTES
from .slide_parts import WORDS, words
from .slide_shows import BOARD, apart

STEPS_A_MINUTE = 1.3
LIVE_MINUTES = 5  # with a live figure, in which no other step is taken
STEPS = int(STEPS_A_MINUTE * (LECTURE_MINUTES - LIVE_MINUTES))  # of a deck with one
SECTION = 9  # steps of a section, beside its live figure
HEIGHT = 640  # pixels for text, of the 700 of a slide
LETTERS = 80  # on a line
LINE, GAP, CODE_LINE, ROW, PICTURE = 42, 22, 33, 42, 440  # heights in pixels
FOLLOWS = {  # what may follow on one slide: it continues the idea, or asks about what stands there
    "head": {"formula", "code", "alone", "list", "table", "text", "figure", "question"},
    "formula": {"formula", "code", "alone", "list", "table", "question"},
    "text": {"formula", "code", "alone", "list", "table", "question"},
    "code": {"question"},
    "list": {"formula", "code", "alone"},
    "table": {"question"},
}
LATER = re.compile(r'<div class="fragment.*?\n</div>', flags=re.S)
FENCED = re.compile(r"^```.*?^```", flags=re.M | re.S)


@dataclass(frozen=True)
class Slide:
    """A slide: its kind, what it mainly holds, its Markdown, its notes, and a heading.

    The kind is `slide`, which opens a section, or `subslide`, which goes on. Code whose output the
    next question asks for is `code`, any other is `alone`. The heading falls away where the slide
    is joined to what stands before it.
    """

    kind: str
    role: str
    text: str
    notes: str = ""
    heading: str = ""

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
        return 3 * LINE * len(apart(piece))
    if piece.startswith("|"):
        return ROW * (len(lines) - 1) + GAP
    if piece.startswith(("<div", "</div")):
        return 0
    return LINE * sum(math.ceil(len(line) / LETTERS) for line in lines) + GAP


def joined(slides: list[Slide]) -> list[Slide]:
    """Return slides of which some that follow one idea have become one, as far as it fits."""
    made: list[Slide] = []
    for each in slides:
        if made and each.kind == "subslide" and each.role in FOLLOWS.get(made[-1].role, set()):
            text = _together(made[-1].text, each.text)
            first = LATER.sub("", text) if BOARD in text else text
            if words(first) <= WORDS and height(first) <= HEIGHT:
                notes = "\n\n".join(note for note in (made[-1].notes, each.notes) if note)
                made[-1] = replace(made[-1], role=each.role, text=text, notes=notes)
                continue
        made.append(each)
        if each.heading:
            made[-1] = replace(each, text=f"### {each.heading}\n\n{each.text}", heading="")
    return made


def _together(first: str, text: str) -> str:
    """Return two Markdown texts as one; what is joined to a question goes when the figure comes."""
    if not text.startswith(BOARD):
        return f"{first}\n\n{text}"
    if "fragment" in text:
        first = f'<div class="before">\n\n{first}\n\n</div>'
    return text.replace(BOARD, f"{BOARD}{first}\n\n", 1)


def count(slides: list[Slide]) -> int:
    """Return the steps of a deck, without the texts of exercises."""
    return sum(each.steps for each in slides if each.role != "exercise")


def limit(slides: list[Slide]) -> int:
    """Return how many steps a lecture has time for, beside its live figures, or questions."""
    played = LIVE_MINUTES * max(sum(each.role == "live" for each in slides), 1)
    return int(STEPS_A_MINUTE * (LECTURE_MINUTES - played))


def in_time(slides: list[Slide]) -> list[Slide]:
    """Return slides joined, with no more steps than a lecture has time for, as far as that goes.

    Where a section or the deck has more, slides fall away that can be spared. Then answers come
    together with the figures that show them, the last first.
    """
    kept = []
    for section in sections(slides):
        played = sum(each.steps for each in section if each.role == "live")
        kept += _spared(section, SECTION + played)
    kept = _spared(kept, limit(slides))
    made = joined(kept)
    for place in reversed(range(len(made))):
        if count(made) <= limit(slides):
            break
        if made[place].role == "question":
            text = made[place].text.replace('data-fragment-index="1"', 'data-fragment-index="0"')
            made[place] = replace(made[place], text=text)
    return made


def sections(slides: list[Slide]) -> list[list[Slide]]:
    """Return slides in parts, each of which opens with one of the kind `slide`."""
    starts = [place for place, each in enumerate(slides) if each.kind == "slide" and place]
    return [slides[first:last] for first, last in itertools.pairwise([0, *starts, len(slides)])]


def _spared(slides: list[Slide], most: int) -> list[Slide]:
    """Return slides without some that can be spared, as few as keep a number of steps.

    That is code that no question asks about, then figures that lead up to a question and its
    figure, the last first.
    """
    while count(joined(slides)) > most:
        fewer = [each for each in _shorter(slides) if count(joined(each)) < count(joined(slides))]
        if not fewer:
            break
        slides = fewer[0]
    return slides


def _shorter(slides: list[Slide]) -> Iterator[list[Slide]]:
    """Yield slides without one that can be spared, of the section with most steps first."""
    parts = sorted(sections(slides), key=lambda part: -count(joined(part)))
    for role in ("alone", "figure"):
        for part in parts:
            for spare, behind in reversed(list(itertools.pairwise([*part, part[0]]))):
                leads = behind.role in ("code", "alone", "question")
                if spare.role == role and (role == "alone" or leads):
                    yield [each for each in slides if each is not spare]
