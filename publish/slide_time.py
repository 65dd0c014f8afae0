"""Keep a deck in the time of its lecture: choose what falls away, and what comes as a step."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from .lecture import LECTURE_MINUTES
from .slide_joins import joined
from .slide_names import BEFORE
from .slide_parts import sentences, words
from .slide_steps import Slide, count, notes_of

STEPS = LECTURE_MINUTES  # of a deck, at most: one a minute
STEPS_A_MINUTE = 1.3  # beside live figures
LIVE_MINUTES = 5  # with a live figure, in which no other step is taken
FIGURES = 2  # of a deck, at most, that may fall away
TOGETHER = 6  # answers of a deck, at most, that come together with their figures
LATE = 10  # steps of a deck that its notes mark for who is late
SPARED = ("figure", "table", "alone", "list", "question")  # roles of these, in this order
SKIP = "*Skip if late.*"
KEPT = ("> **", BEFORE)  # of notes, wherever it was said before
SECTION = 9  # steps of a section, beside its live figure


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
    questions to discuss come together, an answer at a live figure with the next task, and a few
    answers with the figures that show them. Then sections open with less of their idea, so that
    what follows has room under it. Then tables and lists fall away that nothing asks about, and at
    last figures that lead up to a question and its figure, or end a section, two at most; their
    notes go to the slide before. Where there is time, what a figure shows comes as a step.
    """
    kept = []
    for section in sections(slides):
        played = sum(each.steps for each in section if each.role == "live")
        kept += _spared(_spared(section, SECTION + played, "alone"), SECTION + played, "figure")
    kept = _brief(_spared(kept, limit(slides), "alone"))
    most = limit(kept)
    kept = _opened(_answered(kept, most), most)
    kept = _spared(_spared(kept, most, "table"), most, "list")
    for role in ("figure", "ending"):
        kept = _spared(kept, most, role, FIGURES - _figures(slides) + _figures(kept))
    parts = sections(joined(_longer(kept, most)))
    return _marked(list(itertools.chain(*map(_once, parts))))


def _opened(slides: list[Slide], most: int) -> list[Slide]:
    """Return slides of which some open a section with fewer sentences, as few as the steps ask."""
    while (here := count(joined(slides))) > most:
        fewer = [each for each in _openings(slides) if count(joined(each)) < here]
        if not fewer:
            break
        slides = max(fewer, key=lambda trial: sum(words(each.text) for each in trial))
    return slides


def _openings(slides: list[Slide]) -> Iterator[list[Slide]]:
    """Yield slides of which one opens a section with less: without its last sentences, or all."""
    for place, each in enumerate(slides):
        heading, _, idea = each.text.partition("\n\n")
        said = sentences(idea) if each.role == "head" and idea else []
        for kept in range(len(said)):
            text = f"{heading}\n\n{' '.join(said[:kept])}".strip()
            yield [*slides[:place], replace(each, text=text), *slides[place + 1 :]]


def _answered(slides: list[Slide], most: int) -> list[Slide]:
    """Return slides of which a few show an answer together with its figure.

    These are questions behind the first of their section, the last ones first.
    """
    later = [each for section in sections(slides) for each in _questions(section)[1:]]
    for asked in [each for each in later if each.steps > 2][: -TOGETHER - 1 : -1]:
        if count(joined(slides)) > most:
            one = replace(asked, text=_at_once(asked.text), short=_at_once(asked.short))
            slides = [one if each is asked else each for each in slides]
    return slides


def _at_once(text: str) -> str:
    return text.replace('data-fragment-index="1"', 'data-fragment-index="0"')


def _questions(slides: list[Slide]) -> list[Slide]:
    return [each for each in slides if each.role == "question"]


def _marked(slides: list[Slide]) -> list[Slide]:
    """Return slides of which some say in their notes that they can be skipped by who is late.

    These are figures, then tables, code, lists, and questions that are not the first of their
    section, the last ones first, until `LATE` steps are marked. What opens a section is kept.
    """
    spare = []
    for section in sections(slides):
        asked = _questions(section)[:1]
        behind = [each for each in section[1:] if each.role in SPARED and each not in asked]
        spare += behind
    spare.sort(key=lambda each: (SPARED.index(each.role), -slides.index(each)))
    steps = itertools.accumulate((each.steps for each in spare), initial=0)
    late = [each for each, before in zip(spare, steps, strict=False) if before < LATE]
    return [
        replace(each, notes=f"{SKIP}\n\n{each.notes}".strip()) if each in late else each
        for each in slides
    ]


def _once(slides: list[Slide]) -> list[Slide]:
    """Return a section whose notes say things once, but for what a slide needs itself."""
    said: set[str] = set()
    made = []
    for each in slides:
        parts = each.notes.split("\n\n")
        new = [part for part in parts if part not in said or part.startswith(KEPT)]
        made.append(replace(each, notes="\n\n".join(new) or each.notes))
        said.update(parts)
    return made


def _figures(slides: list[Slide]) -> int:
    return sum(each.role == "figure" for each in slides)


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
    if the role is `ending`; and a table that nothing asks about. What opens a section stays.
    """
    parts = sorted(sections(slides), key=lambda part: -count(joined(part)))
    for part in parts:
        for spare, behind in reversed(list(itertools.pairwise([*part[1:], part[0]]))):
            if _sparable(role, spare, behind, last=spare is part[-1]):
                yield _without(slides, spare)


def _without(slides: list[Slide], spare: Slide) -> list[Slide]:
    """Return slides without one, whose notes go to the slide before."""
    place = next(n for n, each in enumerate(slides) if each is spare)
    before = replace(slides[place - 1], notes=notes_of(slides[place - 1], spare))
    return [*slides[: place - 1], before, *slides[place + 1 :]]


def _sparable(role: str, spare: Slide, behind: Slide, last: bool) -> bool:
    if role == "ending":
        return spare.role == "figure" and last
    asked = behind.role == "question"
    allowed = {
        "alone": True,
        "figure": asked or behind.role in ("code", "alone"),
        "table": last or not asked,
        "list": last or not asked,
    }
    return spare.role == role and allowed[role]
