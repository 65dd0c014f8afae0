"""A variant asks for other numbers: its solution is right, stub and public answer are not."""

import pytest

from publish import graded, variants
from snn_core.teaching.exercises import Value, find
from snn_core.teaching.exercises.comparison import equal
from snn_core.teaching.exercises.kinds import NotAttempted
from snn_core.teaching.exercises.variants import shown_as, varied
from tests.pages import READ, code
from tests.pages.test_exercises import EXERCISES, asked, solved, wrong_answers
from tests.publish.test_graded import points

SEEDS = (1, 7, 23)
KEYS = {asked(*each)[0]: each for each in EXERCISES}
DRAWN = {
    key: seen for name in READ for key, seen in variants.variants(READ[name], SEEDS[0]).items()
}
COVERED = [key for key in DRAWN if not DRAWN[key].own]
declared = pytest.mark.parametrize("key", variants.declared())
tried = pytest.mark.parametrize("key", COVERED)


def test_three_quarters_of_the_exercises_with_a_check_have_variants():
    assert len(DRAWN) >= 0.75 * len(EXERCISES)
    assert {key for key in DRAWN if DRAWN[key].own} == set(variants.declared())


@declared
def test_with_the_numbers_of_the_page_the_answer_is_that_of_the_page(key):
    known = find(key)
    assert equal(variants.answer(key, None), known.expected, known.tolerance)


@declared
def test_other_numbers_are_in_text_solution_and_hidden_tests(key):
    page = READ[KEYS[key][0]]
    texts = "\n".join(cell.source for cell in page.named("Exercises").cells)
    known, found = find(key), set()
    for seed in SEEDS:
        drawn = variants.variants(page, seed)[key]
        assert drawn == variants.variants(page, seed)[key]
        assert all(texts.count(old) == 1 and old != new for old, new in drawn.text.items())
        names = {}
        exec(drawn.solution, names)
        answer = names[asked(*KEYS[key])[1]]
        assert equal(answer, variants.answer(key, seed), known.tolerance)
        assert not equal(answer, known.expected, known.tolerance)
        found.add(str(answer))
    assert len(found) > 1


@tried
def test_a_function_is_tried_on_other_numbers(key):
    name, index = KEYS[key]
    right, known = solved(name, index), find(key)
    public = {shown_as(case.arguments) for case in known.cases}
    for seed in SEEDS:
        drawn = varied(known, seed, solved(name, index))
        assert drawn.fault(right) is None
        assert not {shown_as(case.arguments) for case in drawn.cases} & public
        with pytest.raises(NotAttempted):
            drawn.fault(None)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@tried
def test_wrong_answers_stay_wrong_on_other_numbers(key):
    name, index = KEYS[key]
    drawn = varied(find(key), SEEDS[1], solved(name, index))
    wrong = [answer for answer, _ in wrong_answers(name)[key] if callable(answer)]
    assert any(_wrong(drawn, answer) for answer in wrong)


def _wrong(exercise, answer):
    try:
        return exercise.fault(answer) is not None
    except NotAttempted:
        return True


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["00_why_spikes", "23_following_a_signal"])
def test_a_variant_scores_its_solution_and_no_stub_nor_the_public_answer(name):
    given = [each.number for each in READ[name].exercises if each.stub]
    assert points(name, seed=7) == 0
    assert points(name, seed=7, answers=dict.fromkeys(given)) == len(given)
    exercise, variable = asked(name, 0)
    assert isinstance(find(exercise), Value)
    public = dict.fromkeys(given) | {given[0]: {variable: find(exercise).expected}}
    assert points(name, seed=7, answers=public) == len(given) - 1


def test_what_a_variant_expects_is_hidden():
    scores = [c.source for c in code(graded.assignment(READ["23_following_a_signal"], 7))]
    hidden = [text for text in scores if "HIDDEN" in text]
    assert len(hidden) == 3
    for text in hidden:
        released = text.split("### BEGIN HIDDEN TESTS")[0]
        assert "varied" not in released
        assert "Value(" not in released
