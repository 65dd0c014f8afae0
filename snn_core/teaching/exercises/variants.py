"""Other cases for an exercise whose answer is a function."""

import copy
import random
from dataclasses import replace

import numpy as np
import torch

from snn_core.teaching.exercises.kinds import Case, Function

FACTORS = 0.85, 1.15


def varied(exercise: Function, seed: int, reference: object) -> Function:
    """Return an exercise with cases whose numbers are drawn by a seed; a reference says what is expected.

    Whole numbers, 0, 1 and words stay, and a number between 0 and 1 stays between them. Cases that have no other
    number are left out, and so are those that the reference cannot take.

    Args:
        exercise: the exercise as the page asks it.
        seed: of the numbers, the same on every machine.
        reference: a right answer.

    Raises:
        ValueError: if no case is left.

    >>> exercise = Function((Case((3.0, 2), 6.0),), stronger="")
    >>> drawn = varied(exercise, 7, lambda a, b: a * b)
    >>> drawn.fault(lambda a, b: a * b), drawn.fault(lambda a, b: 6.0) is None
    (None, False)
    """
    cases = []
    for number, case in enumerate(exercise.cases):
        chance = random.Random(f"{seed} {number}")
        arguments = tuple(drawn(each, chance) for each in case.arguments)
        try:
            expected = exercise.use(reference, *copy.deepcopy(arguments))
        except Exception:
            continue
        if shown_as(arguments) != shown_as(case.arguments) and expected is not None:
            cases.append(Case(arguments, expected, case.hint or exercise.hint))
    if not cases:
        raise ValueError("exercise: no case has a number that may change")
    return replace(exercise, cases=tuple(cases))


def tried_on(exercise: Function, arguments: list[tuple], reference: object) -> Function:
    """Return an exercise with other cases: arguments, and what a reference makes of them.

    >>> exercise = Function((Case((3, 2), 6),), stronger="")
    >>> tried_on(exercise, [(4, 5)], lambda a, b: a * b).fault(lambda a, b: a + b).expected
    '20'
    """
    cases = [Case(each, exercise.use(reference, *copy.deepcopy(each)), exercise.hint) for each in arguments]
    return replace(exercise, cases=tuple(cases))


def drawn(value: object, chance: random.Random) -> object:
    """Return a value with other numbers: floats, also those within lists, tuples, arrays and tensors."""
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        numbers = [_number(each, chance) for each in value.flatten().tolist()]
        return torch.tensor(numbers, dtype=value.dtype).view_as(value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        numbers = [_number(each, chance) for each in value.ravel().tolist()]
        return np.array(numbers, dtype=value.dtype).reshape(value.shape)
    if type(value) in (list, tuple):
        return type(value)(drawn(each, chance) for each in value)
    return _number(value, chance) if type(value) is float else value


def shown_as(value: object) -> str:
    """Return a value in words that tell two values apart."""
    if isinstance(value, torch.Tensor):
        return str(value.tolist())
    return str([shown_as(each) for each in value]) if isinstance(value, (list, tuple)) else repr(value)


def _number(value: float, chance: random.Random) -> float:
    if value in (0.0, 1.0) or not np.isfinite(value):
        return value
    factor = chance.uniform(*FACTORS)
    return value**factor if 0 < value < 1 else value * factor
