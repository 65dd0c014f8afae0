"""Slides of questions: what the page shows then comes as a step, and so does the answer."""

import ast
import re
from dataclasses import replace

from .code_names import defined, names
from .page import tags
from .slide_answers import DEFINES, Found, answer, answer_to, shown_at
from .slide_leads import code_named, leading
from .slide_opening import grounded
from .slide_parts import WORDS, sentences, shortened, stacked, words
from .slide_shows import asked_about, looks, shows, step, told, under
from .slide_talk import ANSWER
from .slide_walk import Ahead, Walk, ahead_of, around, core, title_at

IN_TABLE = 5  # words more on a slide whose question stands under a table, most of them its heads
OF_TABLE = re.compile(r"\b(first|second|last|next) (row|column)\b")


def fills(result: str) -> bool:
    """Tell whether a result takes the whole slide below its question: a figure or a table."""
    return "<img" in result or result.startswith("|")


def room_for_answer(asked: str, result: str) -> int:
    """Return how many words an answer may have; above a figure it takes its question's place."""
    room = WORDS + IN_TABLE * ("|---" in asked) - words(result)
    return room if fills(result) else room - words(asked)


def whole(above: str, asked: str, said: str, result: str) -> str:
    """Return a question under what stands above it; result and answer come as steps."""
    if fills(result):
        return under(above, asked_about(asked, said, result))
    return stacked(above, asked, *(step(each) for each in (said and "### " + said, result) if each))


def question(walk: Walk, place: int) -> None:
    """Make a slide of a question: then what the page shows, then the answer, as steps."""
    blocks, ahead = walk.blocks, ahead_of(walk.blocks, place, ("heading", "question"))
    text, found = blocks[place].text, answer_to(blocks, ahead)
    led, asked = leading(walk, place), text
    walk.used.add(place - 1)
    if not looks(text):
        _ask_about_code(walk, ahead)
    if _lead_up(walk, ahead, found, led, "alone" if looks(text) else "code"):
        led = ""
    walk.used |= set(found.shown)
    if OF_TABLE.search(text):
        asked = stacked(_take_table(walk, place), asked)
    code, result = code_named(walk, place, ahead), shown_at(walk, found.shown)
    walk.asked |= {blocks[n].cell.id for n in found.shown if blocks[n].kind == "code"}
    above, said = stacked(led, code), ""
    free = WORDS - words(above) - words(asked)
    if found.words:
        said = answer(blocks, text, found.words, ahead, min(room_for_answer(asked, result), ANSWER))
        if above and not fills(result) and words(said) > free:
            brief = answer(blocks, text, found.words, ahead, free)
            said = said if brief.endswith("…") else brief
    fits = fills(result) or words(said) <= free
    walk.add(
        "question",
        whole(above if fits else code, asked, said, result),
        notes=around(blocks, place, found.last),
        short=whole(code, asked, said, result) if led and fits else "",
        heading=title_at(blocks, place),
    )


def _ask_about_code(walk: Walk, ahead: Ahead) -> None:
    """Mark code on the slide before as what the question is about, if what follows uses it."""
    if not walk.made or walk.made[-1].role != "alone" or walk.last_code is None:
        return
    given = defined(ast.parse(walk.last_code.source))
    cells = [each.cell for _, each in ahead if each.kind == "code"]
    plain = [cell for cell in cells if not {"check", "exercise"} & set(tags(cell))]
    if any(given & names(ast.parse(cell.source)) for cell in plain):
        walk.made[-1] = replace(walk.made[-1], role="code")


def _lead_up(walk: Walk, ahead: Ahead, found: Found, led: str, role: str) -> bool:
    """Add slides of the code and the definitions between a question and its answer.

    What leads up to the question goes above code, if that comes first; return whether it does.
    """
    before = len(walk.made)
    for n, each in ahead:
        if n > found.last or (n not in found.shown and shows(each)):
            continue
        if each.kind == "code" and n not in walk.used:
            core(walk, n, role)
        defines = each.kind == "text" and DEFINES.search(each.text) and n != found.words
        if said := grounded(sentences(told(each))) if defines else "":
            walk.add("text", shortened(said, ANSWER), heading=title_at(walk.blocks, n))
        if each.kind in ("code", "text"):
            walk.used.add(n)
    first = next(iter(walk.made[before:]), None)
    if not led or first is None or first.role != "code":
        return False
    walk.made[before] = replace(first, text=f"{led}\n\n{first.text}", short=first.text)
    return True


def _take_table(walk: Walk, place: int) -> str:
    """Return the table about which the question at a place asks, and take away its slide."""
    before = [block.text for block in walk.blocks[:place] if block.kind == "table"]
    of_it = [each for each in walk.made[-3:] if each.role == "table"]
    walk.made = [each for each in walk.made if each not in of_it]
    return of_it[0].text if len(of_it) == 1 else "".join(before[-1:])
