"""Where the answer to a question stands on its page, what shows it, and what it says."""

import re

from .slide_leads import Leads
from .slide_parts import Block, sentences, shortened, words
from .slide_shows import draws, labelled, live_in, picture, printed, prints, shows, told

BESIDE = 3  # printed lines under a figure
DEFINES = re.compile(r"\b(is|are)( called)? (the |a |an )?\*\*")
LEGEND = re.compile(  # how a sentence begins that says how a figure is drawn
    r"\(?((Grey|White|Black|Dashed|Shaded|Dots?|A dot|The dashed line|The axis) (is|are|begins)\b"
    r"|Left of the line|Percent of|The network:|\*[\w ]+\* \((solid|dashed)\))"
)
CONTENT = re.compile(r"[A-Za-z]{4,}")  # the words by which an answer takes up its question
ASKING_WORDS = {"what", "which", "many", "does", "with", "that", "this", "when", "from", "will"}


def asks(text: str) -> list[str]:
    """Return the questions of a block, and what stands before the first with it.

    >>> asks("> **Before you run:** how many? And when?")
    ['> **Before you run:** how many?', 'And when?']
    """
    found = [each for each in sentences(text) if each.endswith("?")]
    return found or [text]


def content(text: str, letters: int | None = None) -> set[str]:
    """Return the words by which an answer takes up its question, or how these begin.

    >>> sorted(content("What fires when shuffled?")), sorted(content("It fires.", 4))
    (['fires', 'shuffled'], ['fire'])
    """
    found = {each.lower() for each in CONTENT.findall(text)} - ASKING_WORDS
    return {each[:letters] for each in found}


class Answers(Leads):
    """A walk that finds answers."""

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

    def _shown(self, places: list[int]) -> tuple[str, bool]:
        """Return figure, printed text or table as Markdown, and whether it comes by itself."""
        cells = [self.blocks[n].cell for n in places if self.blocks[n].kind == "code"]
        if not cells:
            return "\n\n".join(self.blocks[n].text for n in places), bool(places)
        self.asked |= {cell.id for cell in cells}
        drawn = picture(cells[0], self.drawn.get(cells[0].id))
        said = printed(*cells)
        alone = not any(cell.id in self.code for cell in cells)
        said = "" if alone and not labelled(said) else said
        said = "" if drawn and said.count("\n") > BESIDE + 1 else said
        return "\n\n".join([drawn, said]).strip(), bool(drawn)

    def _answer(self, ahead: list[tuple[int, Block]], reply: int, room: int) -> str:
        """Return an answer in as many words as there is room for.

        Where a second question is asked, and the answer does not take it up, what is said about it
        further on follows.
        """
        said = self._said(reply)
        _, *others = asks(self.blocks[self.place].text)
        if not others:
            return shortened(said, room)
        asked = self.blocks[self.place].text.replace(others[-1], "")
        new = content(others[-1]) - content(asked)
        short = shortened(said, room)
        taken_up = (content(others[-1], 4) - content(asked, 4)) & content(short, 4)
        later = [told(each) for n, each in ahead if n >= reply]
        known = [each for text in later if text for each in sentences(text)]
        more = next((each for each in known if new & content(each)), "")
        whole = f"{sentences(said)[0]} {more}"
        return short if taken_up or not more or words(whole) > room else whole
