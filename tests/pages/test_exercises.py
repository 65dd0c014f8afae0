"""Exercises check themselves: stub not attempted, solution correct, plausible wrong answers not."""

import ast
import functools
import importlib
import re
from types import SimpleNamespace

import pytest

from snn_core.teaching.exercises import check, find, pages, verdicts
from tests.pages import PAGES, ROOT, code, prose, tagged

EXERCISES = [
    (name, index) for name in PAGES for index in range(len(tagged(PAGES[name], "exercise")))
]
PACKAGE = ROOT / "snn_core" / "teaching" / "exercises"
each_exercise = pytest.mark.parametrize(("name", "index"), EXERCISES)
each_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(autouse=True)
def _no_failures_so_far(monkeypatch):
    monkeypatch.setattr(verdicts, "_failures", {})


def asked(name, index):
    """Return what an exercise cell checks: the exercise, and the name of the answer."""
    tree = ast.parse(tagged(PAGES[name], "exercise")[index].source)
    (call,) = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "check"
    ]
    exercise, answer = call.args
    return exercise.value, answer.id


@functools.cache
def wrong_answers(name):
    """Return the wrong answers to each exercise, with a pattern of what is said at first."""
    return importlib.import_module(f"tests.pages.wrong_answers.{name[:2]}").WRONG


def exercises_of(name):
    """Return the exercises of a page, from the package."""
    return importlib.import_module(f"snn_core.teaching.exercises.page_{name[:2]}").EXERCISES


def solutions(name):
    """Return the folded solutions of a page, in order."""
    folded = re.findall(
        r"<details><summary>Solution \d</summary>(.*?)</details>", prose(PAGES[name]), flags=re.S
    )
    return [re.search(r"```python\n(.*?)```", text, flags=re.S).group(1) for text in folded]


def solved(name, index):
    """Return the right answer to an exercise: what the solution defines, run with imports."""
    namespace = {}
    exec(code(PAGES[name])[0].source, namespace)
    exec(solutions(name)[index], namespace)
    return namespace[asked(name, index)[1]]


@each_page
def test_every_exercise_has_a_solution_and_three_wrong_answers(name):
    count = len(tagged(PAGES[name], "exercise"))
    exercises = [asked(name, index)[0] for index in range(count)]
    assert count >= 2
    assert len(solutions(name)) == count
    assert list(wrong_answers(name)) == exercises
    assert all(len(wrong_answers(name)[exercise]) >= 3 for exercise in exercises)
    assert tagged(PAGES[name], "solution")
    headings = re.findall(
        r"^### (\d) · ", prose(PAGES[name]).split("\n## Exercises")[1], flags=re.M
    )
    assert 3 <= len(headings) <= 5


@each_page
def test_numbers_are_those_of_the_headings_and_of_the_module(name):
    exercises = [asked(name, index)[0] for index in range(len(tagged(PAGES[name], "exercise")))]
    text = prose(PAGES[name]).split("\n## Exercises")[1]
    headings = [f"{name[:2]}.{number}" for number in re.findall(r"^### (\d) · ", text, flags=re.M)]
    assert set(exercises) <= set(headings)
    assert list(exercises_of(name)) == exercises


@each_exercise
def test_the_untouched_stub_is_not_attempted_yet(name, index, capsys):
    namespace = {}
    exec(code(PAGES[name])[0].source, namespace)
    capsys.readouterr()
    exec(tagged(PAGES[name], "exercise")[index].source, namespace)
    assert capsys.readouterr().out == "not attempted yet\n"


@each_exercise
def test_the_solution_is_correct(name, index, capsys):
    answer = solved(name, index)
    capsys.readouterr()
    check(asked(name, index)[0], answer)
    assert capsys.readouterr().out == "correct\n"


@pytest.fixture
def _fault_found_once(monkeypatch):
    """Remember the fault of the last answer, which is asked for three times."""

    def remembering(exercise):
        asked, found = find(exercise), {}

        def fault(answer):
            if id(answer) not in found:
                found[id(answer)] = asked.fault(answer)
            return found[id(answer)]

        return SimpleNamespace(fault=fault, stronger=asked.stronger)

    monkeypatch.setattr(verdicts, "find", functools.cache(remembering))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # those of wrong answers
@each_exercise
@pytest.mark.usefixtures("_fault_found_once")
def test_wrong_answers_get_a_hint_then_a_stronger_one_then_the_expected_value(name, index, capsys):
    exercise, _ = asked(name, index)
    for answer, hint in wrong_answers(name)[exercise]:
        said = []
        for others in range(3):
            verdicts._failures[exercise] = set(range(others))
            check(exercise, answer)
            said.append(capsys.readouterr().out.splitlines())
        first, second, third = said
        assert first[0].startswith("not yet: ")
        assert re.search(hint, "\n".join(first)), first
        assert second == [*first, f"Hint: {find(exercise).stronger}"]
        assert third[:-1] == second
        assert [line for lines in said for line in lines if line.startswith("Expected: ")] == third[
            -1:
        ]


@each_exercise
def test_the_cell_gives_nothing_away(name, index):
    """It holds the stub, which returns or is None, and the check; no case, hint, expected value."""
    *stub, checked = ast.parse(tagged(PAGES[name], "exercise")[index].source).body
    assert ast.unparse(checked) == "check('{}', {})".format(*asked(name, index))
    constants = {
        node.value for part in stub for node in ast.walk(part) if isinstance(node, ast.Constant)
    }
    assert constants & {None, ...}


@each_page
def test_modules_of_exercises_import_the_core_torch_and_numpy_only(name):
    tree = ast.parse((PACKAGE / f"page_{name[:2]}.py").read_text(encoding="utf-8"))
    found = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    found += [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    assert {module.split(".")[0] for module in found} <= {"snn_core", "torch", "numpy"}
    teaching = [module for module in found if module.startswith("snn_core.teaching")]
    assert teaching == ["snn_core.teaching.exercises"]


def test_every_module_of_exercises_belongs_to_a_page():
    assert pages() == [name[:2] for name in PAGES]
