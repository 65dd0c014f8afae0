"""Checks of exercises: help grows with each failure, and no answer makes them raise."""

import importlib
import re
import subprocess
import sys
import types

import numpy as np
import pytest
import torch

from snn_core.teaching.exercises import (
    Case,
    Function,
    Mistake,
    Value,
    check,
    find,
    forward_and_gradient,
    pages,
    verdicts,
)
from snn_core.teaching.exercises.comparison import equal, message, shown
from snn_core.teaching.exercises.kinds import NotAttempted


@pytest.fixture(autouse=True)
def _no_failures_so_far(monkeypatch):
    monkeypatch.setattr(verdicts, "_failures", {})


@pytest.fixture
def said(monkeypatch, capsys):
    """Return a function that checks answers to an exercise and returns the printed lines."""

    def of(exercise, *answers):
        module = types.SimpleNamespace(EXERCISES={"98.1": exercise})
        monkeypatch.setitem(sys.modules, "snn_core.teaching.exercises.page_98", module)
        monkeypatch.setattr(verdicts, "pages", lambda: ["98"])
        for answer in answers:
            check("98.1", answer)
        return capsys.readouterr().out.splitlines()

    return of


DOUBLE = Function(
    (Case((3,), 6, "Twice."), Case((0.5,), 1, "Also of a half.")), stronger="Multiply by 2."
)
HALF = Value(
    0.5, hint="Less than 1.", stronger="One over 2.", mistakes=(Mistake(2, "Upside down."),)
)


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        (torch.tensor([0.5]), "a tensor of shape (1,)"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        ([0.5], "a list of 1 part"),
        ((0.5, 1), "a tuple of 2 parts"),
        ("half", "a word"),
    ],
)
def test_an_answer_of_another_form_is_told_which_is_wanted(said, answer, got):
    assert said(HALF, answer)[0] == f"not yet: expected a number, got {got}"
    returned = said(DOUBLE, lambda x: answer)[0]
    assert returned.endswith(f"(expected a number, got {got})")


def test_one_of_several_forms_is_enough(said):
    either = Value(0.5, hint="H", stronger="S", also=((1, 2),))
    assert said(either, (2, 1))[0] == "not yet: you gave (2, 1)"
    assert said(either, torch.zeros(3))[0].startswith("not yet: expected a number, got a tensor")


class Unshowable:
    def __repr__(self):
        raise RuntimeError("no")

    def __eq__(self, other):
        raise RuntimeError("no")

    __hash__ = None


class Pretender:
    @property
    def __class__(self):
        raise RuntimeError("no")


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no")


def endless():
    parts = []
    parts += [parts, parts]
    return parts


STRANGE = {
    "dict with a tensor": {"a": torch.ones(2)},
    "array of words": np.array(["one", "two"]),
    "word": "0.5",
    "bfloat16": torch.ones(2, dtype=torch.bfloat16),
    "sparse": torch.eye(3).to_sparse(),
    "complex": torch.ones(2, dtype=torch.complex64),
    "complex number": 3 + 1j,
    "meta tensor": torch.ones(2, device="meta"),
    "requires grad": torch.ones(2, requires_grad=True),
    "unshowable": Unshowable(),
    "pretender": Pretender(),
    "itself": endless(),
    "thousands of digits": 1 << 20_000,
    "ragged": [[1, 2], [3]],
    "set": {0.5},
    "nan": float("nan"),
    "masked": np.ma.masked,
    "records": np.zeros(2, dtype=[("a", int), ("b", float)]),
    "type": torch.nn.Linear,
    "module": np,
    "bytes": b"\xff",
    "long word": "x" * 10_000,
    "empty": torch.zeros(0),
    "generator": (each for each in [0.5]),
}
strange = pytest.mark.parametrize("kind", STRANGE)  # by name: pytest could not show all of them


def test_help_grows_with_each_other_wrong_answer_and_starts_again_after_a_right_one(said):
    first = ["not yet: for 3 it returned 4", "Hint: Twice."]
    second = [*first, "Hint: Multiply by 2."]
    third = [*second, "Expected: 6"]
    wrong = [lambda x: x + 1, lambda x: 1 + x, lambda x: x - -1, lambda x: x + 2 - 1]
    lines = said(DOUBLE, *wrong, lambda x: 2 * x, wrong[0])
    assert lines == [*first, *second, *third, *third, "correct", *first]


def test_running_the_same_wrong_function_again_brings_no_further_help(said):
    def cell():  # what running a cell again defines: another function that does the same
        return eval(compile("lambda x: x + 1", "cell", "eval"))

    first = ["not yet: for 3 it returned 4", "Hint: Twice."]
    assert said(DOUBLE, cell(), cell(), cell()) == first * 3


