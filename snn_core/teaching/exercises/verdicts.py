"""The verdict on an answer: not attempted yet, not yet (with more help at each failure), or correct."""

import importlib
import pkgutil
from types import FunctionType

from snn_core.teaching.exercises.kinds import Fault, Function, NotAttempted, Value

_failures: dict[str, set] = {}  # the different wrong answers to each exercise since it was last correct, in this kernel


def check(exercise: str, answer: object) -> None:
    """Print how far an answer is: not attempted yet, not yet, or correct; whatever the answer is, never raise.

    The first wrong answer shows a hint, the second also a stronger one, the third and later ones also the expected
    value. The same wrong answer again shows what it showed before.

    Args:
        exercise: page and number, such as "02.1"; the exercises of page 02 stand in `page_02.py`.
        answer: the reader's value, function or class.

    Raises:
        ValueError: if there is no such exercise.

    >>> check("02.1", None)
    not attempted yet
    """
    asked = find(exercise)
    try:
        fault = asked.fault(answer)
    except NotAttempted:
        print("not attempted yet")
        return
    if fault is None:
        _failures.pop(exercise, None)
        print("correct")
        return
    different = _failures.setdefault(exercise, set())
    different.add((fault.what, _code(answer)))
    print(_help(fault, asked.stronger, len(different)))


def find(exercise: str) -> Value | Function:
    """Return the exercise with this page and number; raise ValueError if there is none."""
    page, _, _ = str(exercise).partition(".")
    if page not in pages():
        raise ValueError(f"no exercise {exercise!r}: pages with exercises are {', '.join(pages())}")
    known = importlib.import_module(f"snn_core.teaching.exercises.page_{page}").EXERCISES
    if exercise not in known:
        raise ValueError(f"no exercise {exercise!r}: page {page} has {', '.join(known)}")
    return known[exercise]


def pages() -> list[str]:
    """Return the numbers of the pages that have exercises with a check, in order."""
    modules = pkgutil.iter_modules(importlib.import_module("snn_core.teaching.exercises").__path__)
    return sorted(module.name.removeprefix("page_") for module in modules if module.name.startswith("page_"))


def _code(answer: object) -> object:
    """Return the code of a function, which an edit changes and running its cell again does not; else None."""
    return answer.__code__ if type(answer) is FunctionType else None


def _help(fault: Fault, stronger: str, failures: int) -> str:
    lines = [f"not yet: {fault.what}", f"Hint: {fault.hint}"]
    if failures >= 2:
        lines.append(f"Hint: {stronger}")
    if failures >= 3:
        lines.append(f"Expected: {fault.expected}")
    return "\n".join(lines)
