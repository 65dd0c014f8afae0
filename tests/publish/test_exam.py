"""An exam fits its time, its key fits the exam, and no model answer reaches a student."""

import collections
import functools
import itertools
import math
import re
import subprocess
import sys

import nbformat
import pytest

pytest.importorskip("latex2mathml", reason="the extra `course` is not installed")
from publish import (
    course,
    essays,
    exam,
    exam_choices,
    exam_draw,
    graded,
    lecture,
    lessons,
    pencil,
    quiz,
    read_code,
    slide_steps,
    slides,
    variants,
)
from publish.course_files import FOLDER, model_answers, notes
from publish.deck import of_page
from publish.exam_pages import lectured, taught
from publish.quiz import LETTERS, SEED, questions, shared_out
from snn_core.teaching.exercises import Value, find
from snn_core.teaching.exercises.comparison import equal
from tests.pages import PAGES, READ
from tests.publish.test_quiz import ASKED

EVERY = [(number, seed) for seed in (SEED, 7, 23) for number in course.EXAMS]
exams = pytest.mark.parametrize(("number", "seed"), EVERY)
twenty = pytest.mark.parametrize("seed", range(1, 21))
some_seeds = pytest.mark.parametrize("seed", [SEED, 7, 23])
ESSAYS = essays.essays()
TAUGHT = lectured(ASKED)
pages = pytest.mark.parametrize("name", PAGES)


@functools.cache
def taken(number, seed):
    """Return an exam about all pages with a lecture, which the tests read and do not change."""
    return exam_draw.drawn(TAUGHT, number, seed)


@pytest.mark.parametrize("name", ASKED)
def test_every_question_to_discuss_has_a_model_answer(name):
    given = model_answers()[name]
    assert len(given) == len(notes()[name]["discussion"])
    assert all(15 <= len(essays.unmarked(answer).split()) <= 70 for answer in given)


@pytest.mark.parametrize("name", ASKED)
def test_the_marks_of_a_model_answer_add_up_to_its_points(name):
    for answer in model_answers()[name]:
        assert sum(essays.marks(answer)) == essays.POINTS, answer
        assert len(essays.marks(answer)) >= 2, answer


def test_essays_have_an_answer_whose_marks_add_up_and_stand_alone():
    assert len(ESSAYS) == len({each.name for each in ESSAYS}) == 19
    for each in ESSAYS:
        assert each.name in ASKED
        assert sum(essays.marks(each.answer)) == essays.POINTS, each.ask
        assert 3 <= len(essays.marks(each.answer)) <= 4, each.ask  # parts in eight minutes
        assert len(each.ask.split()) <= 90
        assert 40 <= len(essays.unmarked(each.answer).split()) <= 80
        assert exam_choices.stands_alone(each.ask)


def test_no_essay_stands_in_the_guide_or_on_a_page():
    told = course.guide(READ) + "".join(nbformat.writes(READ[name].notebook) for name in ASKED)
    told += "".join(nbformat.writes(course.instructor(READ[n], notes()[n])) for n in ASKED)
    for each in ESSAYS:
        sentences = re.split(r"(?<=[.?:]) ", each.ask)
        assert not [text for text in sentences if len(text) > 40 and text in told]
        assert essays.unmarked(each.answer) not in told


def test_numbers_in_essays_are_what_they_are_said_to_be():
    answers = {each.name[:2]: each.answer for each in ESSAYS}
    said = [
        ("01", f"{math.sqrt(100 / 200):.0%}".replace("%", " %")),
        ("01", f"coin errs by {math.sqrt(0.5 * 0.5 / 100)}"),
        ("01", f"at most 1/{2 * (200 - 1)}"),
        ("02", f"{math.exp(-10 / 20):.2f}"),
        ("02", f"τ = {-10 / math.log(0.9):.0f} ms"),
        ("13", f"{200**2 * 250 // 10**6} million"),
        ("13", f"{3 * 200 * 5000 // 10**6} million"),
        ("13", f"{200 * 250:,}"),
        ("21", f"{50 * (50 * 5.9 + 5.2):,.0f}"),
        ("21", f"{50 * 10 * 14.6:,.0f}"),
        ("21", f"{100 * (50 * 9.6 + 5.2):,.0f}"),
    ]
    assert not [(page, text) for page, text in said if text not in answers[page]]