def test_a_wrong_value_that_was_there_before_brings_no_further_help(said):
    first = ["not yet: you gave 3", "Hint: Less than 1."]
    second = ["not yet: you gave 4", *first[1:], "Hint: One over 2."]
    again = [first[0], *second[1:]]
    assert said(HALF, 3, 3, 4, 3, 4) == [*first, *first, *second, *again, *second]


def test_failures_of_another_exercise_do_not_count(said):
    check("02.1", "one")
    check("02.2", "two")
    assert said(HALF, 3)[-2:] == ["not yet: you gave 3", "Hint: Less than 1."]


@pytest.mark.parametrize("stub", [None, ..., lambda x: None, lambda x: ...])
def test_a_stub_is_not_attempted_and_no_failure(said, stub):
    assert said(DOUBLE, stub, stub, lambda x: x)[:3] == ["not attempted yet"] * 2 + [
        "not yet: for 3 it returned 3"
    ]


def test_the_stub_of_a_value_is_not_attempted(said):
    assert said(HALF, None, ...) == ["not attempted yet"] * 2


def test_nothing_returned_in_a_later_case_is_a_failure(said):
    assert said(DOUBLE, lambda x: 6 if x == 3 else None) == [
        "not yet: for 0.5 it returned nothing",
        "Hint: Also of a half.",
    ]


def test_the_first_wrong_part_is_named_and_not_what_belongs_there(said):
    pairs = Value([(0.6, 0), (1.2, 1), (0.9, 0)], hint="Look.", stronger="Add.", each="step")
    assert said(pairs, [(0.6, 0), (1.2, 1), (0.9, 1)])[0].endswith("; 2 of 3 right: look at step 2")
    assert said(pairs, [(0.6, 1), (1.2, 1), (0.9, 0)])[0].endswith("; 2 of 3 right: look at step 0")
    for wrong in ([(0.6, 1)] * 3, [(0.6, 0)] * 2, 3, [3, 4, 5]):
        assert "right" not in said(pairs, wrong)[0]
    listed = Function((Case((3,), [0, 1, 2], "Count."),), stronger="Use range.")
    assert said(listed, lambda n: [0, 1, 3])[0].endswith("; 2 of 3 right: look at entry 2")


def test_a_likely_mistake_has_its_own_hint(said):
    assert said(HALF, 2) == ["not yet: you gave 2", "Hint: Upside down."]
    assert said(HALF, 0.5, 3)[1:] == ["not yet: you gave 3", "Hint: Less than 1."]


def test_a_right_value_can_be_written_in_another_way(said):
    three = Value((3, "high"), hint="Look.", stronger="At 3.", also=(("3", "high"),))
    assert said(three, (3, "high"), ("3", "high")) == ["correct"] * 2
    assert said(three, ("3", "low"))[0].startswith("not yet: you gave ('3', 'low')")


def test_a_mistake_can_be_known_by_a_predicate_that_fails_on_other_results(said):
    case = Case((3,), 6, "Twice.", mistakes=(Mistake(lambda got: got["x"] == 1, "No dict."),))
    exercise = Function((case,), stronger="Multiply by 2.")
    assert said(exercise, lambda x: {"x": 1})[1] == "Hint: No dict."
    assert said(exercise, lambda x: 1)[1] == "Hint: Twice."


def test_an_exception_is_no_known_mistake(said):
    case = Case(
        (3,), 6, "Twice.", mistakes=(Mistake(lambda got: len(got) == 1, "One part is missing."),)
    )
    assert said(Function((case,), stronger="Multiply by 2."), raises)[1] == "Hint: Twice."


def raises(x):
    raise KeyError("what?")


def prints(x):
    print("six")


def generates(x):
    yield 6


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (raises, "for 3 it raised KeyError: 'what.'"),
        (lambda x: sys.exit("bye"), "for 3 it raised SystemExit: bye"),
        (lambda x, y: x, "for 3 it raised TypeError: .*missing 1 required positional argument.*"),
        (lambda: 6, "for 3 it raised TypeError: .*takes 0 positional arguments.*"),
        (prints, "for 3 it printed something, but returned nothing"),
        (generates, "for 3 it returned a generator, which holds no values yet.*"),
        (lambda x: map(str, [x]), "for 3 it returned a map, which holds no values yet.*"),
        (lambda x: KeyError("x"), r"for 3 it returned KeyError\('x'\)"),
        (6, "you gave 6"),
    ],
)
def test_whatever_goes_wrong_in_the_answer_gets_the_hint(said, answer, verdict):
    lines = said(DOUBLE, answer)
    lines = [line for line in lines if line != "six"]
    assert re.fullmatch(f"not yet: {verdict}", lines[0])
    assert lines[1] in ("Hint: Twice.", "Hint: Hand over the function itself, without calling it.")


