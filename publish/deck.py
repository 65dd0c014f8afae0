"""Turn the blocks of a page into slides: what is shown, in which order, and in which steps."""

import functools
import itertools
import re

from snn_core.teaching.live import LiveFigure

from .labs import spoken
from .page import Page, tags
from .slide_code import chosen_code, facts
from .slide_lists import Lists
from .slide_opening import grounded
from .slide_parts import (
    IDEA,
    WORDS,
    Block,
    listed,
    sentences,
    shortened,
    words,
)
from .slide_shows import TRIES, live_in, picture, playground, told
from .slide_steps import Slide
from .slide_talk import found, tried
from .slide_time import in_time
from .slide_walk import GENERIC, LEAD, parts

LEFT_OUT = ("## Explorer", "## References")
LISTED = ("## You will", "## Recap")
LISTS = 25  # words of what leads up to a list, fewer than which stand above it


class Deck(Lists):
    """The slides of one page, as they are made from its blocks."""

    def slides(self) -> list[tuple[str, str]]:
        """Return all slides as (type, Markdown), and the notes of a slide behind it."""
        found = []
        for each in self.steps():
            found += [(each.kind, each.text), *([("notes", each.notes)] if each.notes else [])]
        return found

    def steps(self) -> list[Slide]:
        """Return all slides, joined and in time.

        A first walk finds which outputs slides show, by which the code is chosen.
        """
        return list(self._steps)

    @functools.cached_property
    def _steps(self) -> list[Slide]:
        self._walk()
        self.code = chosen_code(self.page, facts(self.page, self.asked, self.seen))
        self._walk()
        return in_time(self.made)

    def _walk(self) -> None:
        self._begin()
        for place, block in enumerate(self.blocks):
            self.place = place
            if place not in self.used:
                getattr(self, f"_{block.kind}")(block)

    def _heading(self, block: Block) -> None:
        heading, ahead = block.text, self._ahead()
        prose = [each.text for _, each in ahead if each.kind != "code"]
        kind, notes = "slide", "\n\n".join([heading, *prose])
        until = itertools.takewhile(lambda each: not parts(each[1]), ahead)
        opening = [each.text for _, each in until if each.kind != "code"]
        if heading.startswith("# "):
            asked = [text for text in prose if re.fullmatch(r"\*\*.*\?\*\*", text)][:1]
            self.used |= {place for place, each in ahead if each.cell is block.cell}
            self._add("title", "\n\n".join([heading, *asked]), kind, notes)
        elif heading.startswith(LEFT_OUT):
            self.used |= {place for place, each in ahead if each.kind != "code"}
        elif heading in LISTED:
            self._listed(heading, ahead, notes)
        elif heading == "## Exercises":
            self._exercises(heading, notes)
        elif not self._played(heading, ahead, notes):
            kind = "subslide" if heading.startswith("###") else kind
            opened = "\n\n".join([heading, *opening])
            self._add("head", self._opened(heading), kind, opened)

    def _played(self, heading: str, ahead: list[tuple[int, Block]], notes: str) -> bool:
        """Make one slide of a heading, tasks and the live figure behind them; tell whether."""
        live = next((n for n, each in ahead if live_in(each)), None)
        before = [each for n, each in ahead if live is not None and n < live]
        if live is None or {each.kind for each in before} - {"text"} != {"list"}:
            return False
        said = [text for each in before if (text := told(each))]
        shown = f"### {self._section()}" if heading in GENERIC else heading
        top = [shown, *(shortened(text, LEAD) for text in said[:1])]
        tasks = next(each.text for each in before if each.kind == "list")
        self._live("\n\n".join(top), tasks, live_in(self.blocks[live]), notes)
        self.used |= {n for n, _ in ahead if n <= live}
        return True

    def _live(self, top: str, tasks: str, live: LiveFigure, notes: str = "") -> None:
        """Make a slide of a live figure: each task, then its answer; notes say what to show."""
        of = tried(self.page, tasks)
        said = "\n\n".join(filter(None, [notes, spoken(of) if of else ""]))
        answers = found(of) if of else []
        short = playground(top, tasks, live, answers, brief=True) if all(answers) else ""
        self._add("live", playground(top, tasks, live, answers), notes=said, short=short)

    def _opened(self, heading: str) -> str:
        """Return a heading with the idea under it, if one stands there before anything else.

        What stands in brackets before it answers the question of the section before.
        """
        until = ("heading", "question", "code", "list", "table")
        for place, each in self._ahead(until):
            if each.text.startswith("(") or not told(each):
                continue
            if idea := grounded(sentences(told(each)), room=len(each.text)):
                self.used.add(place)
                return (
                    heading
                    + "\n\n"
                    + shortened(idea, IDEA - words(heading), WORDS - words(heading))
                )
        return heading

    def _code(self, block: Block) -> None:
        live = live_in(block)
        if "slide" in tags(block.cell):
            shown = f"```python\n{block.text}\n```\n\n{picture(block.cell)}"
            self._add("whole", shown, notes=self._around(), heading=self._title(block))
            return
        if live:
            around = self._around()
            self._live(f"### {self._above_live(block)}", self._tasks(), live, around)
            return
        self._core(block, "alone")
        if picture(block.cell) and not self._found():
            self.seen.add(block.cell.id)
            self._figure(block)

    def _found(self) -> bool:
        """Tell whether the picture here opens the page, and a live one follows, to find it by."""
        opens = not any(each.text.startswith("## ") for each in self.blocks[: self.place])
        return opens and any(live_in(each) for _, each in self._ahead())

    def _tasks(self) -> str:
        """Return what to try with the live figure here, and mark it as used."""
        ahead = self._ahead(("heading", "question", "code"))
        for n, each in ahead:
            if each.text.startswith(TRIES):
                self.used.add(n)
                if said := re.sub(r"^\*\*Try this:?\*\*:?\s*", "", each.text):
                    return said[0].upper() + said[1:]
                if (n + 1, "list") in [(m, block.kind) for m, block in ahead]:
                    self.used.add(n + 1)
                    return self.blocks[n + 1].text
        return ""

    def _formula(self, block: Block) -> None:
        lead = self._lead()
        text = "\n\n".join([shortened(lead, WORDS), block.text] if lead else [block.text])
        self._add("formula", text, heading=self._title(block))

    def _list(self, block: Block) -> None:
        lead = self._lead()
        items = re.split(r"\n(?=- |\d+\. )", block.text)
        for text in listed(lead if words(lead) < LISTS else "", items):
            self._add("list", text, heading=self._title(block))

    def _table(self, block: Block) -> None:
        lead, (head, line, *rows) = self._lead(), block.text.splitlines()
        top = [shortened(lead, 25)] if lead else []
        here: list[str] = []
        parts = []
        for row in rows:
            if here and words("\n".join([*top, head, *here, row])) > WORDS:
                parts, here = [*parts, here], []
            here.append(row)
        for part in [*parts, here]:
            text = "\n\n".join([*top, "\n".join([head, line, *part])])
            self._add("table", text, heading=self._title(block))

    def _text(self, block: Block) -> None:
        """Leave out prose that is neither idea nor answer; the notes hold it."""

    def _fence(self, block: Block) -> None:
        self._add("fence", block.text)

    def _whole(self, block: Block) -> None:
        self._add("whole", block.text, "slide")


@functools.lru_cache(64)  # slides, plans, notes and the guide ask again
def of_page(page: Page) -> Deck:
    """Return the slides of a page with the figures that stand on it, made once."""
    return Deck(page, {})
