"""Turn the blocks of a page into slides: what is shown, in which order, and in which steps."""

import html
import re

from nbformat import NotebookNode

from .enlarged import title as title_of
from .live_html import alive, figure
from .page import Page, tags
from .slide_parts import (
    IDEA,
    WORDS,
    Block,
    blocks,
    chosen_code,
    portions,
    sentences,
    shortened,
    words,
)

LEFT_OUT = ("## Explorer", "## References")
LISTED = ("## You will", "## Recap")
PRINTED = 10, 80  # lines and letters of printed text that a slide can hold
ANSWER = FINDING = LEAD = 30  # words of an answer, of a figure's heading, of what leads up


def picture(cell: NotebookNode, drawn: list[str] | None = None) -> str:
    """Return the figures of a cell as HTML, each with its description; a live one alive.

    Enlarged figures take the place of those of the page, if they are as many.
    """
    live = figure(cell)
    shown = alive(live) if live else ""
    pictures = [out for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]
    enlarged = drawn if drawn and len(drawn) == len(pictures) else [None] * len(pictures)
    for output, larger in zip(pictures, enlarged, strict=True):
        text = html.escape(output.metadata["image/png"].get("alt", ""))
        data = (larger or output.data["image/png"]).replace("\n", "")
        shown += f'<img src="data:image/png;base64,{data}" alt="{text}">\n'
    return shown


def printed(cell: NotebookNode) -> str:
    """Return what a cell prints as a block of code, if a slide can hold it."""
    text = "".join(out.text for out in cell.get("outputs", []) if out.output_type == "stream")
    lines = text.strip("\n").splitlines()
    if not lines or len(lines) > PRINTED[0] or max(map(len, lines)) > PRINTED[1]:
        return ""
    return "```\n" + "\n".join(lines) + "\n```"


def step(text: str, order: int = 0) -> str:
    """Return Markdown that appears at a step of its slide."""
    return f'<div class="fragment" data-fragment-index="{order}">\n\n{text}\n\n</div>'


def told(block: Block) -> str:
    """Return what prose says, without a last sentence that leads up to something, and brackets."""
    if block.kind != "text" or block.text.startswith("**Try this"):
        return ""
    said = sentences(block.text)
    said = said if re.search(r"[.?!][)*\"]*$", said[-1]) else said[:-1]
    return re.sub(r"^\((.*)\)$", r"\1", " ".join(said))


def shows(block: Block) -> bool:
    """Tell whether a block is code whose figure or printed text a slide can hold."""
    if block.kind != "code" or {"check", "exercise", "slide"} & set(tags(block.cell)):
        return False
    outputs = block.cell.get("outputs", [])
    drawn = any("image/png" in output.get("data", {}) for output in outputs)
    return drawn or bool(printed(block.cell))


