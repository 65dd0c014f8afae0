"""A variant asks for other numbers: its solution is right, stub and public answer are not."""

import re

import pytest
import torch

from publish import graded, readme, variants
from snn_core.teaching.exercises import Value, find
from snn_core.teaching.exercises.comparison import equal, form
from snn_core.teaching.exercises.kinds import NotAttempted
from snn_core.teaching.exercises.variants import shown_as, tried_on, varied
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


def test_nine_in_ten_of_the_exercises_with_a_check_have_variants():
    assert len(DRAWN) >= 0.9 * len(EXERCISES)
    assert {key for key in DRAWN if DRAWN[key].own} == set(variants.declared())


def test_the_guide_lists_the_exercises_without_a_variant():
    without = sorted(set(KEYS) - set(DRAWN))
    listed = f"Without a variant are {', '.join(without[:-1])} and {without[-1]}:"
    assert listed in " ".join(readme.GUIDE.read_text(encoding="utf-8").split())


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


def rounded(value):
    """Return an answer with its numbers in three digits, but for whole ones."""
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    whole = isinstance(value, str) or value == round(value)
    return value if whole else float(f"{value:.3g}")


@declared
def test_three_digits_are_enough_for_an_answer(key):
    for seed in (None, *SEEDS):
        assert find(key).right(rounded(find(key).expected))
        right = Value(variants.answer(key, seed), "", "", tolerance=find(key).tolerance)
        assert right.right(rounded(right.expected))
        assert str(right.expected) in variants._of_value(key, "name", seed).tests


def others(key, seed):
    """Return an exercise with the cases on which a variant tries a function."""
    right, known = solved(*KEYS[key]), find(key)
    if key in variants.functions():
        declared = eval(f"[{variants.arguments(key, seed)}]", {"torch": torch})
        return tried_on(known, declared, right)
    return varied(known, seed, right)


@tried
def test_a_function_is_tried_on_other_numbers(key):
    name, index = KEYS[key]
    right, known = solved(name, index), find(key)
    public = {shown_as(case.arguments) for case in known.cases}
    for seed in SEEDS:
        drawn = others(key, seed)
        assert drawn.fault(right) is None
        assert not {shown_as(case.arguments) for case in drawn.cases} & public
        with pytest.raises(NotAttempted):
            drawn.fault(None)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@tried
def test_wrong_answers_stay_wrong_on_other_numbers(key):
    name, index = KEYS[key]
    drawn = others(key, SEEDS[1])
    wrong = [answer for answer, _ in wrong_answers(name)[key] if callable(answer)]
    assert any(_wrong(drawn, answer) for answer in wrong)


def _wrong(exercise, answer):
    try:
        return exercise.fault(answer) is not None
    except NotAttempted:
        return True


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["00_why_spikes", "17_event_cameras"])
def test_a_variant_scores_its_solution_and_no_stub_nor_the_public_answer(name):
    given = [each.number for each in READ[name].exercises if each.stub]
    assert points(name, seed=7) == 0
    assert points(name, seed=7, answers=dict.fromkeys(given)) == len(given)
    exercise, variable = asked(name, 0)
    assert isinstance(find(exercise), Value)
    public = dict.fromkeys(given) | {given[0]: {variable: find(exercise).expected}}
    assert points(name, seed=7, answers=public) == len(given) - 1


@declared
def test_the_form_of_a_value_is_tried_openly_and_its_value_is_not(key):
    name, index = KEYS[key]
    cells = {c.id: c.source for c in code(graded.assignment(READ[name], 7))}
    released = cells[f"score-{key[-1]}"].split("### BEGIN HIDDEN TESTS")[0]
    right = variants.answer(key, 7)
    exec(released, {asked(name, index)[1]: right})
    exec(released, {asked(name, index)[1]: find(key).expected})
    for wrong in (None, "a word", [1, 2, 3, 4, 5, 6], print):
        with pytest.raises(AssertionError, match=rf"not yet: expected {form(right)}, got \w+"):
            exec(released, {asked(name, index)[1]: wrong})


def test_a_number_in_a_tensor_is_told_by_its_shape_and_not_by_its_value():
    cells = {c.id: c.source for c in code(graded.assignment(READ["02_lif_neuron"], 7))}
    released = cells["score-1"].split("### BEGIN HIDDEN TESTS")[0]
    said = "not yet: expected a number, got a tensor of shape (1,)"
    with pytest.raises(AssertionError, match=f"^{re.escape(said)}$"):
        exec(released, {asked("02_lif_neuron", 0)[1]: torch.tensor([0.9048])})


@pytest.mark.parametrize("name", ["07_first_trained_network", "17_event_cameras"])
def test_three_of_four_exercises_hide_tests(name):
    scores = [c.source for c in code(graded.assignment(READ[name], 7)) if c.id.startswith("score")]
    assert len(scores) == 4
    assert sum("HIDDEN" in text for text in scores) == 3


def test_what_a_variant_expects_is_hidden():
    scores = [c.source for c in code(graded.assignment(READ["23_following_a_signal"], 7))]
    hidden = [text for text in scores if "HIDDEN" in text]
    assert len(hidden) == 3
    for text in hidden:
        released = text.split("### BEGIN HIDDEN TESTS")[0]
        assert "varied" not in released
        assert "Value(" not in released
