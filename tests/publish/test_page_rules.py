"""Each rule for pages lets a good page pass, and says what is wrong with a bad one."""

import pytest

from publish.page_rules import (
    broken,
    checks_can_fail,
    deeper_comes_last,
    exercises_hold_no_answer,
    headings_start_their_cells,
    picture_comes_first,
    questions_are_answered,
    words_in_formulas_are_upright,
)
from tests.publish.pages import DEEPER, EXERCISES, PICTURE, SETUP, START, TITLE, page, text

QUESTION = text("> **Before you run:** how many?")
CODE = "\n# %%\nsecond = 2\n"
ANSWER = text("Two.")
SECTION = text("## 1 · Start\n\nWhy.")


def test_a_good_page_breaks_nothing():
    good = page(
        START,
        SECTION,
        QUESTION,
        *[CODE, ANSWER] * 6,
        EXERCISES,
        DEEPER,
        text("## References\n\n- A book."),
    )
    assert broken(good) == []


@pytest.mark.parametrize(
    "inside", ["Words.\n\n## 1 · Start", "Words.\n### Part", "## 1 · Start\n\n### Part"]
)
def test_a_heading_inside_a_cell_is_found(inside):
    heading = inside.splitlines()[-1]
    assert headings_start_their_cells(page(START, text(inside))) == [
        f"a heading inside a cell: {heading}"
    ]


def test_a_comment_in_folded_code_is_no_heading():
    assert (
        headings_start_their_cells(page(START, text("Words.\n\n```python\n# a comment\n```"))) == []
    )


def test_a_picture_within_the_first_screen_may_be_an_explorer():
    assert (
        picture_comes_first(page(TITLE, SETUP, text("A word."), "\n# %%\nEncoding().sliders()\n"))
        == []
    )


def test_a_late_picture_is_found():
    late = page(TITLE, SETUP, *[text("Words.")] * 6, PICTURE)
    assert picture_comes_first(late) == ["the first picture comes 7 cells after the setup"]
    assert picture_comes_first(page(TITLE, SETUP, *[text("Words.")] * 5, PICTURE)) == []


def test_a_page_without_a_picture_is_found():
    assert len(picture_comes_first(page(TITLE, SETUP, *[text("Words.")] * 6))) == 1


def test_a_formula_before_the_picture_is_found():
    formula = text("$$u = 1$$")
    assert picture_comes_first(page(TITLE, SETUP, formula, PICTURE)) == [
        "a formula comes before the first picture"
    ]
    assert picture_comes_first(page(TITLE, SETUP, PICTURE, formula)) == []


@pytest.mark.parametrize(
    "answered",
    [
        [QUESTION, CODE, ANSWER],
        [QUESTION, CODE, ANSWER, CODE],
        [QUESTION, text("Think."), CODE, PICTURE, ANSWER],
        [QUESTION, ANSWER, SECTION],  # nothing to run: think by hand
        [text("Why.\n\n> How many?"), CODE, text("Two.\n\n> And now?"), CODE, ANSWER],
        [text("> Try this: what if?\n\n<details><summary>Answer</summary>\n\nTwo.\n\n</details>")],
        [text("> A quotation asks nothing."), SECTION],
    ],
)
def test_a_question_with_its_answer_passes(answered):
    assert questions_are_answered(page(START, *answered)) == []


@pytest.mark.parametrize(
    "unanswered",
    [
        [QUESTION, CODE],
        [QUESTION, CODE, SECTION, ANSWER],
        [QUESTION, CODE, QUESTION, CODE, ANSWER],
        [QUESTION, text("Think."), CODE],
        [text("> **Before you run:** how many?\n\nThink."), CODE],
        [text("> **Before you run:** how many?\n\nThink."), SECTION],
        [text("> **Before you run:** order them."), CODE],
        [QUESTION, CODE, text("### Part\n\nTwo.")],
        [QUESTION, CODE, EXERCISES],
    ],
)
def test_a_question_without_an_answer_is_found(unanswered):
    (wrong,) = questions_are_answered(page(START, *unanswered))
    assert wrong.startswith("no answer to: > **Before you run:**")


