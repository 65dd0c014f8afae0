"""Join slides that follow one idea, as far as they fit, and put headings above them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from .slide_cut import cut
from .slide_opening import over
from .slide_parts import stacked
from .slide_room import fits, height
from .slide_shows import ASKING, BOARD, before, small
from .slide_steps import Slide, notes_of

ROOMY = 580  # pixels of a slide at most, where a heading has its full size
FEW = 12  # lines of code in small type with a question, where more have no room
FOLLOWS = {  # what may follow on one slide: it continues the idea, or asks about what stands there
    "head": {"formula", "code", "alone", "list", "table", "text", "figure", "question"},
    "formula": {"formula", "code", "alone", "list", "table", "question"},
    "text": {"formula", "code", "alone", "list", "table", "question"},
    "code": {"question"},
    "list": {"formula", "code", "alone", "question"},
    "table": {"question"},
}
SECTION = ("formula", "text", "list", "table", "question")  # under its heading if it fits
HEADED = re.compile(rf"({BOARD}|{ASKING})" + r'(#|<div class="over">)')
PYTHON = re.compile(r"(?<=^```python\n).*?(?=\n```$)", flags=re.M | re.S)


def joined(slides: list[Slide]) -> list[Slide]:
    """Return slides of which some that follow one idea have become one, as far as it fits."""
    made: list[Slide] = []
    for each in asking(slides):
        if made and each.kind == "subslide" and each.role in FOLLOWS.get(made[-1].role, set()):
            text = _together(made[-1].text, each.text)
            if fits(text):
                made[-1] = _one(made[-1], each, text)
                continue
        made.append(each if each.role in SECTION else _headed(each))
    return [_titled(each) for each in made]


def asking(slides: list[Slide]) -> list[Slide]:
    """Return slides of which code and the question about it have become one.

    Where both and the answer are too high for a slide, the code goes when the answer comes, and is
    in small type if need be, or what leads up to the question goes; then its last lines fall away.
    A question with a table is about the table, and has its own slide.
    """
    made: list[Slide] = []
    for each in slides:
        about = each.role == "question" and made and made[-1].role in ("code", "fence")
        ones = _both(made[-1], each) if about else iter(())
        if one := next((one for one in ones if fits(_headed(one).text)), None):
            made[-1] = one
        else:
            made.append(each)
    return made


def _both(code: Slide, asked: Slide) -> Iterator[Slide]:
    """Yield slides of code and the question about it, of which each needs less room."""
    codes = [text for text in (code.text, code.short) if text]
    briefs = [brief for each in codes if (brief := _brief(each))]
    for shown in [*codes, *briefs]:
        for text in filter(None, (asked.text, asked.short)):
            for form in _about(shown, text):
                yield replace(_one(code, asked, form), heading=code.heading or asked.heading)


def _about(code: str, asked: str) -> Iterator[str]:
    """Yield a question with its code: as it is, or so that the code goes; in small type last."""
    yield _together(code, asked)
    for shown in (code, small(code)):
        if asked.startswith(BOARD):
            yield _together(shown, asked)
        else:
            yield f"{ASKING}{before(shown)}\n\n{asked}\n</div>"


def _brief(text: str) -> str:
    """Return Markdown whose code has few lines; "" if no statement of it is that short."""
    pieces = {each: cut(each, FEW) for each in PYTHON.findall(text)}
    for code, short in pieces.items():
        text = text.replace(code, short)
    return text if all(pieces.values()) else ""


def _one(first: Slide, then: Slide, text: str) -> Slide:
    """Return two slides as one, with their text together."""
    return replace(first, role=then.role, text=text, notes=notes_of(first, then))


def _headed(slide: Slide) -> Slide:
    """Return a slide with its heading above what it shows."""
    if not slide.heading:
        return slide
    return replace(slide, text=_together(f"### {slide.heading}", slide.text), heading="")


def _titled(slide: Slide) -> Slide:
    """Return a slide with its heading, in small type where there is no room; or with another."""
    one = _headed(slide)
    if slide.text.startswith("#") or HEADED.match(slide.text):
        one = slide
    elif slide.heading and not (fits(one.text) and height(one.text) <= ROOMY):
        one = replace(slide, text=f"{over(f'### {slide.heading}')}\n\n{slide.text}")
    return replace(one, heading="")


def _together(first: str, text: str) -> str:
    """Return two Markdown texts as one.

    What is joined to a question goes when its figure or answer comes; a heading stays above it.
    """
    for opened in (BOARD, ASKING):
        if text.startswith(opened):
            heading, _, said = first.partition("\n\n") if first.startswith("#") else ("", "", first)
            if "fragment" in text:
                said = before(said) if said else ""
                heading = over(heading) if heading else ""
            return text.replace(opened, f"{opened}{stacked(heading, said)}\n\n", 1)
    return f"{first}\n\n{text}"