@exams
def test_an_exam_fits_two_hours_and_asks_about_every_page_with_a_lecture(number, seed):
    drawn = taken(number, seed)
    chosen = [question.name[:2] for question in drawn.choices]
    told = [each.name[:2] for each in drawn.discussed]
    assert sorted([*chosen, *told]) == [name[:2] for name in TAUGHT]
    points = exam_draw.CHOICE * len(chosen) + exam_draw.CODE + essays.POINTS * len(told)
    assert drawn.points == points + sum(each.points for each in drawn.worked) == 100
    worked = collections.Counter(each.points for each in drawn.worked)
    assert worked == exam_draw.PENCILS == {pencil.SHORT: 2, pencil.LONG: 2}
    assert len({each.key[:2] for each in drawn.worked}) == len(drawn.worked)
    assert len(told) == exam_draw.ESSAYS
    assert {name[:2] for name in ASKED} - {name[:2] for name in TAUGHT} == {"23"}
    words = len(exam.sheet(drawn).split())
    assert drawn.points + words / exam.READ <= exam.minutes(drawn) == exam.MINUTES


@twenty
def test_no_question_stands_beside_an_essay_or_an_exercise_that_it_answers(seed):
    for number in course.EXAMS:
        drawn = taken(number, seed)
        told = {each.name[:2] for each in drawn.discussed}
        for each in drawn.worked:
            beside = pencil.told_beside(each.key)
            assert not {question.name for question in drawn.choices} & beside
        for each in drawn.discussed:
            assert not {question.name for question in drawn.choices} & set(each.choices)
            assert not {worked.key for worked in drawn.worked} & set(each.numbers)
            assert not told & set(each.essays)
        assert not {question.name[:2] for question in drawn.choices} & told


@twenty
def test_no_question_to_choose_stands_beside_what_tells_its_answer(seed):
    for number in course.EXAMS:
        drawn = taken(number, seed)
        pairs = itertools.combinations(drawn.choices, 2)
        assert not [(one.name, other.name) for one, other in pairs if quiz.apart(one, other)]
        told = {
            *drawn.read.tells,
            *(each for e in drawn.worked for each in pencil.told_beside(e.key)),
        }
        assert not {question.name for question in drawn.choices} & told


@twenty
def test_no_two_parts_of_an_exam_take_one_skill(seed):
    for number in course.EXAMS:
        drawn = taken(number, seed)
        skills = [drawn.read.skill, *(pencil.skill(each.key) for each in drawn.worked)]
        assert len(set(skills)) == len(skills) == 5


def test_what_is_kept_apart_from_a_question_to_choose_exists_and_is_named_once():
    chosen = {question.name: question for name in ASKED for question in questions(name)}
    worked = [key for key, told in variants.declared().items() if "exam" in told]
    pairs = [{name, other} for name, each in chosen.items() for other in each.apart]
    assert all(len(pair) == 2 and pair <= set(chosen) for pair in pairs)
    assert len({frozenset(pair) for pair in pairs}) == len(pairs) == 50
    told = [tuple(variants.declared()[key].get("apart", ())) for key in worked]
    told += [tuple(piece.get("apart", ())) for piece in read_code.pieces().values()]
    assert all(set(each) <= set(chosen) and len(set(each)) == len(each) for each in told)
    for page, piece in read_code.pieces().items():  # at least one of those held back can be asked
        assert sum(name[:2] == page for name in piece.get("apart", ())) < quiz.HELD_BACK


def test_every_exercise_on_paper_and_every_code_names_its_skill():
    worked = [key for key, told in variants.declared().items() if "exam" in told]
    skills = {key: pencil.skill(key) for key in worked}
    assert skills["20.1"] == read_code.pieces()["20"]["skill"] == read_code.pieces()["02"]["skill"]
    assert skills["05.1"] == skills["12.1"] != skills["06.1"] == skills["14.1"]
    assert all(each["skill"] for each in read_code.pieces().values())


