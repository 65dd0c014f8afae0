"""Slides of what a page lists: its goals, its recap, the questions to discuss, and exercises."""

import re

from .slide_parts import Block, portions, sentences, words
from .slide_shows import told
from .slide_talk import discussion
from .slide_walk import Walk, ahead_of

FRAGMENT = re.compile(r'<div class="fragment"[^>]*>\n\n(.*?)\n\n</div>', flags=re.S)
GOALS = 95  # words of "You will", and of the recap
RECAP = "## Recap"


def goals(walk: Walk, place: int, notes: str) -> None:
    """Add the goals or the recap under a heading, and the questions to discuss behind a recap."""
    heading, ahead = walk.blocks[place].text, ahead_of(walk.blocks, place)
    items = [line for _, e in ahead if e.kind == "list" for line in e.text.splitlines()]
    walk.used |= {n for n, each in ahead if each.kind != "code"}
    closing = [told(each) for _, each in ahead if heading == RECAP and told(each)]
    *before, last = portions(heading, items, limit=GOALS - words(" ".join(closing)))
    said = [each.text for _, each in ahead if each.text == "You"]
    first, *more = [*before, "\n\n".join([last, *closing])]
    first = "\n\n".join([heading, *said, first.removeprefix(heading).strip()])
    walk.add("goals", first, "slide", notes=notes)
    for text in more:
        walk.add("goals", text)
    for text, beside in discussion(walk.page) if heading == RECAP else ():
        kind = "slide" if text.startswith("## ") else "subslide"
        walk.add("discuss", text, kind, notes=beside, short=FRAGMENT.sub(r"\1", text))


def exercises(walk: Walk, place: int, notes: str) -> None:
    """Add the list of exercises, and the text of each, as an appendix."""
    texts: dict[str, list[Block]] = {}
    for n, each in enumerate(walk.blocks[place + 1 :], place + 1):
        if each.text.startswith("## "):
            break
        walk.used.add(n)
        if re.match(r"### \d · ", each.text):
            texts[each.text] = []
        elif each.kind not in ("code", "heading") and texts:
            texts[list(texts)[-1]].append(each)
    listed = [title.replace("### ", "- ") for title in texts]
    (shown,) = portions(walk.blocks[place].text, listed)
    walk.add("exercise", shown, "slide", notes=notes)
    for title, said in texts.items():
        prose = all(each.kind == "text" for each in said)
        parts = [
            piece
            for each in said
            for piece in (sentences(_ended(each)) if prose else [_ended(each)])
        ]
        for text in portions(title, parts, " " if prose else "\n\n"):
            walk.add("exercise", text)


def _ended(block: Block) -> str:
    """Return the text of a block; prose that leads up to something ends with a full stop."""
    return re.sub(r":$", ".", block.text) if block.kind == "text" else block.text
