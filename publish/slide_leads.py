"""What stands above a question: what leads up to it, and the lines of code that it names."""

import ast
import re
from textwrap import dedent

from .page import tags
from .slide_opening import grounded
from .slide_parts import NOT_SHOWN, Block, sentences, standing, words
from .slide_walk import LEAD, Walk

NAMED = 6  # lines of code that a question names, at most


def statements(source: str, name: str) -> list[str]:
    """Return the statements of code that hold no others and use a name, each whole, from its left.

    >>> statements("def f(a, b=1):\\n    c = a + b\\n    return 'a'", "a")
    ['c = a + b']
    """
    found, lines = [], source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt) or hasattr(node, "body"):
            continue
        inside = list(ast.walk(node))
        used = {getattr(each, field, "") for each in inside for field in ("id", "attr", "arg")}
        if name in used:
            found.append((node.lineno, lines[node.lineno - 1 : node.end_lineno]))
    return [dedent("\n".join(text)) for _, text in sorted(found)]


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
        """Return the statements that a question names, if the code before it has them not.

        Of several cells it is that with most of them, and then the first of the page.
        """
        for name in re.findall(r"`(\w+)[^`]*`", asked):
            if self.made[-1].role in ("code", "fence") and re.search(
                rf"\b{name}\b", self.made[-1].text
            ):
                return ""
            cells = self.blocks[: self.place] + [block for _, block in ahead]
            found = [self._statements(each, name) for each in cells]
            if best := max(found, key=len, default=[]):
                return f"```python\n{chr(10).join(best)}\n```"
        return ""

    def _statements(self, block: Block, name: str) -> list[str]:
        """Return the first statements of a block that use a name, if slides may show them."""
        if block.kind != "code" or NOT_SHOWN & set(tags(block.cell)):
            return []
        kept: list[str] = []
        for each in statements(block.text, name):
            if len("\n".join([*kept, each]).splitlines()) > NAMED:
                break
            kept.append(each)
        return kept
