"""Turn the blocks of a page into slides: what is shown, in which order, and in which steps."""

import re

from .enlarged import title as title_of
from .page import Page, tags
from .slide_parts import (
    IDEA,
    WORDS,
    Block,
    blocks,
    chosen_code,
    listed,
    portions,
    sentences,
    shortened,
    standing,
    words,
)
from .slide_shows import (
    TRIES,
    draws,
    live_in,
    picture,
    playground,
    printed,
    prints,
    shows,
    step,
    told,
)
from .slide_steps import IN_CODE, Slide, in_time, joined

LEFT_OUT = ("## Explorer", "## References")
LISTED = ("## You will", "## Recap")
ANSWER = FINDING = LEAD = 30  # words of an answer, of a figure's heading, of what leads up
BESIDE = 3  # printed lines under a figure
PLAYING = 15  # of the heading of a live figure
GOALS = 95  # of "You will", and of the recap
DEFINES = re.compile(r"\b(is|are)( called)? (the |a |an )?\*\*")
LEGEND = re.compile(  # how a sentence begins that says how a figure is drawn
    r"\(?((Grey|White|Black|Dashed|Shaded|Dots?|A dot|The dashed line|The axis) (is|are|begins)\b"
    r"|Left of the line|Percent of|The network:|\*[\w ]+\* \((solid|dashed)\))"
)
CONTENT = re.compile(r"[A-Za-z]{4,}")  # the words by which an answer takes up its question