def test_what_an_answer_prints_is_shown_before_the_verdict(said):
    def answer(x):
        print("x is", x)
        return 2 * x

    assert said(DOUBLE, answer) == ["x is 3", "x is 0.5", "correct"]


def test_an_interrupt_is_not_held_back(said):
    def answer(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        said(DOUBLE, answer)


def test_an_answer_cannot_change_the_cases(said):
    def answer(x):
        x *= 2
        return x

    exercise = Function((Case((torch.ones(2),), [2, 2], "Twice."),), stronger="Multiply by 2.")
    assert said(exercise, answer, answer) == ["correct", "correct"]


@strange
def test_no_value_makes_a_check_raise(said, kind):
    lines = said(HALF, STRANGE[kind], 3, 4, STRANGE[kind])
    assert lines[0].startswith(("not yet: you gave ", "not yet: expected a number, got "))
    assert lines[-1] == "Expected: 0.5"
    assert all(len(line) < 250 for line in lines)


@strange
def test_no_result_makes_a_check_raise(said, kind):
    lines = said(DOUBLE, lambda x: STRANGE[kind])
    assert lines[0].startswith("not yet: for 3 it returned ")
    assert lines[1] == "Hint: Twice."


def test_an_exception_without_a_message_is_reported(said):
    def answer(x):
        raise Mute

    assert said(DOUBLE, answer)[0] == "not yet: for 3 it raised Mute: without a message"
    assert message(ValueError("a\n" * 500)).count("a") < 120


@pytest.mark.parametrize("name", ["98.2", "98", "99.1", "", None, 2.1])
def test_an_unknown_exercise_is_named_with_those_of_the_page(said, name):
    said(HALF, 0.5)
    with pytest.raises(ValueError, match="98.1|pages with exercises are 98"):
        check(name, 1)


def test_an_unknown_number_of_a_page_names_its_exercises():
    with pytest.raises(ValueError, match="no exercise '02.9': page 02 has 02.1, 02.2"):
        check("02.9", 1)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (torch.tensor([1.0, 2.0], requires_grad=True), [1, 2]),
        ((torch.tensor(1.0), [2.0]), (1, [2])),
        (torch.eye(2).to_sparse(), np.eye(2)),
        (torch.ones(2, dtype=torch.bfloat16), [1, 1]),
        (torch.tensor([1 + 1j]).conj(), [1 - 1j]),
        (float("nan"), float("nan")),
        (np.array([np.nan, np.inf]), [np.nan, np.inf]),
        (np.float32(0.5), 0.5),
        (range(3), [0, 1, 2]),
        ({"a": torch.ones(2)}, {"a": [1, 1]}),
        ("one", "one"),
        ("One ", "one"),
        (1 << 2_000, 1 << 2_000),
        (True, 1),
    ],
)
def test_equal_values_of_different_kinds_agree(got, expected):
    assert equal(got, expected) is True


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ([1.0, 1.0], 1.0),
        (1.0, [1.0]),
        ([1, 2, 3], [1, 2]),
        (torch.ones(2, 1), [1, 1]),
        ("1", 1),
        (1, "1"),
        (float("nan"), 1.0),
        (1.0, float("nan")),
        (-np.inf, np.inf),
        ({1, 2}, [1, 2]),
        ({1: 5, 2: 6}, [1, 2]),
        ((each for each in (1, 2)), [1, 2]),
        ({"a": 1, "b": 2}, {"a": 1}),
        ("12", [1, 2]),
        (1 + 1e-4, 1),
        (1 + 1j, 1),
    ],
)
def test_values_that_only_look_equal_do_not_agree(got, expected):
    assert equal(got, expected) is False


@pytest.mark.parametrize("expected", [0.25, 0.775, 1234, 1234.0, torch.tensor(0.2)])
def test_a_number_that_three_digits_write_is_not_rounded(expected):
    assert equal(float(expected), expected, rounded=True)
    assert not equal(1.004 * float(expected), expected, rounded=True)


