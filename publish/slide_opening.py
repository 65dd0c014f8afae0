"""How the text of a slide opens: with what it speaks of, and not with a word for it."""

import re

from .slide_parts import standing, words

ROOM = 45  # words of what opens a slide, with the sentence that names what it speaks of
POINTING = "It|Its|They|Their|Them|Both|Neither|Then|But|And|Yet|Still|Also|Again"
PRONOUN = r"(it|its|they|their|them)\b"
OPENER = re.compile(  # how a sentence begins that speaks of what was named before
    rf"\(|\**(({POINTING}|Another)\b"
    r"|(This|That|These|Those|Such|There(?! (is|are)\b)|The (same|others?|former|latter))\b"
    r"|So\b(?! far)|Here (it|they|this|that|only|too)\b|Here,|All( (look|of|kinds|four[.:])|[.:])"
    r"|Each (is|has|also|keeps|of (its|their|them))\b|(No better|About|A third)\b"
    rf"|(If|When|As|With|In|On|By|Until|Behind) ([^\s,.;:]+ ){{0,2}}?{PRONOUN}"
    rf"|(At|After|For|From) ([^\s,.;:]+ ){{0,5}}?{PRONOUN}"
    r"|A ([^\s,.;:]+ ){1,3}?(to|from|of) (it|them)\b)"
)


def opens(sentence: str) -> bool:
    """Tell whether a sentence can open a slide.

    >>> opens("From its last layer two in three are read."), opens("So far all was given.")
    (False, True)
    """
    return not OPENER.match(sentence)


def grounded(said: list[str], first: int = 0, room: int = ROOM) -> str:
    """Return sentences from the first on, behind those before that name what it speaks of.

    Where these stand elsewhere or take too much room, the first sentences are left out instead.

    >>> grounded(["A map has a filter.", "It is small.", "So it is cheap."], 2)
    'A map has a filter. It is small. So it is cheap.'
    >>> grounded(["It is small.", "A map has a filter."])
    'A map has a filter.'
    >>> grounded(["It is small."], 1)
    ''
    """
    start = first
    while 0 < start < len(said) and not opens(said[start]) and standing(said[start - 1 : start]):
        start -= 1
    kept = standing(said[start:])
    if words(" ".join(kept)) > room:
        kept = standing(said[first:])
    while kept and not opens(kept[0]):
        kept = kept[1:]
    return " ".join(kept)


def over(title: str) -> str:
    """Return a title that stays above a question, its figure and its answer."""
    return f'<div class="over">\n\n{title}\n\n</div>'