class Deck:
    """The slides of one page, as they are made from its blocks."""

    def __init__(self, page: Page, drawn: dict[str, list[str]]):
        self.blocks, self.code, self.drawn = blocks(page), chosen_code(page), drawn
        self.made: list[Slide] = []
        self.used: set[int] = set()  # places of blocks that an earlier slide has shown
        self.place = 0
        self.open = ""  # a question that is answered together with the next one

    def slides(self) -> list[tuple[str, str]]:
        """Return all slides as (type, Markdown), and the notes of a slide behind it."""
        found = []
        for each in self.steps():
            found += [(each.kind, each.text), *([("notes", each.notes)] if each.notes else [])]
        return found

    def steps(self) -> list[Slide]:
        """Return all slides, joined and in time."""
        for place, block in enumerate(self.blocks):
            self.place = place
            if place not in self.used:
                getattr(self, f"_{block.kind}")(block)
        return in_time(joined(self.made))

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

    def _heading(self, block: Block) -> None:
        heading, ahead = block.text, self._ahead()
        prose = [each.text for _, each in ahead if each.kind != "code"]
        kind, notes = "slide", "\n\n".join([heading, *prose])
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
            self._add("head", self._opened(heading), kind, notes)

    def _played(self, heading: str, ahead: list[tuple[int, Block]], notes: str) -> bool:
        """Make one slide of a heading, tasks and the live figure behind them; tell whether."""
        live = next((n for n, each in ahead if live_in(each)), None)
        before = [each for n, each in ahead if live is not None and n < live]
        if live is None or {each.kind for each in before} - {"text"} != {"list"}:
            return False
        said = [text for each in before if (text := told(each))]
        top = [heading, *(shortened(text, LEAD) for text in said[:1])]
        tasks = next(each.text for each in before if each.kind == "list")
        self._add(
            "live", playground("\n\n".join(top), tasks, live_in(self.blocks[live])), notes=notes
        )
        self.used |= {n for n, _ in ahead if n <= live}
        return True

    def _opened(self, heading: str) -> str:
        """Return a heading with the idea under it, if one stands there before anything else.

        What stands in brackets before it answers the question of the section before.
        """
        until = ("heading", "question", "code", "list", "table")
        for place, each in self._ahead(until):
            if (idea := told(each)) and not each.text.startswith("("):
                self.used.add(place)
                return heading + "\n\n" + shortened(idea, IDEA - words(heading))
        return heading

    def _listed(self, heading: str, ahead: list[tuple[int, Block]], notes: str) -> None:
        items = [line for _, e in ahead if e.kind == "list" for line in e.text.splitlines()]
        self.used |= {place for place, each in ahead if each.kind != "code"}
        first, *more = portions(heading, items, limit=GOALS)
        said = [each.text for _, each in ahead if each.text == "You"]
        text = "\n\n".join([heading, *said, first.removeprefix(heading).strip()])
        self._add("goals", text, "slide", notes)
        for text in more:
            self._add("goals", text)

    def _exercises(self, heading: str, notes: str) -> None:
        """Add the list of exercises, and the text of each, as an appendix."""
        texts: dict[str, list[Block]] = {}
        for place in range(self.place + 1, len(self.blocks)):
            each = self.blocks[place]
            if each.text.startswith("## "):
                break
            self.used.add(place)
            if re.match(r"### \d · ", each.text):
                texts[each.text] = []
            elif each.kind not in ("code", "heading") and texts:
                texts[list(texts)[-1]].append(each)
        (shown,) = portions(heading, [title.replace("### ", "- ") for title in texts])
        self._add("goals", shown + "\n\nTheir texts follow as an appendix.", "slide", notes)
        for title, said in texts.items():
            prose = all(each.kind == "text" for each in said)
            parts = [sentences(each.text) if prose else [each.text] for each in said]
            for text in portions(title, sum(parts, []), " " if prose else "\n\n"):
                self._add("exercise", text)

    def _question(self, block: Block) -> None:
        """Make a slide of a question: then what the page shows, then the answer, as steps."""
        ahead = self._ahead(("heading", "question"))
        first = self._result(ahead)
        reply = self._reply(ahead, first)
        asked, self.open = "\n\n".join(filter(None, [self.open, block.text])), ""
        if first is None and reply is None and self._goes_on(ahead):
            self.open = asked
            return
        last = max(n if n is not None else -1 for n in (first, reply))
        results = self._results(ahead, first, reply)
        for n, each in ahead:
            if n > last or (n not in results and shows(each)):
                continue
            if each.kind == "code" and n not in self.used:
                self._core(n, each)
            elif each.kind == "text" and DEFINES.search(each.text) and n != reply:
                self._add("text", shortened(told(each), ANSWER))
            if each.kind in ("code", "text"):
                self.used.add(n)
        if re.search(r"\b(first|second|last|next) (row|column)\b", block.text):
            asked = "\n\n".join(filter(None, [self._table_before(), asked]))
        result, drawn = self._shown(results)
        answer = (
            shortened(self._said(reply), min(WORDS - words(asked + result), ANSWER))
            if reply
            else ""
        )
        shown = [asked, step("### " + answer, 1 if drawn else 0)] if answer else [asked]
        self._add("question", "\n\n".join([*shown, step(result)] if result else shown))

    def _table_before(self) -> str:
        """Return the table about which a question asks, and take away its slide."""
        before = [block for block in self.blocks[: self.place] if block.kind == "table"]
        if not before:
            return ""
        of_it = [each for each in self.made[-3:] if each.role == "table"]
        self.made = [each for each in self.made if each not in of_it]
        return of_it[0].text if len(of_it) == 1 else before[-1].text

    def _goes_on(self, ahead: list[tuple[int, Block]]) -> bool:
        """Tell whether the next question follows in the same section, and no live figure before."""
        behind = ahead[-1][0] + 1 if ahead else self.place + 1
        follows = behind < len(self.blocks) and self.blocks[behind].kind == "question"
        return follows and not any(live_in(each) for _, each in ahead)

    def _results(
        self, ahead: list[tuple[int, Block]], first: int | None, reply: int | None
    ) -> list[int]:
        """Return the places of what shows the answer.

        This is a table right behind the answer to a figure, or what comes first, a figure or
        printed text, and what is printed from there to the answer.
        """
        if first is None:
            return []
        if (
            reply
            and draws(self.blocks[first])
            and (reply + 1, "table") in [(n, each.kind) for n, each in ahead]
        ):
            self.used.add(reply + 1)
            return [reply + 1]
        between = [n for n, each in ahead if first < n < (reply or first) and prints(each)]
        return [first, *between]

    def _shown(self, places: list[int]) -> tuple[str, bool]:
        """Return figure, printed text or table as Markdown, and whether it comes by itself."""
        cells = [self.blocks[n].cell for n in places if self.blocks[n].kind == "code"]
        if not cells:
            return "\n\n".join(self.blocks[n].text for n in places), bool(places)
        drawn = picture(cells[0], self.drawn.get(cells[0].id))
        said = printed(*cells)
        said = "" if drawn and said.count("\n") > BESIDE + 1 else said
        return "\n\n".join([drawn, said]).strip(), bool(drawn)

    def _said(self, place: int) -> str:
        """Return what a paragraph says as an answer: no question, and not how a figure is drawn.

        A sentence that a formula ends is taken without the formula.
        """
        block = self.blocks[place]
        follows = self.blocks[place + 1].kind if place + 1 < len(self.blocks) else ""
        text = block.text
        if not told(block) and text.endswith(",") and follows == "formula":
            text = text.removesuffix(",") + "."
        said = told(Block(block.kind, text))
        if not said or sentences(said)[0].endswith("?"):
            return ""
        kept = [each for each in sentences(said) if not LEGEND.match(each)]
        return " ".join(kept) or said

    def _result(self, ahead: list[tuple[int, Block]]) -> int | None:
        """Return where the result of a question stands; None if prose answers it at once.

        So it does behind the question, and later if it takes up words of the question.
        """
        asked = set(CONTENT.findall(self.blocks[self.place].text))
        for n, each in ahead:
            if shows(each):
                return n
            shared = asked & set(CONTENT.findall(told(each)))
            if told(each) and (n == self.place + 1 or len(shared) > 2):
                return None
        return None

    def _reply(self, ahead: list[tuple[int, Block]], result: int | None) -> int | None:
        """Return where the answer stands; None if a live figure gives it, or nothing does.

        A definition is no answer if more is said behind what is printed then.
        """
        live = any(live_in(each) for _, each in ahead)
        found = None
        for n, each in ahead:
            if live_in(each):
                return found
            if (result is None or n > result) and self._said(n):
                if live and n == self.place + 1:
                    return None
                if found is None or prints(self.blocks[n - 1]):
                    found = n
                if not DEFINES.search(self.blocks[found].text):
                    break
        return found

    def _code(self, block: Block) -> None:
        live = live_in(block)
        if "slide" in tags(block.cell):
            self._add("whole", f"```python\n{block.text}\n```\n\n{picture(block.cell)}", "slide")
            return
        if live:
            lead = self._lead()
            top = f"### {lead}" if lead and words(lead) <= PLAYING else "### Try it"
            self._add("live", playground(top, self._tasks(), live))
            return
        self._core(self.place, block)
        if shown := picture(block.cell, self.drawn.get(block.cell.id)):
            self._add("figure", f"### {self._finding(block)}\n\n{shown}")

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

    def _finding(self, block: Block) -> str:
        """Return what a figure shows: its title, the sentence after or before it, or its words.

        What is said behind the next figure is about that one.
        """
        if found := title_of(block.text):
            return shortened(found, FINDING)
        said = ""
        for n, each in self._ahead(("heading", "question")):
            if said or draws(each):
                break
            leads = n + 1 < len(self.blocks) and live_in(self.blocks[n + 1])
            said = told(each) if n not in self.used and not leads else ""
        lead = self._lead()
        lead = lead if words(lead) >= 4 else sentences(block.cell.metadata["alt"])[0]
        return shortened(said or lead, FINDING)

    def _core(self, place: int, block: Block) -> None:
        """Show the code of a section, under the words that lead up to it."""
        if block.cell.id not in self.code or "slide" in tags(block.cell):
            return
        before = self.blocks[place - 1]
        leads = before.kind == "text" and before.text.endswith(":")
        lead = "".join(standing(sentences(before.text)[-1:])).rstrip(":") if leads else ""
        heading = f"### {lead}\n\n" if lead and words(lead) <= LEAD else IN_CODE
        self._add("code", f"{heading}```python\n{self.code[block.cell.id]}\n```")

    def _formula(self, block: Block) -> None:
        lead = self._lead()
        self._add(
            "formula", "\n\n".join([shortened(lead, WORDS), block.text] if lead else [block.text])
        )

    def _list(self, block: Block) -> None:
        lead = self._lead()
        items = re.split(r"\n(?=- |\d+\. )", block.text)
        heading = f"### {lead}" if lead and words(lead) < 25 else ""
        for text in listed(heading, items):
            self._add("list", text)

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
            self._add("table", "\n\n".join([*top, "\n".join([head, line, *part])]))

    def _text(self, block: Block) -> None:
        """Leave out prose that is neither idea nor answer; the notes hold it."""

    def _fence(self, block: Block) -> None:
        self._add("fence", block.text)

    def _whole(self, block: Block) -> None:
        self._add("whole", block.text, "slide")
