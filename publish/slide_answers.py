"""Where the answer to a question stands on its page, what shows it, and what it says."""

import re
from dataclasses import dataclass

from .slide_parts import Block, sentences, shortened, words
from .slide_shows import draws, labelled, live_in, picture, printed, prints, shows, told
from .slide_walk import Ahead, Walk

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


@dataclass(frozen=True)
class Found:
    """Where the answer to a question stands: what shows it, its words, and the last of these.

    Places are those of blocks; words are None where a live figure gives the answer, or nothing.
    """

    shown: tuple[int, ...]
    words: int | None
    last: int


def answer_to(blocks: list[Block], ahead: Ahead) -> Found:
    """Return where the answer to a question stands, among the blocks ahead of it.

    It is shown by a table right behind the words about a figure, or by what comes first, a figure
    or printed text, and what is printed from there to the words.
    """
    at_once = ahead and told(ahead[0][1])  # prose answers, and needs nothing shown
    first = None if at_once else next((n for n, each in ahead if shows(each)), None)
    reply = _words(blocks, ahead, first)
    last = max(-1 if n is None else n for n in (first, reply))
    if first is None:
        return Found((), reply, last)
    if reply and draws(blocks[first]) and [b.kind for n, b in ahead if n == reply + 1] == ["table"]:
        return Found((reply + 1,), reply, last)
    between = (n for n, each in ahead if first < n < (reply or first) and prints(each))
    return Found((first, *between), reply, last)


def _words(blocks: list[Block], ahead: Ahead, result: int | None) -> int | None:
    """Return where the words of an answer stand; None if a live figure gives it, or nothing does.

    A definition is no answer if more is said behind what is printed then.
    """
    live = any(live_in(each) for _, each in ahead)
    found = None
    for n, each in ahead:
        if live_in(each):
            return found
        if (result is None or n > result) and said_in(each):
            if live and n == ahead[0][0]:
                return None
            if found is None or prints(blocks[n - 1]):
                found = n
            if not DEFINES.search(blocks[found].text):
                break
    return found


def said_in(block: Block) -> str:
    """Return what a paragraph says as an answer: no question, and not how a figure is drawn."""
    said = told(block)
    if not said or sentences(said)[0].endswith("?"):
        return ""
    kept = [each for each in sentences(said) if not LEGEND.match(each)]
    return " ".join(kept) or said


def shown_at(walk: Walk, places: tuple[int, ...]) -> str:
    """Return figure, printed text or table at some places as Markdown."""
    blocks = [walk.blocks[n] for n in places]
    cells = [each.cell for each in blocks if each.kind == "code"]
    if not cells:
        return "\n\n".join(each.text for each in blocks)
    drawn = picture(cells[0], walk.drawn.get(cells[0].id))
    said = printed(*cells)
    coded = any(cell.id in walk.code for cell in cells)
    if not (coded or labelled(said)) or (drawn and said.count("\n") > BESIDE + 1):
        said = ""
    return f"{drawn}\n\n{said}".strip()


def answer(blocks: list[Block], asked: str, reply: int, ahead: Ahead, room: int) -> str:
    """Return the answer at a place in as many words as there is room for.

    Where a second question is asked, and the answer does not take it up, what is said about it
    further on follows.
    """
    said = said_in(blocks[reply])
    short, (_, *others) = shortened(said, room), asks(asked)
    if not others:
        return short
    before = asked.replace(others[-1], "")
    new = content(others[-1]) - content(before)
    taken_up = (content(others[-1], 4) - content(before, 4)) & content(short, 4)
    later = [told(each) for n, each in ahead if n >= reply]
    known = [each for text in later if text for each in sentences(text)]
    more = next((each for each in known if new & content(each)), "")
    whole = f"{sentences(said)[0]} {more}"
    return short if taken_up or not more or words(whole) > room else whole
