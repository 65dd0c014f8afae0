"""How much room the Markdown of a slide needs, and whether the slide has it."""

import functools
import math
import re

from .slide_parts import WORDS, words
from .slide_shows import ASKING, BOARD, SEEN, apart

HEIGHT = 640  # pixels for text, of the 700 of a slide
LETTERS = 80  # on a line
LINE, GAP, CODE_LINE, ROW, PICTURE = 42, 22, 33, 42, 440  # heights in pixels
LOOKED = 330  # of a picture with the question about it
SMALLER = 5  # pixels less of a line of code in small type
LATER = re.compile(r'<div class="fragment.*?\n</div>', flags=re.S)
OVER = re.compile(r'<div class="over">.*?</div>', flags=re.S)
FENCED = re.compile(r"^```.*?^```", flags=re.M | re.S)
SMALL = re.compile(r"(?<=\"small\">\n\n)```.*?^```", flags=re.M | re.S)


@functools.lru_cache(1024)  # of texts that are joined again and again
def fits(text: str) -> bool:
    """Tell whether a slide holds a text, as far as it is seen before an answer takes its place."""
    first = LATER.sub("", text) if BOARD in text or ASKING in text else text
    more = PICTURE - LOOKED if SEEN in first else 0
    return words(OVER.sub("", first)) <= WORDS and height(first) - more <= HEIGHT


@functools.lru_cache(1024)  # as above
def height(text: str) -> int:
    """Return about how many pixels of a slide its Markdown needs.

    >>> height("## A title\\n\\nA line."), height("```python\\na = 1\\n```")
    (128, 77)
    """
    pieces = [*FENCED.findall(text), *re.split(r"\n\s*\n", FENCED.sub("", text))]
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
