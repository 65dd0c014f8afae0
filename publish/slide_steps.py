"""Keep a deck in the time of its lecture: join slides that follow one idea, and count its steps.

A step is what a key press shows: a slide, or a part that appears on it. The texts of exercises
stand behind the recap, as an appendix that does not count.
"""

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .exam import LECTURE_MINUTES
from .slide_parts import WORDS, words
from .slide_shows import ASKING, BOARD, apart, before, small

STEPS_A_MINUTE = 1.3
LIVE_MINUTES = 5  # with a live figure, in which no other step is taken
STEPS = int(STEPS_A_MINUTE * (LECTURE_MINUTES - LIVE_MINUTES))  # of a deck with one
FIGURES = 2  # of a deck, at most, that may fall away
SECTION = 9  # steps of a section, beside its live figure
HEIGHT = 640  # pixels for text, of the 700 of a slide
LETTERS = 80  # on a line
LINE, GAP, CODE_LINE, ROW, PICTURE = 42, 22, 33, 42, 440  # heights in pixels
SMALLER = 9  # pixels less of a line of code in small type
FOLLOWS = {  # what may follow on one slide: it continues the idea, or asks about what stands there
    "head": {"formula", "code", "alone", "list", "table", "text", "figure", "question"},
    "formula": {"formula", "code", "alone", "list", "table", "question"},
    "text": {"formula", "code", "alone", "list", "table", "question"},
    "code": {"question"},
    "list": {"formula", "code", "alone", "question"},
    "table": {"question"},
}
LATER = re.compile(r'<div class="fragment.*?\n</div>', flags=re.S)
FENCED = re.compile(r"^```.*?^```", flags=re.M | re.S)
SMALL = re.compile(r"(?<=\"small\">\n\n)```.*?^```", flags=re.M | re.S)


@dataclass(frozen=True)
class Slide:
    """A slide: its kind, what it mainly holds, its Markdown, notes, heading and short form.

    The kind is `slide`, which opens a section, or `subslide`, which goes on. Code whose output the
    next question asks for is `code`, any other is `alone`. The heading falls away where the slide
    is joined to what stands before it. The short form shows the same in fewer steps, and the long
    one in more.
    """

    kind: str
    role: str
    text: str
    notes: str = ""
    heading: str = ""
    short: str = ""
    long: str = ""

    @property
    def steps(self) -> int:
        """Return how many key presses it takes to show all of it."""
        return 1 + len(set(re.findall(r'data-fragment-index="(\d+)"', self.text)))


def height(text: str) -> int:
    """Return about how many pixels of a slide its Markdown needs.

    >>> height("## A title\\n\\nA line."), height("```python\\na = 1\\n```")
    (128, 77)
    """
    blocks = FENCED.findall(text)
    pieces = [*blocks, *re.split(r"\n\s*\n", FENCED.sub("", text))]
    less = sum(SMALLER * (each.count("\n") - 1) for each in SMALL.findall(text))
    return sum(_height(piece.strip()) for piece in pieces if piece.strip()) - less


def _height(piece: str) -> int:
    lines = piece.splitlines()
    if "<img" in piece:
        return PICTURE
    if piece.startswith("```"):
        return CODE_LINE * (len(lines) - 2) + 2 * GAP
    if piece.startswith("$$"):
        return 3 * LINE * len(apart(piece))
    if piece.startswith("|"):
        return ROW * (len(lines) - 1) + GAP
    if piece.startswith(("<div", "</div")):
        return 0
    return LINE * sum(math.ceil(len(line) / LETTERS) for line in lines) + GAP


def joined(slides: list[Slide]) -> list[Slide]:
    """Return slides of which some that follow one idea have become one, as far as it fits."""
    made: list[Slide] = []
    for each in asking(slides):
        if made and each.kind == "subslide" and each.role in FOLLOWS.get(made[-1].role, set()):
            text = _together(made[-1].text, each.text)
            if _fits(text):
                made[-1] = _one(made[-1], each, text)
                continue
        made.append(_headed(each))
    return made


def asking(slides: list[Slide]) -> list[Slide]:
    """Return slides of which code and the question about it have become one.

    Where both and the answer are too high for a slide, the code goes when the answer comes, and is
    in small type if need be, or what leads up to the question goes. A question with a table is
    about the table, and has its own slide.
    """
    made: list[Slide] = []
    for each in slides:
        made.append(each)
        if each.role != "question" or len(made) < 2 or made[-2].role not in ("code", "fence"):
            continue
        code = made[-2]
        forms = [_about(code.text, form) for form in (each.text, each.short) if form]
        for text in itertools.chain(*forms):
            one = replace(_one(code, each, text), heading=code.heading)
            if _fits(_headed(one).text):
                made[-2:] = [one]
                break
    return made


def _about(code: str, asked: str) -> Iterator[str]:
    """Yield a question with its code: as it is, or so that the code goes; in small type last."""
    yield _together(code, asked)
    for shown in (code, small(code)):
        if asked.startswith(BOARD):
            yield _together(shown, asked)
        else:
            yield f"{ASKING}{before(shown)}\n\n{asked}\n</div>"


def _one(first: Slide, then: Slide, text: str) -> Slide:
    """Return two slides as one, with their text together."""
    known = first.notes.split("\n\n") if first.notes else []
    new = [each for each in then.notes.split("\n\n") if each and each not in known]
    notes = "\n\n".join([*known, *new])
    return replace(first, role=then.role, text=text, notes=notes)