def asked(name, *apart):
    return quiz.Question(name, "?", (), apart)


def test_a_question_that_leaves_another_page_none_is_not_chosen():
    first = [asked("01.1", "02.1", "02.2"), asked("01.2", "02.2")]
    second = [asked("02.1"), asked("02.2")]
    third = [asked("03.1", "01.2"), asked("03.2")]
    among = {"01": first, "02": second, "03": third}
    assert exam_choices.possible(among)
    taken = [exam_choices.chosen([among], seed)[0] for seed in range(9)]
    assert {tuple(each.name for each in hand) for hand in taken} == {("01.2", "02.1", "03.2")}
    assert not exam_choices.possible({"01": first, "02": second[1:]})
    assert not exam_choices.possible({"01": first, "02": []})


@twenty
def test_no_page_has_many_of_the_points(seed):
    for number in course.EXAMS:
        drawn = taken(number, seed)
        assert max(drawn.of_page(name[:2]) for name in TAUGHT) <= exam_draw.PAGE_POINTS == 14
        assert sum(drawn.of_page(name[:2]) for name in TAUGHT) == drawn.points == 100


def test_what_is_kept_apart_from_an_essay_exists_and_is_on_no_list_twice():
    chosen = {question.name for name in ASKED for question in questions(name)}
    worked = {key for key, told in variants.declared().items() if "exam" in told}
    pages_with_one = {each.name[:2] for each in ESSAYS}
    for each in ESSAYS:
        assert set(each.choices) <= chosen
        assert set(each.numbers) <= worked
        assert set(each.essays) <= pages_with_one - {each.name[:2]}
        for kind in (each.choices, each.numbers, each.essays):
            assert len(set(kind)) == len(kind)
        assert each.name[:2] not in {key[:2] for key in each.choices}  # left out in any case


def texts(value):
    """Return the parts of an expected value as texts, numbers with three digits."""
    if isinstance(value, list | tuple):
        return [text for each in value for text in texts(each)]
    return [value if isinstance(value, str) else f"{value:.3g}"]


