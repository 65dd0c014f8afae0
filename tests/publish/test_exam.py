"""An exam fits its time, its key fits the exam, and no model answer reaches a student."""

import itertools
import math
import re
import subprocess
import sys

import nbformat
import pytest

pytest.importorskip("latex2mathml", reason="the extra `course` is not installed")
from publish import course, exam, graded, pencil, slide_steps, slides, variants
from publish.deck import Deck
from publish.quiz import noted, shared_out
from snn_core.teaching.exercises import find
from snn_core.teaching.exercises.comparison import equal
from tests.pages import PAGES, READ
from tests.publish.test_quiz import ASKED

seeds = pytest.mark.parametrize("seed", course.EXAMS)
pages = pytest.mark.parametrize("name", PAGES)


@pytest.mark.parametrize("name", ASKED)
def test_every_question_to_discuss_has_a_model_answer(name):
    given = exam.answers()[name]
    assert len(given) == len(noted()[name]["discussion"])
    assert all(15 <= len(exam.unmarked(answer).split()) <= 70 for answer in given)


@pytest.mark.parametrize("name", ASKED)
def test_the_marks_of_a_model_answer_add_up_to_its_points(name):
    for answer in exam.answers()[name]:
        assert sum(exam.marks(answer)) == exam.OPEN, answer
        assert len(exam.marks(answer)) >= 2, answer


@seeds
def test_an_exam_fits_two_hours_and_asks_about_every_page(seed):
    drawn = exam.drawn(ASKED, seed)
    assert [question.name[:2] for question in drawn.choices] == [name[:2] for name in ASKED]
    minutes = exam.CHOICE * len(drawn.choices) + exam.OPEN * len(drawn.discussed)
    minutes += exam.PENCIL * len(drawn.worked) + exam.CODE
    assert drawn.points == minutes == exam.MINUTES
    assert len({each.key[:2] for each in drawn.worked}) == len(drawn.worked) == 4
    assert len(drawn.discussed) == 6
    assert len({name for name, *_ in drawn.discussed}) == len(drawn.discussed)


@seeds
def test_the_key_gives_the_letters_of_the_right_answers(seed):
    drawn = exam.drawn(ASKED, seed)
    sheet = exam.sheet(drawn)
    rows = re.findall(r"^\| (\d+) \| ([A-D]) \| \d\d \|$", exam.key(drawn), flags=re.M)
    for (number, letter), question in zip(rows, drawn.choices, strict=True):
        block = re.search(rf"^\*\*{number}\.\*\* .*?(?=^\*\*|^## )", sheet, flags=re.M | re.S)
        assert f"- {letter}. {question.options[0].text}\n" in block.group(0)


@seeds
def test_the_key_answers_the_open_questions_and_the_sheet_does_not(seed):
    drawn = exam.drawn(ASKED, seed)
    sheet, key = exam.sheet(drawn), exam.key(drawn)
    first = len(drawn.choices) + len(drawn.worked) + 2
    for number, (name, asked, answer) in enumerate(drawn.discussed, first):
        place = noted()[name]["discussion"].index(asked)
        assert answer == exam.answers()[name][place]
        assert f"**{number}.** {asked}\n" in sheet
        assert f"**{number}** (page {name[:2]}). {answer}\n" in key
        assert answer not in sheet
        assert exam.unmarked(answer) not in sheet


@seeds
def test_exercises_with_numbers_are_answered_by_what_their_declaration_computes(seed):
    drawn = exam.drawn(ASKED, seed)
    sheet, key = exam.sheet(drawn), exam.key(drawn)
    for number, each in enumerate(drawn.worked, len(drawn.choices) + 1):
        known = find(each.key)
        worked = eval(each.working, vars(math) | {"int": int})
        assert equal(worked, each.answer, known.tolerance)
        assert not equal(worked, known.expected, known.tolerance)
        assert not equal(worked, variants.answer(each.key, pencil.HANDED_OUT), known.tolerance)
        assert f"**{number}.** {each.ask}\n" in sheet
        way = f"`{each.working}` [2] = {pencil.shown(each.answer)} [2]\n"
        assert f"**{number}** (page {each.key[:2]}). {way}" in key
        assert each.working not in sheet


@pytest.mark.parametrize("key", [k for k, each in variants.declared().items() if "exam" in each])
def test_an_exercise_on_paper_stands_alone_and_holds_its_numbers(key):
    text = variants.declared()[key]["exam"]
    assert exam.stands_alone(text)
    assert text.endswith("?")
    drawn = variants.numbers(key, 1)
    filled = pencil.pencil(key, 1).ask
    assert not re.search(r"\{[a-z]+\}", filled)
    assert all(f"{{{name}}}" in text for name in drawn)


