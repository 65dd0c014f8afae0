"""The way along the blocks of a page: where it stands, what was shown, which slides were made."""

import re

from nbformat import NotebookNode

from .page import Page, tags
from .slide_parts import Block, blocks, sentences, standing
from .slide_shows import TRIES, printed
from .slide_steps import Slide

LEAD = 30  # words of what leads up to a figure
UNDER = 6  # printed lines under code


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
        """Add a slide; more are its heading and its short form."""
        self.made.append(Slide(kind, role, text, notes, **more))

    def _ahead(self, until: tuple[str, ...] = ("heading",)) -> list[tuple[int, Block]]:
        """Return the blocks from here to the next of some kinds, with their places."""
        found = []
        for place in range(self.place + 1, len(self.blocks)):
            if self.blocks[place].kind in until:
                break
            found.append((place, self.blocks[place]))
        return found

    def _lead(self) -> str:
        """Return the sentence that leads up to this block, if one stands directly before it."""
        before = self.blocks[self.place - 1] if self.place else None
        if before is None or before.kind != "text" or before.text.startswith(TRIES):
            return ""
        return re.sub(r":$", ".", "".join(standing(sentences(before.text)[-1:])))

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
        self._add(role, text, heading=self._title(block))
        self.last_code = block.cell

    def _title(self, block: Block) -> str:
        """Return the heading above a block, without its number."""
        before = self.blocks[: self.blocks.index(block)]
        above = [each.text for each in before if each.kind == "heading"]
        return re.sub(r"^#+ (\d+ · )?", "", above[-1].splitlines()[0]) if above else ""