def test_the_guide_lists_the_questions_that_tell_an_exercise_of_their_page():
    """They are kept apart, or hold the expected value; one of one letter stands there by chance."""
    told = set()
    for name in ASKED:
        checked = [find(each.asked[0]) for each in READ[name].exercises if each.stub]
        values = [each.expected for each in checked if isinstance(each, Value)]
        parts = "|".join(re.escape(text) for text in texts(values) if len(text) > 1)
        held = re.compile(rf"(?<![\w.])({parts})(?![\w]|\.\d)")
        for each in questions(name) if parts else ():
            if held.search(f"{each.ask} {each.options[0].text}"):
                told.add(each.name)
    assert told == lessons.HOLDS
    kept = {key: pencil.told_beside(key) for key in variants.declared()}
    assert all("exam" in variants.declared()[key] for key in kept if kept[key])
    guide = (FOLDER / "README.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"after the exercises of their page: ([\d.,\s]+)\.\n", guide)
    told |= {each for key, others in kept.items() for each in others if each[:2] == key[:2]}
    assert re.split(r",\s", listed) == sorted(told)


@exams
def test_the_key_gives_the_letters_of_the_right_answers(number, seed):
    drawn = taken(number, seed)
    sheet = exam.sheet(drawn)
    rows = re.findall(r"^\| (\d+) \| ([A-D]) \| \d\d \|$", exam.key(drawn), flags=re.M)
    for (place, letter), question in zip(rows, drawn.choices, strict=True):
        block = re.search(rf"^\*\*{place}\.\*\* .*?(?=^\*\*|^## )", sheet, flags=re.M | re.S)
        assert f"- {letter}. {question.options[0].text}\n" in block.group(0)
        assert block.group(0).count("\n- ") == len(LETTERS)


@exams
def test_each_letter_is_right_equally_often(number, seed):
    letters = taken(number, seed).letters
    counts = [letters.count(letter) for letter in LETTERS]
    assert max(counts) - min(counts) <= 1
    assert list(letters) != sorted(letters)


@exams
def test_the_key_answers_the_essays_and_the_sheet_does_not(number, seed):
    drawn = taken(number, seed)
    sheet, key = exam.sheet(drawn), exam.key(drawn)
    first = len(drawn.choices) + len(drawn.worked) + 2
    for place, each in enumerate(drawn.discussed, first):
        assert each in ESSAYS
        assert f"**{place}.** {each.ask}\n" in sheet
        assert f"**{place}** (page {each.name[:2]}). {each.answer}\n" in key
        assert each.answer not in sheet
        assert essays.unmarked(each.answer) not in sheet


@exams
def test_exercises_with_numbers_are_answered_by_what_their_declaration_computes(number, seed):
    drawn = taken(number, seed)
    sheet, key = exam.sheet(drawn), exam.key(drawn)
    for place, each in enumerate(drawn.worked, len(drawn.choices) + 1):
        known = find(each.key)
        worked = eval(each.working, vars(math) | {"int": int})
        assert equal(worked, each.answer, known.tolerance)
        assert not equal(worked, known.expected, known.tolerance)
        for shown in pencil.HANDED_OUT:
            assert not equal(worked, variants.answer(each.key, shown), known.tolerance)
        assert f"**{place}.** ({each.points} points) {each.ask}\n" in sheet
        way, found = (3, 2) if each.points == pencil.LONG else (2, 1)
        way = f"`{each.working}` [{way}] = {pencil.shown(each.answer)} [{found}]\n"
        assert f"**{place}** (page {each.key[:2]}). {way}" in key
        assert each.working not in sheet


@pytest.mark.parametrize("key", [k for k, each in variants.declared().items() if "exam" in each])
def test_an_exercise_on_paper_stands_alone_and_holds_its_numbers(key):
    text = variants.declared()[key]["exam"]
    assert exam_choices.stands_alone(text)
    assert text.endswith("?")
    drawn = variants.numbers(key, 1)
    filled = pencil.pencil(key, "1 0").ask
    assert not re.search(r"\{[a-z]+\}", filled)
    assert all(f"{{{name}}}" in text for name in drawn)


@some_seeds
def test_the_exams_of_a_seed_share_no_exercise_code_or_essay(seed):
    drawn = [taken(number, seed) for number in course.EXAMS]
    for kind in (
        [each.key for one in drawn for each in one.worked],
        [one.read.page for one in drawn],
        [each.ask for one in drawn for each in one.discussed],
    ):
        assert len(set(kind)) == len(kind)


@twenty
def test_any_two_exams_share_few_questions_to_choose(seed):
    chosen = [{q.name for q in taken(k, seed).choices} for k in course.EXAMS]
    for first, second in itertools.combinations(chosen, 2):
        assert len(first & second) <= 4


def test_the_variants_that_exams_avoid_are_those_of_the_guide():
    shown = re.findall(r"--variant (\d+)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert {course.VARIANT, *map(int, shown)} == set(pencil.HANDED_OUT)


@exams
def test_code_to_read_has_the_answer_that_running_it_prints(number, seed):
    drawn = taken(number, seed)
    sheet, key = exam.sheet(drawn), exam.key(drawn)
    place = len(drawn.choices) + len(drawn.worked) + 1
    asked = sheet.split(f"**{place}.** ")[1].split("```python\n")[1].split("\n```")[0]
    ran = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, encoding="utf-8", check=True
    )
    first, second = ran.stdout.splitlines()
    wanted = f"`{first}` [4] and then `{second}` [4]\n"
    assert f"**{place}** (page {drawn.read.page}). {wanted}" in key
    assert first not in sheet


@exams
def test_an_exam_asks_only_what_is_held_back(number, seed):
    names = {name[:2]: name for name in TAUGHT}
    for question in taken(number, seed).choices:
        practice, kept = shared_out(names[question.name[:2]], seed)
        assert question in kept
        assert question not in practice
        assert (len(practice), len(kept)) == (3, 2)


@exams
def test_an_exam_points_to_nothing_that_it_does_not_print(number, seed):
    sheet = exam.sheet(taken(number, seed))
    assert not exam_choices.ELSEWHERE.search(sheet)
    for words in ("this network", "the table", "this page", "three ways to break", "section 5"):
        assert not exam_choices.stands_alone(f"What does {words} show?")
        assert words not in sheet.lower()


FEW = ["00-12", "00-08,16", "02,05,07,09-12", "00-23"]


@pytest.mark.parametrize("pages", FEW)
@pytest.mark.parametrize("number", course.EXAMS)
def test_an_exam_about_some_pages_asks_about_no_other(pages, number):
    about = taught(pages, ASKED)
    drawn = exam_draw.drawn(about, number, 7)
    numbers = {name[:2] for name in about}
    chosen = [question.name[:2] for question in drawn.choices]
    assert sorted([*chosen, *(each.name[:2] for each in drawn.discussed)]) == sorted(numbers)
    assert {*(each.key[:2] for each in drawn.worked), drawn.read.page} <= numbers
    assert exam_draw.LEAST <= drawn.points < exam.minutes(drawn) <= exam.MINUTES
    assert f"\n{exam.minutes(drawn)} minutes, {drawn.points} points." in exam.sheet(drawn)
    for other in set(course.EXAMS) - {number}:
        second = exam_draw.drawn(about, other, 7)
        assert {each.ask for each in drawn.worked}.isdisjoint(each.ask for each in second.worked)
        assert set(drawn.discussed).isdisjoint(second.discussed)
        assert drawn.read.text != second.read.text


def test_an_exam_without_code_or_essays_leaves_out_their_headings():
    drawn = exam_draw.drawn(taught("10,12,18,20-22,00-01,03-06", ASKED), 1, 7)
    empty = exam_draw.Exam(1, 1, drawn.choices, drawn.letters, (), None, ())
    assert exam.sheet(empty).count("\n## ") == 1
    assert exam.key(empty).count("\n**") == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--exam-pages", "00-99"], "--exam-pages: no page '99': pages are 00 to 23"),
        (["--exam-pages", "12-00"], "--exam-pages: the range '12-00' ends before it begins"),
        (["--exam-pages", "first"], "--exam-pages: wanted are numbers of pages"),
        (["--exam-pages", "00-01"], "--exam-pages: 00, 01 make an exam of 4 points"),
        (["--exam-pages", "00-12", "--questions", "mine.yaml"], "--questions: a question is on"),
        (["--questions", "none.yaml"], "none.yaml"),
    ],
)
def test_a_command_that_no_exam_can_follow_is_refused(
    tmp_path, monkeypatch, capsys, arguments, said
):
    (tmp_path / "mine.yaml").write_text(
        'essays:\n  20_from_ordinary_to_spiking:\n    - {ask: "Why?", answer: "So [8]."}\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        course.command(arguments)
    assert said in capsys.readouterr().err
    assert course.command(["--exam-pages", "00-12"]).about == ASKED[:13]


def test_another_seed_draws_every_kind_of_question_anew():
    first, other = (exam_draw.drawn(TAUGHT, 1, seed) for seed in (SEED, 7))
    exam_draw._hands.cache_clear()
    same = exam_draw.drawn(TAUGHT, 1, SEED)
    assert exam.sheet(first) == exam.sheet(same)
    assert first.letters != other.letters
    assert first.read.text != other.read.text
    assert {each.ask for each in first.worked}.isdisjoint(each.ask for each in other.worked)
    shared = {each.name for each in first.choices} & {each.name for each in other.choices}
    assert len(shared) < len(ASKED) / 2
    assert first.discussed != other.discussed


OWN = """
choices:
  02_lif_neuron:
    - {ask: "Mine?", right: "Yes.", wrong: ["No.", "Perhaps.", "Never."]}
essays:
  05_surrogate_gradients:
    - {ask: "My case?", answer: "One [5]. Two [3]."}
"""


def test_a_lecturers_own_questions_come_first_and_stay_out_of_the_quiz(tmp_path):
    (path := tmp_path / "mine.yaml").write_text(OWN, encoding="utf-8")
    mine = essays.own(path)
    sheets = [exam.sheet(exam_draw.drawn(TAUGHT, number, 7, mine)) for number in course.EXAMS]
    assert all("Mine?" in sheet for sheet in sheets)
    assert sum("My case?" in sheet for sheet in sheets) == 1
    assert exam.minutes(exam_draw.drawn(TAUGHT, 1, 7, mine)) == exam.MINUTES
    course.ask(READ, tmp_path / "quiz", 7, mine)
    assert "Mine?" in (tmp_path / "quiz" / "exam_2.md").read_text(encoding="utf-8")
    assert "Mine?" not in (tmp_path / "quiz" / "quiz.gift.txt").read_text(encoding="utf-8")
    assert course.command(["--exam-seed", "7"]).exam_seed == 7
    assert course.command([]).exam_seed == SEED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "choices and essays"),
        ("essays: {02_lif: []}", "no page '02_lif'"),
        (OWN.replace("[3]", "[2]"), "add up to 8, not 7"),
        (OWN.replace(', "Never."', ""), "three wrong"),
    ],
)
def test_own_questions_that_miss_something_are_refused(tmp_path, text, said):
    (path := tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        essays.own(path)


@pytest.mark.parametrize("name", ASKED)
def test_model_answers_are_for_lecturers_only(name):
    answers = [essays.unmarked(answer) for answer in model_answers()[name]]
    beside = course.instructor(READ[name], notes()[name]).cells[1].source
    handed_out = nbformat.writes(course.student(READ[name]))
    handed_out += nbformat.writes(graded.assignment(READ[name]))
    slides_of = of_page(READ[name])
    handed_out += "".join(each.text for each in slides_of)
    assert all(answer in beside for answer in answers)
    assert not [answer for answer in answers if answer in handed_out]


@pages
def test_a_lecture_has_every_section_and_lasts_45_minutes(name):
    steps = slides.steps(READ[name])
    parts = lecture.plan(READ[name], steps)
    assert sum(minutes for _, minutes in parts) == lecture.LECTURE_MINUTES
    assert sum(minutes for _, minutes in lecture.plan(READ[name])) == lecture.LECTURE_MINUTES
    sections = [section.title for section in READ[name].sections]
    assert [what for what, _ in parts][1:-2] == sections
    assert parts[-1][1] >= lecture.SHORTEST
    shown = [minutes > 0 for _, minutes in parts[:-2]]
    assert shown == sorted(shown, reverse=True)  # only the last sections may wait
    assert shown.count(False) <= 1


@pages
def test_no_part_of_a_lecture_has_more_than_three_steps_in_two_minutes(name):
    steps = slides.steps(READ[name])
    for (what, minutes), shown in zip(lecture.plan(READ[name], steps), steps, strict=True):
        assert minutes == 0 or 2 * shown <= 3 * minutes, what


def test_sections_without_minutes_are_marked():
    made = [lecture.planned(READ[name], slides.steps(READ[name])) for name in ASKED]
    page = READ["02_lif_neuron"]
    made.append(lecture.planned(page, [0, *[15] * len(page.sections), 2, 1]))
    assert "| if time |" in made[-1]
    assert not [text for text in made if re.search(r"^\| 0 ", text, flags=re.M)]


@pages
def test_a_plan_names_the_steps_of_the_slides(name):
    steps = slides.steps(READ[name])
    assert len(steps) == len(lecture.plan(READ[name]))
    assert sum(steps) == slide_steps.count(of_page(READ[name]))
    assert all(steps[:-1])
    assert f"| {steps[0]} | title" in lecture.planned(READ[name], steps)


def test_minutes_are_shared_by_weight():
    assert lecture.shared(10, [1, 1], [1, 1]) == [5, 5]
    assert lecture.shared(13, [3, 1], [1, 1]) == [9, 4]  # eleven more by 8.25 to 2.75
    assert lecture.shared(3, [1000, 1, 1], [1, 1, 1]) == [1, 1, 1]
    assert lecture.shared(12, [1, 1], [2, 8]) == [3, 9]
