"""A walk along the blocks of a page: what it has made so far, and what stands around a place.

Only what makes slides writes into a `Walk`: `heading`, `code` and their like in `deck`, `question`,
`figure`, `core`, `live`, `goals` and `exercises`. Everything else looks for something and returns
it, with the places that its slide uses up.
"""

import re
from dataclasses import dataclass, field

from nbformat import NotebookNode

from .page import Page, tags
from .slide_names import origins
from .slide_opening import grounded
from .slide_parts import Block, sentences, standing
from .slide_shows import TRIES, draws, live_in, printed
from .slide_steps import Slide

LEAD = 30  # words of what leads up to a figure
UNDER = 6  # printed lines under code
GENERIC = ("### Play with it", "### Try it")  # headings that say nothing about what is shown

Ahead = list[tuple[int, Block]]  # blocks behind a place, with their own places


@dataclass
class Walk:
    """What a walk goes along, by what it chooses, and what it has made and used up so far."""

    page: Page
    blocks: list[Block]
    drawn: dict[str, list[str]]  # enlarged figures by the ids of their cells
    code: dict[str, str] = field(default_factory=dict)  # what to show of cells, by their ids
    asked: set[str] = field(default_factory=set)  # ids of cells whose output answers a question
    seen: set[str] = field(default_factory=set)  # ids of cells whose figure is shown by itself
    made: list[Slide] = field(default_factory=list)
    used: set[int] = field(default_factory=set)  # places of blocks that a slide has shown
    last_code: NotebookNode | None = None  # whose code a slide has shown last

    def add(
        self, role: str, text: str, kind: str = "subslide", notes: str = "", **more: str
    ) -> None:
        """Add a slide; more are its heading and its other forms."""
        self.made.append(Slide(kind, role, text, notes, **more))


def begins(block: Block) -> bool:
    """Tell whether something new begins with a block: a section, a question or a figure."""
    return block.kind in ("heading", "question") or draws(block) or bool(live_in(block))


def ahead_of(blocks: list[Block], place: int, until: tuple[str, ...] = ("heading",)) -> Ahead:
    """Return the blocks behind a place, up to the next of some kinds."""
    behind = range(place + 1, len(blocks))
    last = next((n for n in behind if blocks[n].kind in until), len(blocks))
    return [(n, blocks[n]) for n in range(place + 1, last)]


def around(blocks: list[Block], place: int, last: int = 0) -> str:
    """Return the prose around what a slide shows, from one place to a last one: its notes.

    It begins behind the heading, question or figure before, and ends before the next one.
    """
    first, end = place, max(place, last) + 1
    while first and not begins(blocks[first - 1]):
        first -= 1
    while end < len(blocks) and not begins(blocks[end]):
        end += 1
    return "\n\n".join(each.text for each in blocks[first:end] if each.kind != "code")


def lead_to(walk: Walk, place: int) -> str:
    """Return the sentence that leads up to a block, if one stands directly before it.

    Those before it that name what it speaks of come with it.
    """
    before = walk.blocks[place - 1] if place else None
    if before is None or before.kind != "text" or before.text.startswith(TRIES):
        return ""
    if place - 1 in walk.used and not before.text.endswith(":"):
        return ""
    said = sentences(before.text)
    kept = grounded(said, len(said) - 1) if standing(said[-1:]) else ""
    return re.sub(r":$", ".", kept)


def title_at(blocks: list[Block], place: int, level: str = "#") -> str:
    """Return the last heading above a place, without its number; of a level like `## `, or any."""
    above = [each.text for each in blocks[:place] if each.kind == "heading"]
    named = [each for each in above if each.startswith(level) and not each.startswith(GENERIC)]
    return re.sub(r"^#+ (\d+ · )?", "", named[-1].splitlines()[0]) if named else ""


def core(walk: Walk, place: int, role: str = "code") -> None:
    """Show the code of a section under its heading.

    What it prints follows, if no other slide shows it.
    """
    cell = walk.blocks[place].cell
    if cell.id not in walk.code or "slide" in tags(cell):
        return
    text = f"```python\n{walk.code[cell.id]}\n```"
    said = "" if cell.id in walk.asked | walk.seen else printed(cell)
    if said and said.count("\n") <= UNDER + 1:
        text += f"\n\n{said}"
    notes = origins(walk.page, cell, walk.code[cell.id])
    walk.add(role, text, heading=title_at(walk.blocks, place), notes=notes)
    walk.last_code = cell
