"""Checks that tell a reader how far an exercise is: not attempted yet, not yet (and why), or correct."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch


class Case(NamedTuple):
    """One call to try: its arguments, the expected result, and what to think about if it differs."""

    arguments: tuple
    expected: object
    hint: str = ""


def check_function(answer: Callable, *cases: Case, tolerance: float = 1e-6) -> None:
    """Try the reader's function on each case and print the verdict; never raise.

    >>> check_function(lambda x: 2 * x, Case((3,), 9, "Square it, do not double it."))
    not yet: for 3 it returned 6, expected 9. Square it, do not double it.
    """
    print(_judge(answer, cases, tolerance))


def check_value(answer: object, expected: object, hint: str = "", *, tolerance: float = 1e-6) -> None:
    """Compare the reader's value with the expected one and print the verdict; never raise.

    >>> check_value(None, 3)
    not attempted yet
    """
    if answer is None or answer is Ellipsis:
        print("not attempted yet")
    else:
        print("correct" if _equal(answer, expected, tolerance) else _sentence(f"not yet: {_short(answer)}", hint))


def _judge(answer: Callable, cases: tuple[Case, ...], tolerance: float) -> str:
    for arguments, expected, hint in cases:
        shown = ", ".join(_short(argument) for argument in arguments)
        try:
            got = answer(*arguments)
        except Exception as problem:
            return f"not yet: for {shown} it raised {type(problem).__name__}: {problem}"
        if got is None or got is Ellipsis:
            return "not attempted yet"
        if not _equal(got, expected, tolerance):
            return _sentence(f"not yet: for {shown} it returned {_short(got)}, expected {_short(expected)}", hint)
    return "correct"


def _plain(value: object) -> object:
    """Return a tensor, or a list or tuple of them, without its gradient, so that NumPy can read it."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value.detach().cpu() if isinstance(value, torch.Tensor) else value


def _equal(got: object, expected: object, tolerance: float) -> bool:
    if any(isinstance(each, (list, tuple)) for each in (got, expected)):  # part by part: parts may differ in shape
        try:
            parts = list(zip(got, expected, strict=True))
        except (TypeError, ValueError):  # one is no sequence, or they differ in length
            return False
        return all(_equal(*part, tolerance) for part in parts)
    try:
        got, expected = np.asarray(_plain(got), dtype=float), np.asarray(_plain(expected), dtype=float)
    except (OverflowError, TypeError, ValueError):  # no array of numbers
        return bool(got == expected)
    return got.shape == expected.shape and bool(np.allclose(got, expected, rtol=tolerance, atol=tolerance))


def _short(value: object) -> str:
    """Show a value in a few words, whatever it is."""
    try:
        return _text(value)
    except ValueError:
        return "a value of irregular shape, or of thousands of digits"


def _text(value: object) -> str:
    """Show a number or a short array in full, and of a long one the shape."""
    if isinstance(value, (int, float, str)):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    array = np.asarray(_plain(value))
    if array.dtype == object or array.size <= 12:
        return np.array2string(array, precision=4, separator=", ").replace("\n", "")
    return f"an array of shape {list(array.shape)} with mean {array.mean():.4g}"


def _sentence(verdict: str, hint: str) -> str:
    return f"{verdict}. {hint}" if hint else verdict
