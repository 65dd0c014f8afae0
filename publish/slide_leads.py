"""What stands above a question: what leads up to it, and the lines of code that it names."""

import ast
import re
from textwrap import dedent

from .page import tags
from .slide_opening import grounded
from .slide_parts import NOT_SHOWN, Block, sentences, standing, words
from .slide_walk import LEAD, Ahead, Walk

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


def leading(walk: Walk, place: int) -> str:
    """Return what leads up to the question at a place: sentences that no other slide shows."""
    last = walk.blocks[place - 1] if place else None
    if last is None or last.kind != "text" or place - 1 in walk.used:
        return ""
    said = sentences(last.text)
    first = len(said)
    while first and words(" ".join(standing(said[first - 1 :]))) <= LEAD:
        first -= 1
    return re.sub(r":$", ".", grounded(said, first))


def code_named(walk: Walk, place: int, ahead: Ahead) -> str:
    """Return the statements that the question at a place names, if the code before has them not.

    Of several cells it is that with most of them, and then the first of the page.
    """
    above = [each.text for each in walk.made[-1:] if each.role in ("code", "fence")]
    cells = walk.blocks[:place] + [block for _, block in ahead]
    for name in re.findall(r"`(\w+)[^`]*`", walk.blocks[place].text):
        if any(re.search(rf"\b{name}\b", each) for each in above):
            return ""
        if best := max((_first_uses(each, name) for each in cells), key=len, default=[]):
            return f"```python\n{chr(10).join(best)}\n```"
    return ""


def _first_uses(block: Block, name: str) -> list[str]:
    """Return the first statements of a block that use a name, if slides may show them."""
    if block.kind != "code" or NOT_SHOWN & set(tags(block.cell)):
        return []
    kept: list[str] = []
    for each in statements(block.text, name):
        if len("\n".join([*kept, each]).splitlines()) > NAMED:
            break
        kept.append(each)
    return kept
