"""An assignment holds what its exercises mention; every kind of answer gets its points."""

import ast
import builtins
import functools
import io
import re
from contextlib import redirect_stdout, suppress

import nbformat
import pytest

pytest.importorskip("latex2mathml", reason="the extra `course` is not installed")
from publish import code_names, graded, grading, needed, wording
from publish.course_files import notes
from publish.page import tags
from snn_core.teaching.exercises import Value, find
from snn_core.teaching.exercises.comparison import shown
from snn_core.teaching.exercises.kinds import NotAttempted
from tests.pages import PAGES, READ, code
from tests.pages.test_exercises import asked, wrong_answers
from tests.publish.pages import EXERCISES, START, page

pages = pytest.mark.parametrize("name", READ)
RUN = ("00_why_spikes", "02_lif_neuron", "23_following_a_signal")
GIVEN = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", flags=re.S)


@functools.cache
def assignment(name, seed=None):
    """Return the assignment of a page, which the tests read and do not change."""
    return graded.assignment(READ[name], seed)


@pages
def test_every_name_that_is_read_was_defined_before(name):
    known = set(dir(builtins))
    for cell in code(assignment(name)):
        tree = ast.parse(cell.source)
        assert code_names.used(tree) <= known, (cell.id, code_names.used(tree) - known)
        known |= code_names.defined(tree)


@pages
def test_every_name_of_the_page_that_an_exercise_mentions_is_there(name):
    there, page_wide = set(), set()
    for cell in code(assignment(name)):
        there |= code_names.defined(ast.parse(cell.source))
    for cell in [each for each in code(PAGES[name]) if "check" not in tags(each)]:
        page_wide |= needed.outside_loops(code_names.parsed(cell.source) or ast.Module([], []))
    assert not (needed.mentioned(READ[name]) & page_wide) - there


@pages
def test_code_between_exercises_stays_code(name):
    between = [cell.source for cell in needed.given(READ[name])]
    made = graded.assignment(READ[name]).cells
    assert [cell.source for cell in made if cell.source in between] == between
    assert all(cell.cell_type == "code" for cell in made if cell.source in between)


@pages
def test_an_open_exercise_is_graded_by_a_person(name):
    made = assignment(name)
    nbformat.validate(made)
    assert len({cell.id for cell in made.cells}) == len(made.cells)
    cells = [cell for cell in made.cells if "nbgrader" in cell.metadata]
    by_hand = [c for c in cells if c.metadata.nbgrader.grade and c.metadata.nbgrader.solution]
    assert [cell.id for cell in by_hand] == [
        f"open-{each.number}" for each in READ[name].exercises if not each.stub
    ]
    assert all(cell.metadata.nbgrader.points >= 1 for cell in by_hand)
    assert len({cell.metadata.nbgrader.grade_id for cell in cells}) == len(cells)


def test_points_of_an_open_exercise_are_those_of_the_notes():
    said = " ".join(map(grading.in_words, notes()["05_surrogate_gradients"]["grading"]))
    assert "Exercise 5, 4 points" in said
    assert grading.points_of(READ["05_surrogate_gradients"], 5) == 4


def test_points_are_those_of_the_parts_or_one_or_two_with_a_check(monkeypatch):
    made = page(START, EXERCISES)
    assert [grading.points_of(made, number) for number in (1, 2)] == [1, grading.OPEN_POINTS]
    lines = [
        "Ask why.",
        {"checked": [1], "twice": [1]},
        {"exercise": 2, "parts": [[3, "a"], [2, "b"]]},
    ]
    monkeypatch.setattr(grading, "notes", lambda: {made.name: {"grading": lines}})
    assert [grading.points_of(made, number) for number in (1, 2)] == [2, 5]
    assert grading.in_words(lines[0]) == "Ask why."


@pages
def test_notes_grade_the_exercises_that_a_page_has(name):
    fields = [line for line in notes()[name]["grading"] if not isinstance(line, str)]
    checked = [line["checked"] for line in fields if "checked" in line]
    assert checked in ([], [[each.number for each in READ[name].exercises if each.stub]])
    is_open = [line["exercise"] for line in fields if "exercise" in line]
    assert is_open == [each.number for each in READ[name].exercises if not each.stub]


ELSEWHERE = re.compile(r"(?<!\d, )\b[Ss]ections? \d|\b(table|figure|graph) (above|below)\b")


@pages
def test_an_assignment_says_where_its_sections_stand(name):
    made = graded.assignment(READ[name])
    number = name[:2]
    asked = [c.source for c in made.cells if c.id.startswith("text-")]
    assert not [text for text in asked if ELSEWHERE.search(text)]
    speaks = any(f"age {number}," in text or f"of page {number}" in text for text in asked)
    assert (graded.HAVE_OPEN.format(number=number) in made.cells[0].source) == speaks