@pytest.mark.parametrize(
    "stub",
    [
        'answer = ...\ncheck("42.1", answer)',
        'parts = None, None\ncheck("42.1", parts)',
        'answers = {"one": None, "two": [...]}\ncheck("42.1", answers)',
        'def step(u):\n    return None  # your code here\n\n\ncheck("42.1", step)',
    ],
)
def test_a_stub_with_its_check_passes(stub):
    assert exercises_hold_no_answer(_exercise(stub)) == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("answer = None", "does not end with a call of check"),
        ('answer = None\nprint("42.1", answer)', "does not end with a call of check"),
        ('answer = None\ncheck("42.2", answer)', "is checked as '42.2'"),
        ('answer = None\ncheck("42.1", answer, 3.0)', "more or less than its number"),
        ('answer = None\ncheck("42.1", answer, hint="Add.")', "more or less than its number"),
        ('check("42.1", 3)', "more or less than its number"),
        ('answer = None\ncheck("42.1")', "more or less than its number"),
        ('answer = 3\ncheck("42.1", answer)', "answer = 3 is no stub"),
        ('answer = None\nhint = "Add."\ncheck("42.1", answer)', "is no stub"),
        ('answer = None\nprint(3)\ncheck("42.1", answer)', "print(3) is no stub"),
    ],
)
def test_an_answer_in_the_cell_of_an_exercise_is_found(cell, said):
    (wrong,) = exercises_hold_no_answer(_exercise(cell))
    assert wrong.startswith("exercise 42.1")
    assert said in wrong


def _exercise(cell):
    return page(START, EXERCISES.replace('answer = None\ncheck("42.1", answer)', cell))


def test_deeper_may_be_followed_by_the_references_only():
    references = text("## References")
    assert deeper_comes_last(page(START, EXERCISES, references, DEEPER)) == []
    assert deeper_comes_last(page(START, EXERCISES, DEEPER, references)) == []
    assert deeper_comes_last(page(START, DEEPER, EXERCISES)) == [
        "after Deeper comes more than the references"
    ]


COMPUTED = "\n# %%\nimport numpy as np\nfrom snn_core import LIF\nsecond = first + 1\n"


def check(*lines):
    """Return a cell that checks."""
    return '\n# %% tags=["check"]\n' + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "lines",
    [
        ["assert second == 2"],
        ["assert np.isclose(second, 2) and True"],
        ["assert LIF().beta < 1"],
        ["assert torch.zeros(2)[1].is_contiguous()"],
        ["third = second", "assert third == 2"],
        ["table = []", "for each in (second,):", "    table.append(each)", "assert table == [2]"],
        ["assert all(each < second for each in (0, 1))"],
        ["assert second == second + 0 * first"],
    ],
)
def test_a_check_of_what_the_page_computed_can_fail(lines):
    assert checks_can_fail(page(TITLE, SETUP, PICTURE, COMPUTED, check(*lines))) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["assert True"],
        ["assert 1 + 1 == 2"],
        ["assert round(0.5 * 3, 1) == 1.5"],
        ["assert np.isclose(1 / 3, 0.333, atol=0.01)"],
        ["third = 2", "assert third == 2"],
        ["table = []", "table.append(2)", "assert table == [2]"],
        ["table = [np.log(second)]", "assert np.isclose(1, 1)"],
        ["assert [second for second in (1, 2)] == [1, 2]"],
        ["assert second == 3 or True"],
        ["assert second == second"],
        ["assert (second == 3, 'the second is three')"],
        ["if second:", "    assert True"],
    ],
)
def test_a_check_that_cannot_fail_is_found(lines):
    written = "; ".join(checks_can_fail(page(TITLE, SETUP, PICTURE, COMPUTED, check(*lines))))
    assert written.startswith("a check cannot fail: assert")
    assert written.count("cannot fail") == 1


def test_what_one_check_computes_another_may_use():
    parts = check("third = second"), check("assert third == 2")
    assert checks_can_fail(page(TITLE, SETUP, PICTURE, COMPUTED, *parts)) == []


def test_a_word_in_italics_in_a_formula_is_found():
    wrong = page(START, text("It is $farthest \\cdot x$, as in `$HOME`."))
    assert words_in_formulas_are_upright(wrong) == ["farthest in italics: $farthest \\cdot x$"]
    right = r"It is $\mathrm{farthest} \cdot kx$. $$\begin{cases} a & \text{if it is} \end{cases}$$"
    assert words_in_formulas_are_upright(page(START, text(right))) == []
