"""Slides of live figures: a heading, the figure, and in turn what to try with it and what comes."""

import re

from snn_core.teaching.live import LiveFigure

from .labs import spoken
from .slide_parts import Block, shortened, stacked
from .slide_shows import TRIES, live_in, playground, told
from .slide_talk import found, tried
from .slide_walk import GENERIC, LEAD, Walk, ahead_of, around, title_at

ENTRY = re.compile(r"\*\*.*\?\*\*")  # the question of the page


def live(walk: Walk, place: int, shown: LiveFigure) -> None:
    """Make a slide of a live figure under a heading, with the tasks behind it."""
    tasks, used = _tasks(walk.blocks, place)
    walk.used |= used
    top = f"### {_above(walk, place)}"
    _add(walk, top, tasks, shown, around(walk.blocks, place))


def played(walk: Walk, place: int, notes: str) -> bool:
    """Make one slide of a heading, tasks and the live figure behind them; tell whether."""
    ahead, heading = ahead_of(walk.blocks, place), walk.blocks[place].text
    alive = ((n, figure) for n, each in ahead if (figure := live_in(each)))
    here, live_one = next(alive, (place, None))
    before = walk.blocks[place + 1 : here]
    if live_one is None or {each.kind for each in before} - {"text"} != {"list"}:
        return False
    said = [text for each in before if (text := told(each))]
    shown = f"### {title_at(walk.blocks, place, '## ')}" if heading in GENERIC else heading
    top = stacked(shown, *(shortened(text, LEAD) for text in said[:1]))
    tasks = next(each.text for each in before if each.kind == "list")
    _add(walk, top, tasks, live_one, notes)
    walk.used |= set(range(place + 1, here + 1))
    return True


def _add(walk: Walk, top: str, tasks: str, shown: LiveFigure, notes: str) -> None:
    """Make a slide of a live figure: each task, then its answer; notes say what to show."""
    of = tried(walk.page, tasks)
    answers = found(of) if of else []
    short = playground(top, tasks, shown, answers, brief=True) if all(answers) else ""
    text, notes = playground(top, tasks, shown, answers), stacked(notes, spoken(of) if of else "")
    walk.add("live", text, notes=notes, short=short)


def _tasks(blocks: list[Block], place: int) -> tuple[str, set[int]]:
    """Return what to try with the live figure at a place, and the places where that stands."""
    for n, each in ahead_of(blocks, place, ("heading", "question", "code")):
        if each.text.startswith(TRIES):
            return "".join(b.text for b in blocks[n + 1 : n + 2] if b.kind == "list"), {n, n + 1}
    return "", set()


def opening(blocks: list[Block], place: int) -> bool:
    """Tell whether a place lies before the first section of the page."""
    return not any(each.text.startswith("## ") for each in blocks[:place])


def _above(walk: Walk, place: int) -> str:
    """Return the heading of a live figure: that of its section, or the question of the page."""
    asked = [each.text for each in walk.blocks if ENTRY.fullmatch(each.text)]
    if opening(walk.blocks, place) and asked:
        return asked[0].strip("*")
    return title_at(walk.blocks, place)
