"""Compare and show values that a reader hands over, whatever they are; nothing here raises."""

import re
from collections.abc import Iterator
from types import FunctionType

import numpy as np
import torch

LONGEST = 200  # characters of a value or a message that are shown
DEEPEST = 4  # lists within each other of which a shape is taken
MOST = 12  # entries of an array or a list that are shown
ROUNDED = 5e-3  # relative: how far a number may be rounded that three digits cannot write
DIGITS, SAME = 3, 1e-6  # digits of a short number; relative: how near it is, in 32 bits too


def equal(got: object, expected: object, tolerance: float = 1e-6, *, rounded: bool = False) -> bool:
    """Tell whether a value agrees with the expected one, part by part; never raise.

    Numbers agree within ``tolerance``, relative or absolute, or within `slack` if they may be ``rounded``. Shapes must
    agree, nothing is broadcast; NaN agrees with NaN. A tensor, an array, a list and a tuple of the same numbers are the
    same. Words agree in any case.

    >>> equal(torch.tensor([1.0, float("nan")]), [1, float("nan")])
    True
    >>> equal(0.0278, 1 / 36, rounded=True), equal(0.03, 1 / 36, rounded=True)
    (True, False)
    """
    try:
        return _equal(got, expected, tolerance, rounded)
    except Exception:  # what cannot be compared is not the expected value
        return False


def _equal(got: object, expected: object, tolerance: float, rounded: bool) -> bool:
    if isinstance(expected, dict):
        pairs = ((got[key], expected[key]) for key in expected)
        return got.keys() == expected.keys() and all(_equal(*pair, tolerance, rounded) for pair in pairs)
    if isinstance(expected, (list, tuple)) or isinstance(got, (list, tuple)):  # parts may differ in shape
        pairs = zip(_parts(got), _parts(expected), strict=True)
        return all(_equal(*pair, tolerance, rounded) for pair in pairs)
    if isinstance(expected, str):
        return got.strip().casefold() == expected.casefold()
    arrays = _array(got), _array(expected)
    if not all(array.dtype.kind in "biufc" for array in arrays):
        return bool(got == expected)
    got, expected = (array.astype(np.complex128) for array in arrays)
    near = slack(expected, tolerance, rounded=rounded)
    return got.shape == expected.shape and np.allclose(got, expected, rtol=0, atol=near, equal_nan=True)


def slack(expected: np.ndarray, tolerance: float, *, rounded: bool) -> np.ndarray:
    """Return how far from each number an answer may be.

    This is ``tolerance``, relative and absolute. If numbers may be ``rounded``, it is at least 0.5 % of those that are
    neither whole nor written with three digits.

    >>> slack(np.array([0.25, 1234, 1 / 36]), 0, rounded=True).round(6).tolist()
    [0.0, 0.0, 0.000139]
    """
    size = np.abs(np.where(np.isfinite(expected), expected, 0))
    near = tolerance * (1 + size)
    if not rounded:
        return near
    short = [abs(float(f"{each:.{DIGITS}g}") - each) <= SAME * each or each == round(each) for each in size.flat]
    return np.where(np.reshape(short, size.shape), near, np.maximum(near, ROUNDED * size))


def where(got: object, expected: object, tolerance: float = 1e-6, each: str = "entry", *, rounded: bool = False) -> str:
    """Return in words how many parts are right, and which one is the first that is not; never raise.

    "" if no part is right, or all are, or if there are not as many as expected. Parts are counted from 0.

    >>> where([1, 5, 3], [1, 2, 3], each="step"), where(5, 2)
    ('; 2 of 3 right: look at step 1', '')
    """
    try:
        pairs = zip(_parts(got), _parts(expected), strict=True)
        right = [equal(*pair, tolerance, rounded=rounded) for pair in pairs]
    except Exception:  # one of them has no parts, or they have unlike numbers of them
        return ""
    some = any(right) and not all(right)
    return f"; {sum(right)} of {len(right)} right: look at {each} {right.index(False)}" if some else ""


def _parts(value: object) -> list:
    """Return the parts of a list, a tuple or an array; a set, a dict or a generator has none in order."""
    return list(value) if isinstance(value, (list, tuple)) else list(_array(value))


def _array(value: object) -> np.ndarray:
    """Return a value as an array; a tensor of any layout and precision, without its gradient."""
    if not isinstance(value, torch.Tensor):
        return np.asarray(value)
    dense = value.detach().cpu().to_dense() if value.layout != torch.strided else value.detach().cpu()
    if dense.is_floating_point():
        dense = dense.double()
    return dense.resolve_conj().resolve_neg().numpy()