def _headed(slide: Slide) -> Slide:
    """Return a slide with its heading above what it shows."""
    if not slide.heading:
        return slide
    return replace(slide, text=_together(f"### {slide.heading}", slide.text), heading="")


def _fits(text: str) -> bool:
    """Tell whether a slide holds a text, as far as it is seen before an answer takes its place."""
    first = LATER.sub("", text) if BOARD in text or ASKING in text else text
    return words(first) <= WORDS and height(first) <= HEIGHT


def _together(first: str, text: str) -> str:
    """Return two Markdown texts as one; what is joined to a question goes when the figure comes."""
    for opened in (BOARD, ASKING):
        if text.startswith(opened):
            first = before(first) if "fragment" in text else first
            return text.replace(opened, f"{opened}{first}\n\n", 1)
    return f"{first}\n\n{text}"


def count(slides: list[Slide]) -> int:
    """Return the steps of a deck, without the texts of exercises."""
    return sum(each.steps for each in slides if each.role != "exercise")


def limit(slides: list[Slide]) -> int:
    """Return how many steps a lecture has time for: at most `STEPS`, whatever it plays with.

    Each live figure has minutes of its own, in which its own steps are taken.
    """
    live = [each.steps for each in slides if each.role == "live"]
    beside = LECTURE_MINUTES - LIVE_MINUTES * max(len(live), 1)
    return min(int(STEPS_A_MINUTE * beside) + sum(live), STEPS)


def in_time(slides: list[Slide]) -> list[Slide]:
    """Return slides joined, with no more steps than a lecture has time for, as far as that goes.

    Where a section or the deck has more, code falls away that no question asks about. Then
    questions to discuss come together, and an answer at a live figure with the next task. Then
    figures fall away that lead up to a question and its figure, or end a section, two at most, and
    then tables. At last answers come together with the figures that show them, the last first.
    Where there is time, what a figure shows comes as a step.
    """
    kept = []
    for section in sections(slides):
        played = sum(each.steps for each in section if each.role == "live")
        kept += _spared(_spared(section, SECTION + played, "alone"), SECTION + played, "figure")
    kept = _brief(_spared(kept, limit(slides), "alone"))
    most = limit(kept)
    for role in ("figure", "ending"):
        gone = sum(each.role == "figure" for each in slides if each not in kept)
        kept = _spared(kept, most, role, FIGURES - gone)
    made = joined(_longer(_spared(kept, most, "table"), most))
    for place in reversed(range(len(made))):
        if count(made) <= most:
            break
        if made[place].role == "question":
            text = made[place].text.replace('data-fragment-index="1"', 'data-fragment-index="0"')
            made[place] = replace(made[place], text=text)
    return made


def _brief(slides: list[Slide]) -> list[Slide]:
    """Return slides of which some have their short form, as few as the time of a lecture asks for.

    Questions to discuss come first, then live figures, then what leads up to questions.
    """
    for place in sorted(range(len(slides)), key=lambda place: slides[place].role):
        here = count(joined(slides))
        if here <= limit(slides):
            break
        short = replace(slides[place], text=slides[place].short or slides[place].text)
        trial = [*slides[:place], short, *slides[place + 1 :]]
        if slides[place].short and count(joined(trial)) < here:
            slides = trial
    return slides


def _longer(slides: list[Slide], most: int) -> list[Slide]:
    """Return slides in their long forms, those that gain most first, as far as the steps allow."""
    gains = [len(each.long) - len(each.text) for each in slides]
    for place in sorted(range(len(slides)), key=lambda place: -gains[place]):
        each = slides[place]
        trial = [*slides[:place], replace(each, text=each.long or each.text), *slides[place + 1 :]]
        if each.long and count(joined(trial)) <= most:
            slides = trial
    return slides


def sections(slides: list[Slide]) -> list[list[Slide]]:
    """Return slides in parts, each of which opens with one of the kind `slide`."""
    starts = [place for place, each in enumerate(slides) if each.kind == "slide" and place]
    return [slides[first:last] for first, last in itertools.pairwise([0, *starts, len(slides)])]


def _spared(slides: list[Slide], most: int, role: str, spare: int = 99) -> list[Slide]:
    """Return slides without some of a role that can be spared, as few as keep a number of steps.

    At most `spare` of them fall away.
    """
    least = len(slides) - spare
    while count(joined(slides)) > most and len(slides) > least:
        here = count(joined(slides))
        fewer = [each for each in _shorter(slides, role) if count(joined(each)) < here]
        if not fewer:
            break
        slides = fewer[0]
    return slides


def _shorter(slides: list[Slide], role: str) -> Iterator[list[Slide]]:
    """Yield slides without one of a role that can be spared, of the longest section first.

    A figure can be spared that leads up to a question, the last one first; one that ends a section
    if the role is `ending`; and a table that nothing asks about.
    """
    parts = sorted(sections(slides), key=lambda part: -count(joined(part)))
    for part in parts:
        for spare, behind in reversed(list(itertools.pairwise([*part, part[0]]))):
            if _sparable(role, spare, behind, last=spare is part[-1]):
                yield [each for each in slides if each is not spare]


def _sparable(role: str, spare: Slide, behind: Slide, last: bool) -> bool:
    if role == "ending":
        return spare.role == "figure" and last
    asked = behind.role == "question"
    allowed = {
        "alone": True,
        "figure": asked or behind.role in ("code", "alone"),
        "table": last or not asked,
    }
    return spare.role == role and allowed[role]
