"""The way along the blocks of a page: where it stands, what was shown, which slides were made."""

import re

from .page import Page, tags
from .slide_parts import Block, blocks, chosen_code, sentences, standing, words
from .slide_shows import TRIES
from .slide_steps import IN_CODE, Slide

LEAD = 30  # words of what leads up to code or a figure


class Walk:
    """A walk along the blocks of one page."""

    def __init__(self, page: Page, drawn: dict[str, list[str]]):
        self.blocks, self.code, self.drawn = blocks(page), chosen_code(page), drawn
        self.made: list[Slide] = []
        self.used: set[int] = set()  # places of blocks that an earlier slide has shown
        self.place = 0
        self.open = ""  # a question that is answered together with the next one

    def _add(self, role: str, text: str, kind: str = "subslide", notes: str = "") -> None:
        self.made.append(Slide(kind, role, text, notes))

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

    def _core(self, place: int, block: Block) -> None:
        """Show the code of a section, under the words that lead up to it."""
        if block.cell.id not in self.code or "slide" in tags(block.cell):
            return
        before = self.blocks[place - 1]
        leads = before.kind == "text" and before.text.endswith(":")
        lead = "".join(standing(sentences(before.text)[-1:])).rstrip(":") if leads else ""
        heading = f"### {lead}\n\n" if lead and words(lead) <= LEAD else IN_CODE
        self._add("code", f"{heading}```python\n{self.code[block.cell.id]}\n```")
