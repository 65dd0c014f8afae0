"""Slides of figures: a title, what is drawn under which condition, and what is found, as a step."""

import re

from .enlarged import title as title_of
from .page import tags
from .slide_answers import LEGEND
from .slide_opening import POINTING, grounded
from .slide_parts import NOT_SHOWN, WORDS, Block, sentences, shortened, standing, words
from .slide_questions import Questions
from .slide_shows import TRIES, drawn, live_in, picture, told
from .slide_walk import parts

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


class Figures(Questions):
    """A walk that makes slides of figures that no question asks about."""

    def _figure(self, block: Block) -> None:
        """Make a slide of a figure; in its long form what is found comes as a step."""
        shown = picture(block.cell, self.drawn.get(block.cell.id))
        marked = "no-title" in tags(block.cell)
        title = "" if marked else title_of(block.text) or ""
        title, finding = shortened(title, FINDING) if title else "", self._finding()
        room, alt = WORDS - words(title), block.cell.metadata.get("alt", "A figure.")
        first, *others = standing(sentences(alt)) or ["A figure."]
        heading = "" if title else self._title(block)
        said = self._condition() or ("" if title or heading else first)
        if marked and not finding and others and stands_alone(others[-1]):
            finding = whole(others[-1], FINDING)
        apart = whole(said, min(CONDITION, room))
        found = finding
        if words(said) > min(BRIEF, room - words(finding)):
            found = whole(finding, RESULT) or finding
        brief = nearest(said, min(BRIEF, room - words(found)))
        short = drawn(title, brief or ("" if title or finding else said), found, shown)
        long = drawn(title, apart, finding, shown, apart=True) if apart and finding else ""
        self._add("figure", short, notes=self._around() or alt, long=long, heading=heading)

    def _finding(self) -> str:
        """Return what the prose behind a figure says it shows; "" if it says nothing by itself.

        What stands behind further code is about that, and what leads up to a live figure is about
        none.
        """
        for n, each in self._ahead(("heading", "question")):
            leads = n + 1 < len(self.blocks) and live_in(self.blocks[n + 1])
            runs = each.kind == "code" and not NOT_SHOWN & set(tags(each.cell))
            apart = each.kind in ("list", "formula", "table") and n not in self.used
            if runs or leads or apart:
                break
            if n in self.used or each.text.startswith("("):
                continue
            said = sentences(told(each)) if told(each) else []
            first = next((k for k, each in enumerate(said) if stands_alone(each)), None)
            if first is not None:
                self.used.add(n)
                kept = [each for each in said[first:] if not re.match(r"\(|.*\?$", each)]
                return shortened(" ".join(kept), FINDING)
        return ""

    def _condition(self) -> str:
        """Return what the prose before a figure says about it; "" if that is on another slide."""
        for n in reversed(range(self.place)):
            each = self.blocks[n]
            if parts(each):
                break
            if n in self.used and n == self.place - 1 and each.text.endswith(":"):
                lead = self._lead()
                return lead if words(lead) >= LEAST else ""
            if each.kind != "text" or n in self.used or each.text.startswith(TRIES):
                continue
            said = [re.sub(r":$", ".", each) for each in standing(sentences(each.text))]
            kept = [each for each in said if not each.endswith("?") and not each.startswith("(")]
            text = grounded(kept, room=len(each.text))
            return text if words(text) >= LEAST else ""
        return ""

    def _above_live(self, block: Block) -> str:
        """Return the heading of a live figure: the question before it, or its section's title."""
        lead = self._lead()
        if lead.endswith("?") and words(lead) <= PLAYING:
            return lead
        opens = not any(each.text.startswith("## ") for each in self.blocks[: self.place])
        asked = [each.text for each in self.blocks if re.fullmatch(r"\*\*.*\?\*\*", each.text)]
        return asked[0].strip("*") if opens and asked else self._title(block)