def test_sections_and_tables_get_the_number_of_their_page():
    given = "As in section 3. Section 4 says so (section 2), the table above "
    given += "and the table of section 1."
    said = "As in page 05, section 3. Page 05, section 4 says so (page 05, section 2), "
    said += "the table of page 05 and the table of page 05, section 1."
    assert wording.with_page(given, "05") == said
    assert wording.with_page(said, "05") == said
    own = "Fill in the table:\n\n| a |\n|---|"
    assert wording.with_page(own, "05") == own


def test_cells_are_taken_for_what_they_define():
    cells = "\n# %%\na = 1\nb = 2\n\n# %%\nc = b + 1\n\n# %%\na = 5\n"
    made = page(START, cells, EXERCISES.replace("Go on.", "Look at `c.real`."))
    assert [cell.source for cell in needed.needed(made)] == ["a = 1\nb = 2", "c = b + 1"]


def test_a_loop_is_not_run_for_a_name_that_a_text_quotes():
    cells = "\n# %%\na = 1\n\n# %%\nfor c in range(a):\n    d = c\n"
    made = page(START, cells, EXERCISES.replace("Go on.", "Set `d.real = 2`."))
    assert needed.needed(made) == []
    trained = [
        c.source for c in needed.needed(READ["05_surrogate_gradients"]) if "epochs=20" in c.source
    ]
    assert trained == []


@functools.cache
def begun(name, seed=None):
    """Run what stands before the first answer, once; return its names, and the cells after it."""
    names, cells = {"__name__": "__main__"}, code(assignment(name, seed))
    first = next(n for n, cell in enumerate(cells) if cell.id.startswith("answer-"))
    with redirect_stdout(io.StringIO()):
        for cell in cells[:first]:
            exec(cell.source, names)
    return names, cells[first:]


def points(name, seed=None, answers=None):
    """Run an assignment as nbgrader would, with answers in it, and return its points.

    Args:
        name: of the page.
        seed: of a variant.
        answers: by the number of the exercise, names and values, or None for the solution; a stub
            where there is none.
    """
    before, cells = begun(name, seed)
    names, total = dict(before), 0
    for cell in cells:
        kind, _, number = cell.id.partition("-")
        with redirect_stdout(io.StringIO()):
            if kind == "answer":
                answer = (answers or {}).get(int(number), "stub")
                _fill_in(cell.source, answer, names)
            elif kind == "score":
                with suppress(AssertionError, NotImplementedError, NotAttempted):
                    exec(cell.source, names)
                    total += 1
            else:
                exec(cell.source, names)
    return total


def _fill_in(source, answer, names):
    """Run a cell to fill in: with its solution, as it is released, or with an answer."""
    if answer is None:
        exec(source, names)
    elif answer == "stub":
        released = re.sub(
            r"( *)### BEGIN SOLUTION.*?### END SOLUTION",
            r"\1raise NotImplementedError",
            source,
            flags=re.S,
        )
        with suppress(NotImplementedError):
            exec(released, names)
    else:
        names.update(answer)


@pages
@pytest.mark.parametrize("seed", [None, 7])
def test_an_answer_that_is_not_there_is_named(name, seed):
    scores = [cell for cell in code(assignment(name, seed)) if cell.id.startswith("score")]
    assert len(scores) == len([each for each in READ[name].exercises if each.stub])
    for place, cell in enumerate(scores):
        wanted = asked(name, place)[1]
        with pytest.raises(AssertionError, match=rf"not yet: define {wanted} in the cell above"):
            exec(cell.source, {})


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", RUN)
def test_stub_solution_and_wrong_answer_get_their_points(name):
    given = [each.number for each in READ[name].exercises if each.stub]
    assert points(name) == 0
    assert points(name, answers=dict.fromkeys(given)) == len(given)
    exercise, variable = asked(name, 0)
    wrong = wrong_answers(name)[exercise][-1][0]
    answers = dict.fromkeys(given) | {given[0]: {variable: wrong}}
    assert points(name, answers=answers) == len(given) - 1


@pages
def test_an_assignment_promises_no_help_that_its_checks_do_not_give(name):
    told = " ".join(c.source for c in assignment(name).cells if c.cell_type == "markdown")
    assert "Each check" not in told
    assert "helps more" not in told