def _deeper(value: object, most: int) -> bool:
    """Tell whether more lists or tuples than so many stand within each other; one may hold itself."""
    if not isinstance(value, (list, tuple)):
        return False
    return most == 0 or any(_deeper(each, most - 1) for each in value)


def shape_given(value: object) -> tuple[int, ...] | None:
    """Return the shape of a number, or of numbers in lists, tuples, arrays or tensors; None for anything else.

    >>> shape_given(3), shape_given([(1, 2), (3, 4)]), shape_given("three")
    ((), (2, 2), None)
    """
    try:
        if _deeper(value, DEEPEST):
            return None
        array = np.array([_array(each) for each in value]) if isinstance(value, (list, tuple)) else _array(value)
    except Exception:  # parts of unlike shapes, or what has no shape
        return None
    return array.shape if array.dtype.kind in "biufc" else None


def form(value: object) -> str:
    """Return in words which form a value has, and not which value it is; never raise.

    >>> form(0.7), form((1, 2)), form([(1.2, 1)] * 5), form(torch.zeros(1)), form(None)
    ('a number', '2 numbers', '5 times 2 numbers', '1 number', 'nothing')
    """
    if value is None or value is Ellipsis:
        return "nothing"
    if isinstance(value, str):
        return "a word"
    found = shape_given(value)
    if found is None:
        return f"a value of the type {type(value).__name__}"
    if not found:
        return "a number"
    *outer, last = found
    return "".join(f"{many} times " for many in outer) + (f"{last} number" if last == 1 else f"{last} numbers")


def given(value: object) -> str:
    """Return in words what a value is, with its type where its shape matters; never raise.

    >>> given(torch.zeros(1)), given([1, 2]), given(0.5), given("one")
    ('a tensor of shape (1,)', 'a list of 2 parts', 'a number', 'a word')
    """
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)} part{'s' * (len(value) != 1)}"
    shape = shape_given(value)
    if shape and isinstance(value, (torch.Tensor, np.ndarray)):
        return f"{'a tensor' if isinstance(value, torch.Tensor) else 'an array'} of shape {tuple(shape)}"
    return form(value)


def other_form(got: object, expected: object) -> str:
    """Return in words how a value differs from the expected one in its form, and not by which value; "" if it does not.

    >>> other_form(torch.tensor([0.9]), 0.9), other_form(0.9, 0.8)
    ('expected a number, got a tensor of shape (1,)', '')
    """
    try:
        known = all(isinstance(each, str) or shape_given(each) is not None for each in (got, expected))
        differs = known and form(got) != form(expected)
        return f"expected {form(expected)}, got {given(got)}" if differs else ""
    except Exception:  # what pretends to be another type
        return ""


def shown(value: object) -> str:
    """Return a value in a few words, whatever it is; never raise.

    >>> shown((0.123456789, 1, "one", torch.zeros(2)))
    "(0.123457, 1, 'one', [0, 0])"
    """
    return _shown(value, depth=3)


def message(problem: BaseException) -> str:
    """Return the type of an exception and what it says, in one line; never raise.

    >>> message(ValueError("no"))
    'ValueError: no'
    """
    try:
        text = " ".join(str(problem).split())
    except Exception:
        text = "without a message"
    return _cut(f"{type(problem).__name__}: {text}")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _shown(value: object, depth: int) -> str:
    try:
        return _cut(_text(value, depth))
    except Exception:
        return f"a value of the type {type(value).__name__} that cannot be shown"


def _text(value: object, depth: int) -> str:
    if isinstance(value, complex | float):
        return f"{value:.6g}"
    if isinstance(value, (torch.Tensor, np.ndarray, np.generic)):
        return _array_text(_array(value), depth)
    if isinstance(value, (list, tuple)):
        return _list_text(value, depth)
    if isinstance(value, Iterator):
        return f"a {type(value).__name__}"
    if isinstance(value, (type, FunctionType)):
        return f"the {'class' if isinstance(value, type) else 'function'} {value.__name__}"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value)).replace("\n", " ")


def _array_text(array: np.ndarray, depth: int) -> str:
    """Show a number or a short array in full, and of a long one the shape."""
    if array.size <= MOST:
        return _shown(array.tolist(), depth)
    mean = f" with mean {array.mean():.4g}" if array.dtype.kind in "biufc" else ""
    return f"an array of shape {list(array.shape)}{mean}"


def _list_text(value: list | tuple, depth: int) -> str:
    """Show the parts of a short list, and of a long or deep one how many there are."""
    if len(value) > MOST or depth == 0:
        return f"a {type(value).__name__} of {len(value)} parts"
    parts = ", ".join(_shown(part, depth - 1) for part in value)
    return f"[{parts}]" if isinstance(value, list) else f"({parts})"
