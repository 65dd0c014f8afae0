"""Slides of figures: a title, what is drawn under which condition, and what is found, as a step."""

import re

from .enlarged import title as title_of
from .page import tags
from .slide_answers import LEGEND
from .slide_opening import POINTING, grounded
from .slide_parts import NOT_SHOWN, WORDS, sentences, shortened, standing, words
from .slide_shows import TRIES, drawn, live_in, picture, told
from .slide_walk import Walk, ahead_of, around, begins, lead_to, title_at

FINDING = 30  # words of what a figure shows
CONDITION, BRIEF, RESULT = 45, 36, 20  # words of what is drawn, also together with what is found
LEAST = 6  # of these, or the description of the figure says it
PLAYING = 15  # words of a question above a live figure
NEEDY = re.compile(  # how a sentence begins that needs the one before it
    rf"\(|({POINTING}|Under the other|With both(?! \w+,)|The others?|Others|Of these"
    r"|He|Here|There|Now|So|Hardly|Yes|No|Not|Worse"
    r"|Better|More|Less|Fewer|Lower|Higher|Larger|Smaller|Faster|Slower|Much|Far|That|Such"
    r"|Most of|We|You|Let|Take|Use|Count)\b"
    r"|(This|These|Those) (is|are|was|were|do|does|has|have|can|will|makes?|says?|gives?)\b"
)


def stands_alone(sentence: str) -> bool:
    """Tell whether a sentence can be read without the one before it, and is no question.

    >>> stands_alone("Worse, with this seed."), stands_alone("The weights settle.")
    (False, True)
    """
    return not (NEEDY.match(sentence) or LEGEND.match(sentence) or sentence.endswith("?"))


def whole(text: str, limit: int) -> str:
    """Return the first sentences of a text in at most so many words; "" if none is that short."""
    said = shortened(text, limit) if limit >= LEAST else ""
    return "" if said.endswith("…") else said


def nearest(text: str, limit: int) -> str:
    """Return the last sentences of a text in at most so many words; "" if the last is too long.

    >>> nearest("It is so. The dots rise from left to right. The line falls to zero.", 14)
    'The dots rise from left to right. The line falls to zero.'
    """
    kept: list[str] = []
    for each in reversed(sentences(text)):
        if words(" ".join([each, *kept])) > limit:
            break
        kept.insert(0, each)
    while kept and not stands_alone(kept[0]):
        kept.pop(0)
    return " ".join(kept)


def figure(walk: Walk, place: int) -> None:
    """Make a slide of a figure; in its long form what is found comes as a step."""
    block, cell = walk.blocks[place], walk.blocks[place].cell
    marked, alt = "no-title" in tags(cell), cell.metadata.get("alt", "A figure.")
    title = "" if marked else title_of(block.text) or ""
    title = shortened(title, FINDING) if title else ""
    heading = "" if title else title_at(walk.blocks, place)
    finding, used = _finding(walk, place)
    walk.used |= used
    first, *others = standing(sentences(alt)) or ["A figure."]
    said = _condition(walk, place) or ("" if title or heading else first)
    if marked and not finding and others and stands_alone(others[-1]):
        finding = whole(others[-1], FINDING)
    room, found = WORDS - words(title), finding
    apart = whole(said, min(CONDITION, room))
    if words(said) > min(BRIEF, room - words(finding)):
        found = whole(finding, RESULT) or finding
    brief = nearest(said, min(BRIEF, room - words(found)))
    shown = picture(cell, walk.drawn.get(cell.id))
    said = brief or ("" if title or finding else said)
    headed = bool(heading and walk.made) and walk.made[-1].role != "head"
    short = drawn(title, said, found, shown, headed=headed)
    long = drawn(title, apart, finding, shown, apart=True) if apart and finding else ""
    notes = around(walk.blocks, place) or alt
    walk.add("figure", short, notes=notes, long=long, heading=heading)


def _finding(walk: Walk, place: int) -> tuple[str, set[int]]:
    """Return what the prose behind a figure says it shows, if it says it by itself, and where.

    What stands behind further code is about that, and what leads up to a live figure is about
    none.
    """
    for n, each in ahead_of(walk.blocks, place, ("heading", "question")):
        leads = any(live_in(block) for block in walk.blocks[n + 1 : n + 2])
        runs = each.kind == "code" and not NOT_SHOWN & set(tags(each.cell))
        apart = each.kind in ("list", "formula", "table") and n not in walk.used
        if runs or leads or apart:
            break
        if n in walk.used or each.text.startswith("("):
            continue
        said = sentences(told(each)) if told(each) else []
        first = next((k for k, each in enumerate(said) if stands_alone(each)), None)
        if first is not None:
            kept = [each for each in said[first:] if not re.match(r"\(|.*\?$", each)]
            return shortened(" ".join(kept), FINDING), {n}
    return "", set()


def _condition(walk: Walk, place: int) -> str:
    """Return what the prose before a figure says about it; "" if that is on another slide."""
    for n in reversed(range(place)):
        each, text = walk.blocks[n], ""
        if begins(each):
            break
        if n in walk.used and n == place - 1 and each.text.endswith(":"):
            text = lead_to(walk, place)
        elif each.kind != "text" or n in walk.used or each.text.startswith(TRIES):
            continue
        else:
            said = [re.sub(r":$", ".", each) for each in standing(sentences(each.text))]
            kept = [each for each in said if not each.endswith("?") and not each.startswith("(")]
            text = grounded(kept, room=len(each.text))
        return text if words(text) >= LEAST else ""
    return ""
