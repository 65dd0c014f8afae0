"""The way along the blocks of a page: where it stands, what was shown, which slides were made."""

import re

from nbformat import NotebookNode

from .page import Page, tags
from .slide_names import origins
from .slide_opening import grounded
from .slide_parts import Block, blocks, sentences, standing
from .slide_shows import TRIES, draws, live_in, printed
from .slide_steps import Slide

LEAD = 30  # words of what leads up to a figure
UNDER = 6  # printed lines under code
GENERIC = ("### Play with it", "### Try it")  # headings that say nothing about what is shown


def parts(block: Block) -> bool:
    """Tell whether something new begins with a block: a section, a question or a figure."""
    return block.kind in ("heading", "question") or draws(block) or bool(live_in(block))


class Walk:
    """A walk along the blocks of one page."""

    def __init__(self, page: Page, drawn: dict[str, list[str]]):
        self.page, self.blocks, self.drawn = page, blocks(page), drawn
        self.code: dict[str, str] = {}  # what to show of cells, by their ids
        self.asked: set[str] = set()  # ids of cells whose output answers a question
        self.seen: set[str] = set()  # ids of cells whose figure is shown by itself
        self._begin()

    def _begin(self) -> None:
        """Go back to the first block."""
        self.made: list[Slide] = []
        self.used: set[int] = set()  # places of blocks that an earlier slide has shown
        self.place = 0
        self.last_code: NotebookNode | None = None  # whose code a slide has shown last
        self.open = ""  # a question that is answered together with the next one

    def _add(self, role: str, text: str, kind: str = "subslide", notes: str = "", **more) -> None:
        """Add a slide; more are its heading and its other forms."""
        self.made.append(Slide(kind, role, text, notes, **more))

    def _ahead(self, until: tuple[str, ...] = ("heading",)) -> list[tuple[int, Block]]:
        """Return the blocks from here to the next of some kinds, with their places."""
        found = []
        for place in range(self.place + 1, len(self.blocks)):
            if self.blocks[place].kind in until:
                break
            found.append((place, self.blocks[place]))
        return found

    def _around(self, last: int | None = None) -> str:
        """Return the prose around what a slide shows, from here to a last place: its notes.

        It begins behind the heading, question or figure before, and ends before the next one.
        """
        first, end = self.place, (self.place if last is None else last) + 1
        while first and not parts(self.blocks[first - 1]):
            first -= 1
        while end < len(self.blocks) and not parts(self.blocks[end]):
            end += 1
        return "\n\n".join(each.text for each in self.blocks[first:end] if each.kind != "code")

    def _lead(self) -> str:
        """Return the sentence that leads up to this block, if one stands directly before it.

        Those before it that name what it speaks of come with it.
        """
        before = self.blocks[self.place - 1] if self.place else None
        if before is None or before.kind != "text" or before.text.startswith(TRIES):
            return ""
        if self.place - 1 in self.used and not before.text.endswith(":"):
            return ""
        said = sentences(before.text)
        kept = grounded(said, len(said) - 1) if standing(said[-1:]) else ""
        return re.sub(r":$", ".", kept)

    def _core(self, block: Block, role: str = "code") -> None:
        """Show the code of a section under its heading.

        What it prints follows, if no other slide shows it.
        """
        if block.cell.id not in self.code or "slide" in tags(block.cell):
            return
        text = f"```python\n{self.code[block.cell.id]}\n```"
        said = "" if block.cell.id in self.asked | self.seen else printed(block.cell)
        if said and said.count("\n") <= UNDER + 1:
            text += f"\n\n{said}"
        notes = origins(self.page, block.cell, self.code[block.cell.id])
        self._add(role, text, heading=self._title(block), notes=notes)
        self.last_code = block.cell

    def _section(self) -> str:
        """Return the title of the section here, without its number."""
        above = [each.text for each in self.blocks[: self.place] if each.text.startswith("## ")]
        return re.sub(r"^## (\d+ · )?", "", above[-1]) if above else ""

    def _title(self, block: Block) -> str:
        """Return the heading above a block, without its number."""
        before = self.blocks[: self.blocks.index(block)]
        above = [
            each.text
            for each in before
            if each.kind == "heading" and not each.text.startswith(GENERIC)
        ]
        return re.sub(r"^#+ (\d+ · )?", "", above[-1].splitlines()[0]) if above else ""
