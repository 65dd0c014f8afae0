"""Slides: join those that follow one idea, and count their steps.

A step is what a key press shows: a slide, or a part that appears on it. The texts of exercises
stand behind the recap, as an appendix that does not count.
"""

import functools
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .slide_cut import cut
from .slide_opening import over
from .slide_parts import WORDS, words
from .slide_shows import ASKING, BOARD, SEEN, apart, before, small

HEIGHT = 640  # pixels for text, of the 700 of a slide
ROOMY = 580  # of these, where a heading has its full size
LETTERS = 80  # on a line
LINE, GAP, CODE_LINE, ROW, PICTURE = 42, 22, 33, 42, 440  # heights in pixels
LOOKED = 330  # of a picture with the question about it
FEW = 12  # lines of code in small type with a question, where more have no room
SMALLER = 5  # pixels less of a line of code in small type
FOLLOWS = {  # what may follow on one slide: it continues the idea, or asks about what stands there
    "head": {"formula", "code", "alone", "list", "table", "text", "figure", "question"},
    "formula": {"formula", "code", "alone", "list", "table", "question"},
    "text": {"formula", "code", "alone", "list", "table", "question"},
    "code": {"question"},
    "list": {"formula", "code", "alone", "question"},
    "table": {"question"},
}
SECTION = {
    "formula",
    "text",
    "list",
    "table",
    "question",
}  # under the heading of their section if it fits
LATER = re.compile(r'<div class="fragment.*?\n</div>', flags=re.S)
OVER = re.compile(r'<div class="over">.*?</div>', flags=re.S)
HEADED = re.compile(rf"({BOARD}|{ASKING})" + r'(#|<div class="over">)')
PYTHON = re.compile(r"(?<=^```python\n).*?(?=\n```$)", flags=re.M | re.S)
FENCED = re.compile(r"^```.*?^```", flags=re.M | re.S)
SMALL = re.compile(r"(?<=\"small\">\n\n)```.*?^```", flags=re.M | re.S)


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


@functools.lru_cache(1024)  # of texts that are joined again and again
def height(text: str) -> int:
    """Return about how many pixels of a slide its Markdown needs.

    >>> height("## A title\\n\\nA line."), height("```python\\na = 1\\n```")
    (128, 77)
    """
    blocks = FENCED.findall(text)
    pieces = [*blocks, *re.split(r"\n\s*\n", FENCED.sub("", text))]
    less = sum(SMALLER * (each.count("\n") - 1) for each in SMALL.findall(text))
    return sum(_height(piece.strip()) for piece in pieces if piece.strip()) - less


def _height(piece: str) -> int:
    lines = piece.splitlines()
    if "<img" in piece:
        return PICTURE
    if piece.startswith("```"):
        return CODE_LINE * (len(lines) - 2) + 2 * GAP
    if piece.startswith("$$"):
        rows = piece.count(r"\\") + 1
        return LINE * max(3, 3 * rows - 2) * len(apart(piece))
    if piece.startswith("|"):
        return ROW * (len(lines) - 1) + GAP
    if piece.startswith(("<div", "</div")):
        return 0
    return LINE * sum(math.ceil(len(line) / LETTERS) for line in lines) + GAP


def joined(slides: list[Slide]) -> list[Slide]:
    """Return slides of which some that follow one idea have become one, as far as it fits."""
    made: list[Slide] = []
    for each in asking(slides):
        if made and each.kind == "subslide" and each.role in FOLLOWS.get(made[-1].role, set()):
            text = _together(made[-1].text, each.text)
            if _fits(text):
                made[-1] = _one(made[-1], each, text)
                continue
        made.append(each if each.role in SECTION else _headed(each))
    return [_titled(each) for each in made]


def asking(slides: list[Slide]) -> list[Slide]:
    """Return slides of which code and the question about it have become one.

    Where both and the answer are too high for a slide, the code goes when the answer comes, and is
    in small type if need be, or what leads up to the question goes; then its last lines fall away.
    A question with a table is about the table, and has its own slide.
    """
    made: list[Slide] = []
    for each in slides:
        made.append(each)
        if each.role != "question" or len(made) < 2 or made[-2].role not in ("code", "fence"):
            continue
        code = made[-2]
        codes = [text for text in (code.text, code.short) if text]
        asked = [text for text in (each.text, each.short) if text]
        forms = [
            _about(*pair)
            for pair in itertools.product([*codes, *filter(None, map(_brief, codes))], asked)
        ]
        for text in itertools.chain(*forms):
            one = replace(_one(code, each, text), heading=code.heading or each.heading)
            if _fits(_headed(one).text):
                made[-2:] = [one]
                break
    return made


def _about(code: str, asked: str) -> Iterator[str]:
    """Yield a question with its code: as it is, or so that the code goes; in small type last."""
    yield _together(code, asked)
    for shown in (code, small(code)):
        if asked.startswith(BOARD):
            yield _together(shown, asked)
        else:
            yield f"{ASKING}{before(shown)}\n\n{asked}\n</div>"


def _brief(text: str) -> str:
    """Return Markdown whose code has few lines; "" if no statement of it is that short."""
    pieces = {each: cut(each, FEW) for each in PYTHON.findall(text)}
    for code, short in pieces.items():
        text = text.replace(code, short)
    return text if all(pieces.values()) else ""


def _one(first: Slide, then: Slide, text: str) -> Slide:
    """Return two slides as one, with their text together."""
    return replace(first, role=then.role, text=text, notes=notes_of(first, then))


def notes_of(first: Slide, then: Slide) -> str:
    """Return the notes of two slides, each paragraph once."""
    known = first.notes.split("\n\n") if first.notes else []
    new = [each for each in then.notes.split("\n\n") if each and each not in known]
    return "\n\n".join([*known, *new])


def _headed(slide: Slide) -> Slide:
    """Return a slide with its heading above what it shows."""
    if not slide.heading:
        return slide
    return replace(slide, text=_together(f"### {slide.heading}", slide.text), heading="")


def _titled(slide: Slide) -> Slide:
    """Return a slide with its heading, in small type where there is no room; or with another."""
    one = _headed(slide)
    if slide.text.startswith("#") or HEADED.match(slide.text):
        one = slide
    elif slide.heading and not (_fits(one.text) and height(one.text) <= ROOMY):
        one = replace(slide, text=f"{over(f'### {slide.heading}')}\n\n{slide.text}")
    return replace(one, heading="")


@functools.lru_cache(1024)  # as heights are
def _fits(text: str) -> bool:
    """Tell whether a slide holds a text, as far as it is seen before an answer takes its place."""
    first = LATER.sub("", text) if BOARD in text or ASKING in text else text
    more = PICTURE - LOOKED if SEEN in first else 0
    return words(OVER.sub("", first)) <= WORDS and height(first) - more <= HEIGHT


def _together(first: str, text: str) -> str:
    """Return two Markdown texts as one.

    What is joined to a question goes when its figure or answer comes; a heading stays above it.
    """
    for opened in (BOARD, ASKING):
        if text.startswith(opened):
            heading, _, said = first.partition("\n\n") if first.startswith("#") else ("", "", first)
            if "fragment" in text:
                said = before(said) if said else ""
                heading = over(heading) if heading else ""
            shown = "\n\n".join(filter(None, [heading, said]))
            return text.replace(opened, f"{opened}{shown}\n\n", 1)
    return f"{first}\n\n{text}"


def count(slides: list[Slide]) -> int:
    """Return the steps of a deck, without the texts of exercises."""
    return sum(each.steps for each in slides if each.role != "exercise")
