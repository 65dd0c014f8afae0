"""What an exercise can ask for: a value, or a function (a class, a module) that is tried on cases.

An exercise finds the first fault of an answer, and knows the hints; when they are shown is decided in `verdicts`.
"""

import contextlib
import copy
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch

from snn_core.teaching.exercises.comparison import equal, message, other_form, shown, where


class NotAttempted(Exception):
    """The answer is still the stub."""


class Raised(NamedTuple):
    """The exception that came in place of a result."""

    problem: BaseException


class Fault(NamedTuple):
    """What is wrong with an answer, what to think about, and what was expected."""

    what: str
    hint: str
    expected: str


class Mistake(NamedTuple):
    """A likely mistake: the wrong result, or a predicate that knows it, and the hint for exactly this one."""

    wrong: object
    hint: str

    def made(self, got: object, tolerance: float, rounded: bool) -> bool:
        """Tell whether a result shows this mistake; never raise."""
        if not callable(self.wrong):
            return equal(got, self.wrong, tolerance, rounded=rounded)
        with contextlib.suppress(Exception):  # a predicate need not expect every result
            return bool(self.wrong(got))
        return False


class Case(NamedTuple):
    """One call to try: its arguments, the expected result, and what to think about if it differs."""

    arguments: tuple
    expected: object
    hint: str = ""
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Value:
    """An exercise whose answer is a value.

    Args:
        expected: the right value, also a list, a tuple or a tensor.
        hint: what to think about; shown at the first failure.
        stronger: what leads to the answer; added at the second failure.
        mistakes: likely wrong values, each with a hint that is shown in place of `hint`.
        tolerance: relative and absolute; a number that three digits cannot write may be rounded, see `slack`.
        also: other ways to write the right value.
        each: what a part of a list is called, such as a step, when the first wrong one is named.
    """

    expected: object
    hint: str
    stronger: str
    mistakes: tuple[Mistake, ...] = ()
    tolerance: float = 1e-6
    also: tuple = ()
    each: str = "entry"

    def fault(self, answer: object) -> Fault | None:
        """Return what is wrong with the answer, or None; raise NotAttempted for the stub."""
        if answer is None or answer is Ellipsis:
            raise NotAttempted
        if self.right(answer):
            return None
        hint = _hint(answer, self.mistakes, self.hint, self.tolerance, rounded=True)
        what = "" if any(not other_form(answer, right) for right in self.also) else other_form(answer, self.expected)
        place = where(answer, self.expected, self.tolerance, self.each, rounded=True)
        return Fault(what or f"you gave {shown(answer)}{place}", hint, shown(self.expected))

    def right(self, answer: object) -> bool:
        """Tell whether an answer is right; never raise."""
        return any(equal(answer, each, self.tolerance, rounded=True) for each in (self.expected, *self.also))


def call(answer: Callable, *arguments: object) -> object:
    """Call the answer: how a function is tried unless its exercise says otherwise."""
    return answer(*arguments)


def forward_and_gradient(answer: object, x: torch.Tensor, *others: object) -> tuple | None:
    """Apply an autograd function, a module or a function to ``x``; return its output and the gradient by ``x``.

    The gradient that arrives at the output is 1, -2, 3, -4, …, so that a backward that forgets it, or its sign, is
    found. Return None if the output or the gradient is missing, as in a stub.

    >>> forward_and_gradient(torch.sin, torch.zeros(2))
    (tensor([0., 0.]), tensor([ 1., -2.]))
    """
    x = x.detach().clone().requires_grad_()
    custom = isinstance(answer, type) and issubclass(answer, torch.autograd.Function)
    output = answer.apply(x, *others) if custom else answer(x, *others)
    if output is None:
        return None
    arrives = torch.arange(1.0, output.numel() + 1, dtype=output.dtype)
    arrives[1::2] *= -1
    (gradient,) = torch.autograd.grad(output, x, arrives.view_as(output), allow_unused=True)
    return None if gradient is None else (output.detach(), gradient)


@dataclass(frozen=True)
class Function:
    """An exercise whose answer is a function, or anything else that can be tried on arguments.

    Args:
        cases: tried in this order; the first that fails is reported.
        stronger: what leads to the answer; added at the second failure.
        hint: for cases without a hint of their own; shown at the first failure.
        use: takes the answer and the arguments of a case and returns what is compared, None for a stub;
            `forward_and_gradient` for an autograd function or a module.
        tolerance: relative and absolute.
    """

    cases: tuple[Case, ...]
    stronger: str
    hint: str = ""
    use: Callable = call
    tolerance: float = 1e-6

    def fault(self, answer: object) -> Fault | None:
        """Return what is wrong in the first case that fails, or None; raise NotAttempted for the stub."""
        if answer is None or answer is Ellipsis:
            raise NotAttempted
        if not callable(answer):
            return Fault(
                f"you gave {shown(answer)}", "Hand over the function itself, without calling it.", "a function"
            )
        for number, case in enumerate(self.cases):
            fault = self._fault_in(case, answer, first=number == 0)
            if fault:
                return fault
        return None

    def _fault_in(self, case: Case, answer: object, first: bool) -> Fault | None:
        got, printed = _tried(self.use, answer, case.arguments)
        if first and not printed and _untouched(got):
            raise NotAttempted
        if equal(got, case.expected, self.tolerance):
            return None
        hint = _hint(got, case.mistakes, case.hint or self.hint, self.tolerance)
        given = ", ".join(map(shown, case.arguments)) or "no arguments"
        came = _came(got, printed)
        if came.startswith("returned ") and got is not None and (other := other_form(got, case.expected)):
            came += f" ({other})"
        came += where(got, case.expected, self.tolerance)
        return Fault(f"for {given} it {came}", hint, shown(case.expected))


def _tried(use: Callable, answer: object, arguments: tuple) -> tuple[object, str]:
    """Return what came back, or what was raised, and what was printed, which is handed on."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            got = use(answer, *copy.deepcopy(arguments))  # an answer may change what it gets
    except (Exception, SystemExit) as problem:
        got = Raised(problem)
    finally:
        print(printed.getvalue(), end="")
    return got, printed.getvalue()


def _untouched(got: object) -> bool:
    """Tell whether a stub gave this: nothing, or what nbgrader puts in place of a solution."""
    if type(got) is Raised:
        return type(got.problem) is NotImplementedError and not str(got.problem)
    return got is None or got is Ellipsis


def _came(got: object, printed: str) -> str:
    """Say what an answer gave."""
    if type(got) is Raised:
        return f"raised {message(got.problem)}"
    if got is None:
        return "printed something, but returned nothing" if printed else "returned nothing"
    if issubclass(type(got), Iterator):
        return f"returned {shown(got)}, which holds no values yet: return a list"
    return f"returned {shown(got)}"


def _hint(got: object, mistakes: tuple[Mistake, ...], otherwise: str, tolerance: float, rounded: bool = False) -> str:
    """Return the hint for the mistake that was made, or the general one."""
    if type(got) is Raised:
        return otherwise
    made = (mistake.hint for mistake in mistakes if mistake.made(got, tolerance, rounded))
    return next(made, otherwise)
