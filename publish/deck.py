"""Turn the blocks of a page into slides: what is shown, in which order, and in which steps."""

import functools
import itertools
import re

from .page import Page, tags
from .slide_code import chosen_code, facts
from .slide_figures import figure
from .slide_lists import RECAP, exercises, goals
from .slide_live import ENTRY, live, opening, played
from .slide_opening import grounded
from .slide_parts import IDEA, WORDS, blocks, listed, sentences, shortened, stacked, words
from .slide_questions import question
from .slide_shows import live_in, picture, told
from .slide_steps import Slide
from .slide_time import in_time
from .slide_walk import Walk, ahead_of, around, begins, core, lead_to, title_at

LEFT_OUT = ("## Explorer", "## References")
LISTS = 25  # words of what leads up to a list, fewer than which stand above it


def slides_of(page: Page, drawn: dict[str, list[str]]) -> list[Slide]:
    """Return all slides of a page, joined and in time, with figures drawn anew for some cells."""
    return in_time(walked(page, drawn).made)


@functools.lru_cache(64)  # slides, plans, notes and the guide ask again
def of_page(page: Page) -> tuple[Slide, ...]:
    """Return the slides of a page with the figures that stand on it, made once."""
    return tuple(slides_of(page, {}))


def walked(page: Page, drawn: dict[str, list[str]]) -> Walk:
    """Return a walk along a page that has made all slides, not yet joined.

    A first walk finds which outputs slides show, by which the code is chosen.
    """
    first = _to_the_end(Walk(page, blocks(page), drawn))
    code = chosen_code(page, facts(page, first.asked, first.seen))
    return _to_the_end(Walk(page, first.blocks, drawn, code, first.asked, first.seen))


def _to_the_end(walk: Walk) -> Walk:
    for place, block in enumerate(walk.blocks):
        if place not in walk.used and block.kind in MAKERS:
            MAKERS[block.kind](walk, place)
    return walk


def heading(walk: Walk, place: int) -> None:
    """Make what stands under a heading: of a page, of a section, of a list or of exercises."""
    block, ahead = walk.blocks[place], ahead_of(walk.blocks, place)
    text, prose = block.text, [each.text for _, each in ahead if each.kind != "code"]
    notes = "\n\n".join([text, *prose])
    if text.startswith("# "):
        asked = [each for each in prose if ENTRY.fullmatch(each)][:1]
        walk.used |= {n for n, each in ahead if each.cell is block.cell}
        walk.add("title", "\n\n".join([text, *asked]), "slide", notes=notes)
    elif text.startswith(LEFT_OUT):
        walk.used |= {n for n, each in ahead if each.kind != "code"}
    elif text in ("## You will", RECAP):
        goals(walk, place, notes)
    elif text == "## Exercises":
        exercises(walk, place, notes)
    elif not played(walk, place, notes):
        idea, used = _idea(walk, place)
        walk.used |= used
        first = itertools.takewhile(lambda each: not begins(each[1]), ahead)
        opened = [each.text for _, each in first if each.kind != "code"]
        kind = "subslide" if text.startswith("###") else "slide"
        walk.add("head", stacked(text, idea), kind, notes="\n\n".join([text, *opened]))


def _idea(walk: Walk, place: int) -> tuple[str, set[int]]:
    """Return the idea under a heading, if one stands there before anything else, and its place.

    What stands in brackets before it answers the question of the section before.
    """
    taken = words(walk.blocks[place].text)
    kinds = ("heading", "question", "code", "list", "table")
    for n, each in ahead_of(walk.blocks, place, kinds):
        if each.text.startswith("(") or not told(each):
            continue
        if idea := grounded(sentences(told(each)), room=len(each.text)):
            return shortened(idea, IDEA - taken, WORDS - taken), {n}
    return "", set()


def code(walk: Walk, place: int) -> None:
    """Make a slide of a live figure, or of what a cell says about its section, and its figure."""
    block = walk.blocks[place]
    if "slide" in tags(block.cell):
        text = f"```python\n{block.text}\n```\n\n{picture(block.cell)}"
        notes = around(walk.blocks, place)
        walk.add("whole", text, notes=notes, heading=title_at(walk.blocks, place))
    elif shown := live_in(block):
        live(walk, place, shown)
    else:
        core(walk, place, "alone")
        if picture(block.cell) and not _found_by_playing(walk, place):
            walk.seen.add(block.cell.id)
            figure(walk, place)


def _found_by_playing(walk: Walk, place: int) -> bool:
    """Tell whether a picture opens the page, and a live figure follows, to find it by."""
    ahead = ahead_of(walk.blocks, place)
    return opening(walk.blocks, place) and any(live_in(each) for _, each in ahead)


def formula(walk: Walk, place: int) -> None:
    """Make a slide of a formula, under what leads up to it."""
    lead = lead_to(walk, place)
    text = stacked(shortened(lead, WORDS) if lead else "", walk.blocks[place].text)
    walk.add("formula", text, heading=title_at(walk.blocks, place))


def bullets(walk: Walk, place: int) -> None:
    """Make slides of a list, under what leads up to it."""
    lead = lead_to(walk, place)
    items = re.split(r"\n(?=- |\d+\. )", walk.blocks[place].text)
    for text in listed(lead if words(lead) < LISTS else "", items):
        walk.add("list", text, heading=title_at(walk.blocks, place))


def table(walk: Walk, place: int) -> None:
    """Make slides of the rows of a table, each under its head."""
    lead, (head, line, *rows) = lead_to(walk, place), walk.blocks[place].text.splitlines()
    top = [shortened(lead, LISTS)] if lead else []
    parts: list[list[str]] = [[]]
    for row in rows:
        if parts[-1] and words("\n".join([*top, head, *parts[-1], row])) > WORDS:
            parts.append([])
        parts[-1].append(row)
    for part in parts:
        text = "\n\n".join([*top, "\n".join([head, line, *part])])
        walk.add("table", text, heading=title_at(walk.blocks, place))


MAKERS = {  # by the kind of a block; prose that is neither idea nor answer is in the notes
    "heading": heading,
    "question": question,
    "code": code,
    "formula": formula,
    "list": bullets,
    "table": table,
    "fence": lambda walk, place: walk.add("fence", walk.blocks[place].text),
    "whole": lambda walk, place: walk.add("whole", walk.blocks[place].text, "slide"),
}
