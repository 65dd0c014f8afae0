"""What stands above a question: what leads up to it, and the lines of code that it names."""

import re
from textwrap import dedent

from .page import tags
from .slide_opening import grounded
from .slide_parts import NOT_SHOWN, Block, sentences, standing, words
from .slide_walk import LEAD, Walk

NAMED = 3  # lines of code that a question names


class Leads(Walk):
    """A walk that finds what leads up to questions."""

    def _leading(self) -> str:
        """Return what leads up to the question here: sentences that no other slide shows."""
        last = self.blocks[self.place - 1] if self.place else None
        if last is None or last.kind != "text" or self.place - 1 in self.used:
            return ""
        said = sentences(last.text)
        first = len(said)
        while first and words(" ".join(standing(said[first - 1 :]))) <= LEAD:
            first -= 1
        self.used.add(self.place - 1)
        return re.sub(r":$", ".", grounded(said, first))

    def _code_asked_about(self, asked: str, ahead: list[tuple[int, Block]]) -> str:
        """Return the lines of code that a question names, if the code before it has them not."""
        for name in re.findall(r"`(\w+)[^`]*`", asked):
            word = re.compile(rf"\b{name}\b")
            if self.made[-1].role in ("code", "fence") and word.search(self.made[-1].text):
                return ""
            cells = [block for _, block in ahead] + self.blocks[: self.place][::-1]
            found = [self._lines(each, word) for each in cells]
            if best := max(found, key=len, default=[]):
                return f"```python\n{dedent(chr(10).join(best[:NAMED]))}\n```"
        return ""

    def _lines(self, block: Block, word: re.Pattern[str]) -> list[str]:
        """Return the lines of a block that have a word, if it is code that slides may show."""
        if block.kind != "code" or NOT_SHOWN & set(tags(block.cell)):
            return []
        return [line for line in block.text.splitlines() if word.search(line)]
