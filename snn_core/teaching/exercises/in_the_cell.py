"""Checks of pages that still hold their cases and expected values in the visible cell."""

from collections.abc import Callable

from snn_core.teaching.exercises.kinds import Case, Function, NotAttempted, Value


def check_function(answer: Callable, *cases: Case, tolerance: float = 1e-6) -> None:
    """Try the reader's function on each case and print the verdict; never raise."""
    print(_verdict(Function(cases, stronger="", tolerance=tolerance), answer))


def check_value(answer: object, expected: object, hint: str = "", *, tolerance: float = 1e-6) -> None:
    """Compare the reader's value with the expected one and print the verdict; never raise."""
    print(_verdict(Value(expected, hint, stronger="", tolerance=tolerance), answer))


def _verdict(exercise: Value | Function, answer: object) -> str:
    try:
        fault = exercise.fault(answer)
    except NotAttempted:
        return "not attempted yet"
    return f"not yet: {fault.what}. {fault.hint}" if fault else "correct"