@pytest.mark.parametrize("expected", [-1 / 49, 1 / 36, 0.9375, torch.tensor(2 / 3)])
def test_a_longer_number_may_be_rounded_to_three_digits_and_no_further(expected):
    assert equal(float(f"{expected:.3g}"), expected, rounded=True)
    assert not equal(float(f"{expected:.3g}"), expected)
    assert not equal(1.006 * float(expected), expected, rounded=True)
    assert equal([0.25, float(f"{expected:.3g}")], [0.25, expected], rounded=True)
    assert not equal([0.251, float(expected)], [0.25, expected], rounded=True)


def test_values_are_shown_in_a_few_words():
    assert shown(torch.tensor([[0.1, 2.0]])) == "[[0.1, 2]]"
    assert shown(torch.zeros(20)) == "an array of shape [20] with mean 0"
    assert shown(np.array(["a"] * 20)) == "an array of shape [20]"
    assert shown([0] * 20) == "a list of 20 parts"
    assert shown((1.0, "a", None)) == "(1, 'a', None)"
    assert shown(endless()).startswith("[[[a list of 2 parts")
    assert shown(raises) == "the function raises"
    assert " at 0x" not in shown(object())


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, arrives):
        return 2 * ctx.saved_tensors[0] * arrives


class ForgetsWhatArrives(Square):
    @staticmethod
    def backward(ctx, arrives):
        return 2 * ctx.saved_tensors[0]


class ForgetsTheSign(Square):
    @staticmethod
    def backward(ctx, arrives):
        return 2 * ctx.saved_tensors[0] * arrives.abs()


class NoBackwardYet(Square):
    @staticmethod
    def backward(ctx, arrives):
        return None


class NothingYet(Square):
    @staticmethod
    def forward(ctx, x):
        return None


SQUARE = Function(
    (Case((torch.tensor([3.0, -1.0]),), ([9, 1], [6, 4]), "The slope times what arrives."),),
    stronger="2 x times what arrives.",
    use=forward_and_gradient,
)


def test_an_autograd_function_is_applied_and_its_gradient_compared(said):
    assert said(SQUARE, Square, torch.square) == ["correct", "correct"]
    assert said(SQUARE, NoBackwardYet, NothingYet) == ["not attempted yet"] * 2
    returned = "not yet: for [3, -1] it returned ([9, 1], [6, -2]); 1 of 2 right: look at entry 1"
    assert said(SQUARE, ForgetsWhatArrives)[0] == returned
    assert said(SQUARE, ForgetsTheSign)[0].startswith(
        "not yet: for [3, -1] it returned ([9, 1], [6, -4]); 1 of 2 right"
    )
    assert said(SQUARE, lambda x: x.detach() ** 2)[0].startswith(
        "not yet: for [3, -1] it raised RuntimeError: "
    )


def test_a_class_can_be_tried_as_its_exercise_says(said):
    def use(answer, size, x):
        layer = answer(size)
        return layer(x).shape

    exercise = Function((Case((4, torch.ones(2, 3)), (2, 4), "No."),), stronger="No.", use=use)
    assert said(
        exercise, lambda size: torch.nn.Linear(3, size), lambda size: torch.nn.Linear(3, 5)
    ) == [
        "correct",
        "not yet: for 4, [[1, 1, 1], [1, 1, 1]] it returned (2, 5); 1 of 2 right: look at entry 1",
        "Hint: No.",
    ]


def test_modules_are_imported_when_a_page_asks_for_them():
    code = (
        "import sys, snn_core.teaching.exercises; print([m for m in sys.modules if '.page_' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


def exercises():
    """Return all exercises of all pages."""
    found = {}
    for page in pages():
        found |= importlib.import_module(f"snn_core.teaching.exercises.page_{page}").EXERCISES
    return found


@pytest.mark.parametrize("name", exercises())
def test_every_exercise_has_two_different_hints_that_do_not_say_the_value(name):
    exercise = find(name)
    with pytest.raises(NotAttempted):
        exercise.fault(None)
    hints = (
        [exercise.hint]
        if isinstance(exercise, Value)
        else [case.hint or exercise.hint for case in exercise.cases]
    )
    assert all(hints)
    assert exercise.stronger
    assert exercise.stronger not in hints
    if isinstance(exercise, Value):
        said = " ".join(
            [*hints, exercise.stronger, *(mistake.hint for mistake in exercise.mistakes)]
        )
        assert f" {shown(exercise.expected)}" not in said


def test_checks_leave_the_random_numbers_alone():
    state = torch.get_rng_state()
    for page in pages():
        sys.modules.pop(f"snn_core.teaching.exercises.page_{page}", None)
        importlib.import_module(f"snn_core.teaching.exercises.page_{page}")
    assert torch.equal(torch.get_rng_state(), state)
