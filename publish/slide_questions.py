"""Slides of questions: what the page shows then comes as a step, and so does the answer."""

import ast
import re
from dataclasses import replace

from .code_names import defined, names
from .page import tags
from .slide_answers import DEFINES, Answers
from .slide_opening import grounded
from .slide_parts import WORDS, Block, sentences, shortened, words
from .slide_shows import asked_about, live_in, shows, step, told, under
from .slide_talk import ANSWER

IN_TABLE = 5  # words more on a slide whose question stands under a table, most of them its heads


def fills(result: str) -> bool:
    """Tell whether a result takes the whole slide below its question: a figure or a table."""
    return "<img" in result or result.startswith("|")


def room_for_answer(asked: str, result: str) -> int:
    """Return how many words an answer may have; above a figure it takes its question's place."""
    room = WORDS + IN_TABLE * ("|---" in asked) - words(result)
    return room if fills(result) else room - words(asked)


def whole(above: str, asked: str, answer: str, result: str, drawn: bool) -> str:
    """Return a question under what stands above it; result and answer come as steps."""
    if fills(result):
        return under(above, asked_about(asked, answer, result))
    parts = [step("### " + answer, 1 if drawn else 0)] if answer else []
    parts += [step(result)] if result else []
    return "\n\n".join(filter(None, [above, asked, *parts]))


class Questions(Answers):
    """A walk that makes slides of questions."""

    def _question(self, block: Block) -> None:
        """Make a slide of a question: then what the page shows, then the answer, as steps."""
        ahead = self._ahead(("heading", "question"))
        first = self._result(ahead)
        reply = self._reply(ahead, first)
        leading = self._leading()
        asked, self.open = "\n\n".join(filter(None, [self.open, block.text])), ""
        if first is None and reply is None and self._goes_on(ahead):
            self.open = asked
            return
        self._ask_about_code(ahead)
        last = max(n if n is not None else -1 for n in (first, reply))
        results = self._results(ahead, first, reply)
        before = len(self.made)
        self._lead_up(ahead, last, results, reply)
        leading = self._above_code(before, leading)
        if re.search(r"\b(first|second|last|next) (row|column)\b", block.text):
            asked = "\n\n".join(filter(None, [self._table_before(), asked]))
        shown_code = self._code_asked_about(block.text, ahead)
        result, drawn = self._shown(results)
        room = min(room_for_answer(asked, result), ANSWER)
        answer = self._answer(ahead, reply, room) if reply else ""
        notes = self._around(max(last, self.place))
        led = "\n\n".join(filter(None, [leading, shown_code]))
        free = WORDS - words(led) - words(asked)
        if led and reply and not fills(result) and words(answer) > free:
            brief = self._answer(ahead, reply, free)
            answer = answer if brief.endswith("…") else brief
        fits = fills(result) or words(answer) <= free
        seen = asked, answer, result, drawn
        short = whole(shown_code, *seen) if leading and fits else ""
        above = led if fits else shown_code
        text, heading = whole(above, *seen), self._title(block)
        self._add("question", text, notes=notes, short=short, heading=heading)

    def _above_code(self, place: int, leading: str) -> str:
        """Put what leads up to code above it, if that is the slide at a place; return the rest."""
        made = self.made[place] if place < len(self.made) else None
        if not leading or made is None or made.role != "code":
            return leading
        self.made[place] = replace(made, text=f"{leading}\n\n{made.text}", short=made.text)
        return ""

    def _lead_up(
        self, ahead: list[tuple[int, Block]], last: int, results: list[int], reply: int | None
    ) -> None:
        """Add slides of the code and the definitions between a question and its answer."""
        for n, each in ahead:
            if n > last or (n not in results and shows(each)):
                continue
            if each.kind == "code" and n not in self.used:
                self._core(each)
            elif each.kind == "text" and DEFINES.search(each.text) and n != reply:
                said = grounded(sentences(told(each)))
                if said:
                    self._add("text", shortened(said, ANSWER), heading=self._title(each))
            if each.kind in ("code", "text"):
                self.used.add(n)

    def _ask_about_code(self, ahead: list[tuple[int, Block]]) -> None:
        """Mark code on the slide before as what the question is about, if what follows uses it."""
        if not self.made or self.made[-1].role != "alone" or self.last_code is None:
            return
        given = defined(ast.parse(self.last_code.source))
        cells = [each.cell for _, each in ahead if each.kind == "code"]
        plain = [cell for cell in cells if not {"check", "exercise"} & set(tags(cell))]
        if any(given & names(ast.parse(cell.source)) for cell in plain):
            self.made[-1] = replace(self.made[-1], role="code")

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
