"""Exercises with other numbers, drawn by a seed, so that public solutions do not grade themselves.

An exercise whose answer is a number is declared in `variants.yaml`: which numbers of its text
change, and how the answer follows. One whose answer is a function keeps its text and is tried on
other arguments, those of the page with other numbers or such as `variants.yaml` declares; the
page's solution says what is expected.
"""

import math
import random
import re
from dataclasses import dataclass

from snn_core.teaching.exercises import Value, find
from snn_core.teaching.exercises.comparison import equal, form
from snn_core.teaching.exercises.variants import drawn, shown_as

from .course_files import written
from .page import Exercise, Page

HIDDEN = "### BEGIN HIDDEN TESTS\n{tests}\n### END HIDDEN TESTS"
OF_FORM = """\
from snn_core.teaching.exercises.comparison import form, given

assert form({name}) == {wanted!r}, f"not yet: expected {wanted}, got {{given({name})}}\""""
A_VALUE = """\
from snn_core.teaching.exercises import Value

fault = Value({expected!r}, hint="", stronger="", tolerance={tolerance}).fault({name})
assert fault is None, f"not yet: {{fault.what}}\""""
A_FUNCTION = """\
import torch

from snn_core.teaching.exercises import find
from snn_core.teaching.exercises.variants import {maker}

reference = dict(globals())
exec({solution!r}, reference)
other = {other}
fault = other.fault({name})
assert fault is None, f"not yet: {{fault.what}}. Hint: {{fault.hint}}\""""
VARIED = "varied(find({key!r}), {seed}, reference[{name!r}])"
TRIED = "tried_on(find({key!r}), [{arguments}], reference[{name!r}])"


@dataclass(frozen=True)
class Variant:
    """What a variant of an exercise changes: its text, its solution, and hidden tests.

    `own` tells that these tests take the place of the page's check, and `form` is the open test.
    """

    text: dict[str, str]
    solution: str
    tests: str
    own: bool
    form: str = ""


def declared() -> dict[str, dict]:
    """Return the declared exercises whose answer is a value, by their key, like ``02.1``."""
    return {key: told for key, told in written("variants").items() if "arguments" not in told}


def functions() -> dict[str, dict]:
    """Return the declared exercises whose answer is a function, by their key."""
    return {key: told for key, told in written("variants").items() if "arguments" in told}


def arguments(key: str, seed: int) -> str:
    """Return the arguments on which a declared function is tried, as code: tuples, with commas."""
    told = functions()[key]
    made = []
    for place, template in enumerate(told["arguments"]):
        chance = random.Random(f"{seed} {key} {place}")
        found = {name: chance.choice(among) for name, among in told["numbers"].items()}
        made.append(filled(template, found))
    return ", ".join(made)


def filled(template: str, numbers: dict[str, object]) -> str:
    """Return a template with numbers in the places of their names.

    >>> filled("$x_{a} = {w}$", {"w": 0.3})
    '$x_{a} = 0.3$'
    """
    for name, value in numbers.items():
        template = template.replace(f"{{{name}}}", str(value))
    return template


def numbers(key: str, seed: int | None) -> dict[str, object]:
    """Return the numbers of an exercise: those of the page, or drawn by a seed.

    Drawn numbers have another answer than those of the page.
    """
    told = declared()[key]["numbers"]
    own = {name: first for name, (first, _) in told.items()}
    if seed is None:
        return own
    chance = random.Random(f"{seed} {key}")
    for _ in range(100):
        found = {name: chance.choice(among) for name, (_, among) in told.items()}
        if not equal(_answer(key, found), _answer(key, own), find(key).tolerance, rounded=True):
            return found
    raise ValueError(f"{key}: all numbers to draw from have the answer of the page")


def answer(key: str, seed: int | None) -> object:
    """Return the right answer to a declared exercise, as a variant or as on the page."""
    return _answer(key, numbers(key, seed))


def _answer(key: str, found: dict[str, object]) -> object:
    names = {"math": math}
    exec(_solution(key, found, "answer"), names)
    return names["answer"]


def _solution(key: str, found: dict[str, object], name: str) -> str:
    """Return the code that computes the answer, and calls it by a name."""
    told = declared()[key]
    if "code" in told:
        return re.sub(r"\banswer\b", name, filled(told["code"], found)).strip()
    return f"{name} = {filled(told['answer'], found)}"


def variant(exercise: Exercise, seed: int) -> Variant | None:
    """Return a variant of an exercise; None if it has none."""
    key, name = exercise.asked
    known = find(key)
    if key in declared():
        return _of_value(key, name, seed)
    if isinstance(known, Value):
        return None
    if key in functions():
        maker, other = "tried_on", TRIED.format(key=key, arguments=arguments(key, seed), name=name)
    elif any(
        shown_as(case.arguments) != shown_as(drawn(case.arguments, random.Random(seed)))
        for case in known.cases
    ):
        maker, other = "varied", VARIED.format(key=key, seed=seed, name=name)
    else:
        return None
    tests = A_FUNCTION.format(solution=exercise.solution, maker=maker, other=other, name=name)
    return Variant({}, exercise.solution, HIDDEN.format(tests=tests), own=False)


def _of_value(key: str, name: str, seed: int) -> Variant:
    told, found, expected = declared()[key], numbers(key, seed), answer(key, seed)
    tests = A_VALUE.format(expected=expected, tolerance=find(key).tolerance, name=name)
    texts = {old: filled(new, found) for old, new in told["text"].items()}
    solution = _solution(key, found, name)
    solved = ("import math\n\n" if "math." in solution else "") + solution
    opened = OF_FORM.format(name=name, wanted=form(expected))
    return Variant(texts, solved, HIDDEN.format(tests=tests), own=True, form=opened)


def changed(text: str, told: dict[str, str]) -> str:
    """Return a text with other numbers; raise ValueError if a place is not found once."""
    for old, new in told.items():
        if text.count(old) != 1:
            raise ValueError(
                f"{old!r} stands {text.count(old)} times in an exercise, not once: {text}"
            )
        text = text.replace(old, new)
    return text


def variants(page: Page, seed: int | None) -> dict[str, Variant]:
    """Return the variants of the exercises of a page by their key; none without a seed."""
    if seed is None:
        return {}
    stubs = [each for each in page.exercises if each.stub]
    found = {each.asked[0]: variant(each, seed) for each in stubs}
    return {key: each for key, each in found.items() if each}