def test_exams_share_no_exercise_with_numbers():
    worked = [each.key for s in course.EXAMS for each in exam.drawn(ASKED, s).worked]
    assert len(set(worked)) == len(worked) == 4 * len(course.EXAMS)


def test_the_variant_of_the_guide_is_the_one_that_exams_avoid():
    shown = re.findall(
        r"--variant (\d+)", (course.SOURCE / "README.md").read_text(encoding="utf-8")
    )
    assert {int(seed) for seed in shown} == {pencil.HANDED_OUT}


@seeds
def test_code_to_read_has_the_answer_that_running_it_prints(seed):
    drawn = exam.drawn(ASKED, seed)
    sheet, key = exam.sheet(drawn), exam.key(drawn)
    number = len(drawn.choices) + len(drawn.worked) + 1
    asked = sheet.split(f"**{number}.** ")[1].split("```python\n")[1].split("\n```")[0]
    ran = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, encoding="utf-8", check=True
    )
    first, second = ran.stdout.splitlines()
    wanted = f"`{first}` [4] and then `{second}` [4]\n"
    assert f"**{number}** (page {drawn.read.page}). {wanted}" in key
    assert first not in sheet
    assert len({exam.drawn(ASKED, each).read.page for each in course.EXAMS}) == len(course.EXAMS)


@seeds
def test_an_exam_asks_only_what_is_held_back(seed):
    for name, question in zip(ASKED, exam.drawn(ASKED, seed).choices, strict=True):
        practice, kept = shared_out(name)
        assert question in kept
        assert question not in practice
        assert (len(practice), len(kept)) == (3, 2)


def test_any_two_exams_share_a_third_of_the_questions_to_choose():
    chosen = [{each.name for each in exam.drawn(ASKED, s).choices} for s in course.EXAMS]
    for first, second in itertools.combinations(chosen, 2):
        assert len(first & second) <= len(ASKED) / 3


@seeds
def test_an_exam_points_to_nothing_that_it_does_not_print(seed):
    sheet = exam.sheet(exam.drawn(ASKED, seed))
    assert not exam.ELSEWHERE.search(sheet)
    for words in ("this network", "the table", "this page", "three ways to break", "section 5"):
        assert not exam.stands_alone(f"What does {words} show?")
        assert words not in sheet.lower()


def test_exams_share_no_more_questions_than_the_bank_enforces():
    exams = [exam.drawn(ASKED, seed) for seed in course.EXAMS]
    asked = [question.name for each in exams for question in each.choices]
    few = sum(max(len(exams) - len(exam.fair(name)), 0) for name in ASKED)
    assert len(asked) - len(set(asked)) == few
    discussed = [each[:2] for drawn in exams for each in drawn.discussed]
    assert len(discussed) == len(set(discussed))


def test_seeds_draw_unlike_exams():
    first, second = (exam.sheet(exam.drawn(ASKED, seed)) for seed in course.EXAMS[:2])
    assert first == exam.sheet(exam.drawn(ASKED, course.EXAMS[0]))
    assert first != second


@pytest.mark.parametrize("name", ASKED)
def test_model_answers_are_for_lecturers_only(name):
    answers = [exam.unmarked(answer) for answer in exam.answers()[name]]
    beside = course.instructor(READ[name], noted()[name]).cells[1].source
    handed_out = nbformat.writes(course.student(READ[name]))
    handed_out += nbformat.writes(graded.assignment(READ[name]))
    handed_out += "".join(text for _, text in Deck(READ[name], {}).slides())
    assert all(answer in beside for answer in answers)
    assert not [answer for answer in answers if answer in handed_out]


@pages
def test_a_lecture_has_every_section_and_lasts_45_minutes(name):
    steps = exam.plan(READ[name])
    assert sum(minutes for _, minutes in steps) == exam.LECTURE_MINUTES
    assert all(minutes >= 1 for _, minutes in steps)
    sections = [section.title for section in READ[name].sections]
    assert [what for what, _ in steps][1:-2] == sections


@pages
def test_a_plan_names_the_steps_of_the_slides(name):
    steps = slides.steps(READ[name])
    assert len(steps) == len(exam.plan(READ[name]))
    assert sum(steps) == slide_steps.count(Deck(READ[name], {}).steps())
    assert all(steps[:-1])
    assert f"| {steps[0]} | title" in exam.planned(READ[name], steps)


def test_minutes_are_shared_by_weight():
    assert exam.shared(10, [1, 1]) == [5, 5]
    assert exam.shared(13, [3, 1]) == [9, 4]  # one each, and eleven more by 8.25 to 2.75
    assert exam.shared(3, [1000, 1, 1]) == [1, 1, 1]