@pages
def test_an_assignment_imports_from_the_core_what_it_reads(name):
    setup, *others = [cell.source for cell in code(assignment(name))]
    tree = ast.parse(setup)
    read = needed.mentioned(READ[name]).union(
        *(code_names.read(ast.parse(text)) for text in [setup, *others])
    )
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module.startswith("snn_core"):
            assert {each.asname or each.name for each in node.names} <= read
    assert all(len(line) <= 130 for line in setup.splitlines())


@pages
def test_an_untouched_function_is_told_to_be_defined(name):
    """Of the page and as a variant: nbgrader puts NotImplementedError in place of a solution."""
    cells = {cell.id: cell.source for cell in code(assignment(name))}
    for place, each in enumerate(each for each in READ[name].exercises if each.stub):
        variable = asked(name, place)[1]
        if each.stub.startswith("def "):

            def untouched(*arguments, **named):
                raise NotImplementedError

            said = _said(cells[f"score-{each.number}"], {variable: untouched})
            assert said == f"not yet: define {variable} in the cell above"


@pages
def test_a_stub_says_in_nbgrader_what_it_says_to_students(name):
    """What nbgrader releases has every comment and every kept line of the student's stub."""
    cells = {cell.id: cell.source for cell in code(assignment(name))}
    for each in READ[name].exercises:
        if not each.stub:
            continue
        left = GIVEN.sub("", cells[f"answer-{each.number}"])
        stub = each.stub.split("check(")[0]
        comments = re.findall(r"  # (?!your code here$)(.*)", stub, flags=re.M)
        assert not [said for said in comments if said not in left]
        heads = re.findall(r"^ *(?:def|class) .*:$", stub, flags=re.M)
        assert [line for line in left.splitlines() if line in heads] == heads
        assert ast.parse(cells[f"answer-{each.number}"])


def test_the_form_of_an_answer_is_said():
    cells = {c.id: c.source for c in code(assignment("02_lif_neuron"))}
    assert cells["answer-2"].startswith("# Define by_pencil: a list of five pairs (u, z).")


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")
@pages
def test_a_score_never_shows_what_is_expected(name):
    """Three and more different wrong answers in a row say no more than the first."""
    cells = {cell.id: cell.source for cell in code(assignment(name))}
    for place, each in enumerate(each for each in READ[name].exercises if each.stub):
        exercise, variable = asked(name, place)
        known = find(exercise)
        scored = cells[f"score-{each.number}"]
        assert "check" not in scored
        for wrong, _ in [*wrong_answers(name)[exercise], (9.75, ""), (9.875, ""), (9.9375, "")]:
            said = _said(scored, {variable: wrong})
            assert "Expected" not in said
            assert known.stronger not in said
            if isinstance(known, Value) and wrong in (9.75, 9.875, 9.9375):
                assert shown(known.expected) not in said


def _said(scored, names):
    try:
        with redirect_stdout(io.StringIO()) as printed:
            exec(scored, names)
    except (AssertionError, NotAttempted) as problem:
        return f"{problem}{printed.getvalue()}"
    raise ValueError("a wrong answer has passed")


def test_a_check_of_ones_own_gets_no_points_for_wrong_answers():
    name = "02_lif_neuron"
    own = {"check": lambda *answers, **more: print("correct")}
    answers = {}
    for place, each in enumerate(each for each in READ[name].exercises if each.stub):
        exercise, variable = asked(name, place)
        answers[each.number] = {variable: wrong_answers(name)[exercise][-1][0], **own}
    assert len(answers) > 2
    assert points(name, answers=answers) == 0


@pages
def test_points_of_cells_are_those_of_the_guide(name):
    said = [grading.in_words(line) for line in notes()[name]["grading"]]
    marked = [cell.metadata.get("nbgrader", {}) for cell in assignment(name).cells]
    given = {marks["grade_id"]: marks["points"] for marks in marked if marks.get("grade")}
    for line in said:
        if stated := re.match(r"Exercise (\d), (\d) points: ", line):
            assert given[f"open_{stated.group(1)}"] == int(stated.group(2))
        if rubric := re.match(r"Exercise (\d)(?: is| suits|, \d points)", line):
            parts = [int(part) for part in re.findall(r"\((\d)\)", line)]
            assert not parts or given[f"open_{rubric.group(1)}"] == sum(parts)
    two = re.findall(r"\d", "".join(re.findall(r"two for exercises? ([\d and]+)", " ".join(said))))
    scored = {key[-1]: points for key, points in given.items() if key.startswith("score")}
    assert scored == {number: 2 if number in two else 1 for number in scored}
    rubrics = {line[9] for line in said if re.match(r"Exercise \d.*\(\d\)", line)}
    assert {key[-1] for key in given if key.startswith("open")} <= rubrics