class Deck:
    """The slides of one page, as they are made from its blocks."""

    def __init__(self, page: Page, drawn: dict[str, list[str]]):
        self.blocks, self.code, self.drawn = blocks(page), chosen_code(page), drawn
        self.made: list[tuple[str, str]] = []
        self.used: set[int] = set()  # places of blocks that an earlier slide has shown
        self.place = 0

    def slides(self) -> list[tuple[str, str]]:
        """Return all slides as (type, Markdown)."""
        for place, block in enumerate(self.blocks):
            self.place = place
            if place not in self.used:
                getattr(self, f"_{block.kind}")(block)
        return self.made

    def _add(self, text: str, kind: str = "subslide") -> None:
        self.made.append((kind, text))

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
        if before is None or before.kind != "text" or before.text.startswith("**Try this"):
            return ""
        return re.sub(r":$", ".", sentences(before.text)[-1])

    def _heading(self, block: Block) -> None:
        heading, ahead = block.text, self._ahead()
        prose = [each.text for _, each in ahead if each.kind != "code"]
        if heading.startswith("# "):
            asked = [text for text in prose if re.fullmatch(r"\*\*.*\?\*\*", text)][:1]
            self.used |= {place for place, each in ahead if each.cell is block.cell}
            shown = ["\n\n".join([heading, *asked])]
        elif heading.startswith(LEFT_OUT):
            self.used |= {place for place, each in ahead if each.kind != "code"}
            return
        elif heading in LISTED:
            shown = self._listed(heading, ahead)
        elif heading == "## Exercises":
            shown = self._exercises(heading)
        else:
            shown = [self._opened(heading)]
        self._add(shown[0], "subslide" if heading.startswith("###") else "slide")
        self._add("\n\n".join([heading, *prose]), "notes")
        for text in shown[1:]:
            self._add(text)

    def _opened(self, heading: str) -> str:
        """Return a heading with the idea under it, if one stands there before question and code.

        What stands in brackets before it answers the question of the section before.
        """
        for place, each in self._ahead(("heading", "question", "code")):
            if (idea := told(each)) and not each.text.startswith("("):
                self.used.add(place)
                return heading + "\n\n" + shortened(idea, IDEA - words(heading))
        return heading

    def _listed(self, heading: str, ahead: list[tuple[int, Block]]) -> list[str]:
        items = [each.text for _, each in ahead if each.kind == "list"]
        self.used |= {place for place, each in ahead if each.kind != "code"}
        shown = portions(heading, [line for text in items for line in text.splitlines()])
        said = [each.text for _, each in ahead if each.text == "You"]
        first = "\n\n".join([heading, *said, shown[0].removeprefix(heading).strip()])
        return [first, *shown[1:]]

    def _exercises(self, heading: str) -> list[str]:
        """Return the list of exercises, and the text of each."""
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
        shown = portions(heading, [title.replace("### ", "- ") for title in texts])
        for title, said in texts.items():
            prose = all(each.kind == "text" for each in said)
            parts = [sentences(each.text) if prose else [each.text] for each in said]
            shown += portions(title, sum(parts, []), " " if prose else "\n\n")
        return shown

    def _question(self, block: Block) -> None:
        """Make a slide of a question: then what the page shows, then the answer, as steps."""
        ahead = self._ahead(("heading", "question"))
        result = self._result(ahead)
        reply = self._reply(ahead, result)
        last = max(n if n is not None else -1 for n in (result, reply))
        for n, each in ahead:
            if n > last or (n != result and each.kind == "code" and shows(each)):
                continue
            if each.kind == "code" and n not in self.used:
                self._core(n, each)
            if each.kind in ("code", "text"):
                self.used.add(n)
        shown = [block.text]
        if reply is not None:
            free = min(WORDS - words(block.text), ANSWER)
            answer = shortened(told(self.blocks[reply]), free)
            shown.append(step("### " + answer, 0 if result is None else 1))
        if result is not None:
            cell = self.blocks[result].cell
            shown.append(step(picture(cell, self.drawn.get(cell.id)) or printed(cell)))
        self._add("\n\n".join(shown))

    def _result(self, ahead: list[tuple[int, Block]]) -> int | None:
        """Return where the result of a question stands; None if prose answers it at once."""
        for n, each in ahead:
            if shows(each):
                return n
            if n == self.place + 1 and told(each):
                return None
        return None

    def _reply(self, ahead: list[tuple[int, Block]], result: int | None) -> int | None:
        """Return where the answer stands; None if a live figure gives it, or nothing does."""
        live = any(each.kind == "code" and figure(each.cell) for _, each in ahead)
        for n, each in ahead:
            if each.kind == "code" and figure(each.cell):
                return None
            if (result is None or n > result) and told(each):
                return None if live and n == self.place + 1 else n
        return None

    def _code(self, block: Block) -> None:
        if "slide" in tags(block.cell):
            self._add(f"```python\n{block.text}\n```\n\n{picture(block.cell)}", "slide")
            return
        self._core(self.place, block)
        shown = picture(block.cell, self.drawn.get(block.cell.id))
        if shown and figure(block.cell):
            lead = self._lead()
            self._add(f"### {lead}\n\n{shown}" if lead and words(lead) <= LEAD else shown)
        elif shown:
            self._add(f"### {self._finding(block)}\n\n{shown}")

    def _finding(self, block: Block) -> str:
        """Return what a figure shows: its title, the sentence after or before it, or its words."""
        if found := title_of(block.text):
            return shortened(found, FINDING)
        after = [each for n, each in self._ahead(("heading", "question")) if n not in self.used]
        said = [text for each in after if (text := told(each))]
        return shortened(said[0] if said else self._lead() or block.cell.metadata["alt"], FINDING)

    def _core(self, place: int, block: Block) -> None:
        """Show the code of a section, under the words that lead up to it."""
        if block.cell.id not in self.code or "slide" in tags(block.cell):
            return
        before = self.blocks[place - 1]
        leads = before.kind == "text" and before.text.endswith(":")
        lead = sentences(before.text)[-1].rstrip(":") if leads else ""
        heading = lead if lead and words(lead) <= LEAD else "In code"
        self._add(f"### {heading}\n\n```python\n{self.code[block.cell.id]}\n```")

    def _formula(self, block: Block) -> None:
        lead = self._lead()
        self._add("\n\n".join([shortened(lead, WORDS), block.text] if lead else [block.text]))

    def _list(self, block: Block) -> None:
        lead = self._lead()
        items = re.split(r"\n(?=- |\d+\. )", block.text)
        heading = (
            "### Try this"
            if self._tries()
            else (f"### {lead}" if lead and words(lead) < 25 else "")
        )
        for text in portions(heading, items):
            self._add(text)

    def _tries(self) -> bool:
        return bool(self.place) and self.blocks[self.place - 1].text.startswith("**Try this")

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
            self._add("\n\n".join([*top, "\n".join([head, line, *part])]))

    def _text(self, block: Block) -> None:
        """Leave out prose that is neither idea nor answer; the notes hold it."""

    def _fence(self, block: Block) -> None:
        self._add(block.text)

    def _whole(self, block: Block) -> None:
        self._add(block.text, "slide")
