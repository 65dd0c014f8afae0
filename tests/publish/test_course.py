"""The course says what the pages say, leaks no solution, and needs no network.

Student notebooks are not executed here. Their code cells are those of the pages, one by one, which
nbval executes; and `test_exercises.py` runs each exercise with its stub, with its solution and with
wrong answers.
"""

import ast
import builtins
import functools
import itertools
import json
import re
import zipfile

import nbformat
import pytest
import yaml

from publish import code_names, draws, stamps, wording
from publish.course_files import model_answers, notes
from publish.page import ENTRANCE, Page, tags
from tests.pages import PAGES, READ, ROOT, code, prose, tagged
from tests.pages.test_exercises import EXERCISES, asked, solutions, solved, wrong_answers

pytest.importorskip("latex2mathml", reason="the extra `course` is not installed")
from publish import course as derive
from publish import (
    essays,
    exam,
    exam_draw,
    exam_pages,
    graded,
    grading,
    guide,
    labs,
    lessons,
    quiz,
    slide_time,
    slides,
)
from publish.answers import SHORT

NOTES = notes()
LISTS = ("misconceptions", "discussion", "grading")
README = (ROOT / "publish" / "course_source" / "README.md").read_text(encoding="utf-8")
pages = pytest.mark.parametrize("name", PAGES)
last = max(PAGES)


def noted_of(name):
    """Return all that is noted for a page, in words."""
    noted = NOTES[name]
    said = map(grading.in_words, noted["grading"])
    return [*noted["misconceptions"], *noted["discussion"], *said]


def sources(cells):
    return [cell.source for cell in cells]


@pages
def test_every_page_has_notes_for_the_lecturer(name):
    noted = NOTES[name]
    assert set(noted) == {"builds", *LISTS}
    assert noted["builds"]
    assert len(noted["misconceptions"]) >= 3
    assert len(noted["discussion"]) >= 3
    assert len(noted["grading"]) >= 2
    assert all(len(item) > 40 for item in noted_of(name))


def test_notes_without_a_page_are_for_pages_to_come():
    assert all(name > last or name.startswith(ENTRANCE) for name in set(NOTES) - set(PAGES))
    assert list(NOTES) == sorted(NOTES)


@pages
def test_student_notebook_runs_what_the_page_runs(name):
    made = derive.student(READ[name])
    nbformat.validate(made)
    ran = [cell for cell in code(PAGES[name]) if "check" not in tags(cell)]
    kept = tagged(made, "check")
    assert sources(cell for cell in code(made) if cell not in kept) == sources(ran)
    assert all(cell.source.startswith(draws.SAID) for cell in kept)
    assert not [cell for cell in kept if "assert" in cell.source]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(made))


@pages
def test_student_notebook_reads_no_name_that_only_a_check_sets(name):
    known = set(dir(builtins))
    for cell in code(derive.student(READ[name])):
        tree = ast.parse(cell.source)
        caught = [n.name for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler)]
        assert code_names.missing(tree) <= known.union(caught), cell.source
        known |= code_names.defined(tree)


@pages
def test_student_notebook_holds_no_solution_and_every_exercise(name):
    text = nbformat.writes(made := derive.student(READ[name]))
    assert not [cell.source for cell in tagged(made, "solution") if "<details" in cell.source]
    assert "colab-badge" not in text
    assert not [answer for answer in solutions(name) if answer.strip() in prose(made)]
    headings = re.compile(r"^### \d · .*", flags=re.M)
    assert headings.findall(prose(made)) == headings.findall(prose(PAGES[name]))
    assert "## References" in text


@pages
def test_student_notebook_holds_no_answer_to_the_tasks_of_an_explorer(name):
    made = derive.student(READ[name])
    for tried in labs.explorers(READ[name]):
        assert tried.tasks in prose(made)
        assert tried.answers not in prose(made)
    folds = re.findall(r"<summary>(.*?)</summary>", prose(made))
    assert set(folds) <= {"Answer"}
    assert all(
        cell.source.startswith("<details") for cell in made.cells if "<details" in cell.source
    )


@pages
def test_answers_to_before_you_run_are_folded_for_students(name):
    made = derive.student(READ[name]).cells
    for place, cell in enumerate(made):
        if cell.cell_type == "markdown" and "> **Before you " in cell.source:
            behind = [each.source for each in made[place + 1 :] if each.cell_type == "markdown"]
            leads = itertools.takewhile(lambda text: not text.startswith("<details"), behind)
            assert all(len(text.split()) < SHORT and text.endswith(":") for text in leads)
    page = [c for c in PAGES[name].cells if c.cell_type == "markdown"]
    kept = [wording.without_badge(wording.without_solutions(cell.source)) for cell in page]
    unfolded = re.sub(
        r"</?details>|<summary>Answer</summary>", "", prose(derive.student(READ[name]))
    )
    assert unfolded.split() == " ".join(kept).split()  # no other word is lost


@pages
def test_instructor_notebook_is_open_and_has_notes(name):
    made = derive.instructor(READ[name], NOTES[name])
    nbformat.validate(made)
    assert (
        prose(made).count("<details open>")
        == prose(PAGES[name]).count("<details>")
        >= len(solutions(name))
    )
    assert "<details>" not in prose(made)
    assert [cell.get("outputs") for cell in code(made)] == [
        cell.get("outputs") for cell in code(PAGES[name])
    ]
    assert all(item in made.cells[1].source for item in noted_of(name))


def test_tags_override_what_becomes_a_slide():
    cell = nbformat.v4.new_code_cell
    cells = [
        nbformat.v4.new_markdown_cell("# 99 · A page"),
        cell("shown = 1", metadata={"tags": ["slide"]}),
        cell("hidden = 1"),
        nbformat.v4.new_markdown_cell("## 1 · Left out", metadata={"tags": ["no-slide"]}),
        nbformat.v4.new_markdown_cell("## Deeper\n\n$$x$$"),
    ]
    made = slides.slides(Page("99_a_page", nbformat.v4.new_notebook(cells=cells)))
    assert "shown = 1" in (text := prose(made))
    assert "hidden" not in text
    assert "Left out" not in text
    assert "$$" not in text


def test_zip_holds_the_student_notebooks_and_how_to_run_them(tmp_path):
    derive.pack(READ, tmp_path / "first.zip")
    derive.pack(READ, tmp_path / "second.zip")
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
    archive = zipfile.ZipFile(tmp_path / "first.zip")
    wanted = {f"{name}.ipynb" for name in PAGES} | {"README.md", "requirements.txt", "LICENSE"}
    assert set(archive.namelist()) == {f"snn_course/{name}" for name in wanted}
    for name in PAGES:
        assert archive.read(f"snn_course/{name}.ipynb").decode() == nbformat.writes(
            derive.student(READ[name])
        )
    address = stamps.stamps()
    wanted = f"snn_core[lab,events] @ git+{address['{{repository}}']}@{address['{{tag}}']}\n"
    assert archive.read("snn_course/requirements.txt").decode() == wanted
    assert "{{" not in archive.read("snn_course/README.md").decode()


def test_make_course_writes_everything(tmp_path, monkeypatch, capsys):
    two = dict(list(READ.items())[:2])
    monkeypatch.setattr(derive, "OUTPUT", tmp_path / "course")
    monkeypatch.setattr(derive, "ROOT", tmp_path)
    monkeypatch.setattr(derive, "committed", lambda: two)
    monkeypatch.setattr(
        derive, "pack", lambda course, path: path.write_text("zip", encoding="utf-8")
    )
    derive.main(about=list(READ))
    name = list(two)[0]
    made = {
        path.relative_to(tmp_path / "course").as_posix()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    wanted = {f"{kind}/{name}.ipynb" for kind in ("student", "instructor") for name in two}
    wanted |= {f"slides/{name}.html" for name in two} | {
        f"{kind}/source/{name}/{name}.ipynb"
        for name in two
        for kind in ("nbgrader", "nbgrader_variant")
    }
    wanted |= {f"quiz/exam_{seed}{kind}.md" for seed in derive.EXAMS for kind in ("", "_key")}
    wanted |= {"quiz/quiz.gift.txt", "quiz/quiz_qti21.zip"}
    assert made == wanted | {"guide.md", "snn_course.zip"}
    own, other = (
        (tmp_path / "course" / kind / "source" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        for kind in ("nbgrader", "nbgrader_variant")
    )
    assert ("HIDDEN TESTS" in own, "HIDDEN TESTS" in other) == (False, True)
    made = (tmp_path / "course" / "guide.md").read_text(encoding="utf-8")
    for name, page in two.items():
        said = [
            page.question,
            page.needs,
            page.introduces,
            page.times,
            *page.goals,
        ]
        assert all(text in made for text in said)
        assert all(item in made for item in noted_of(name))


@functools.cache
def assignment(name):
    return graded.assignment(READ[name])


def score(name, index, answer):
    """Run the setup of a page's assignment, an answer, and the cell that scores it."""
    cells = {cell.id: cell.source for cell in code(assignment(name))}
    namespace = {}
    exec(code(PAGES[name])[0].source, namespace)
    namespace[asked(name, index)[1]] = answer
    exec(cells[f"score-{asked(name, index)[0].split('.')[1]}"], namespace)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # those of wrong answers
@pytest.mark.parametrize(("name", "index"), EXERCISES)
def test_assignment_scores_the_solution_and_no_wrong_answer(name, index):
    score(name, index, solved(name, index))
    answer, hint = wrong_answers(name)[asked(name, index)[0]][-1]
    with pytest.raises(AssertionError, match=f"(?s)not yet: .*({hint})"):
        score(name, index, answer)


def test_assignment_scores_a_right_answer_that_prints():
    name = "03_neuron_models"
    right = solved(name, 1)

    def with_a_look(*arguments):
        print(arguments)
        return right(*arguments)

    score(name, 1, with_a_look)


@pages
def test_assignment_keeps_solutions_between_the_marks(name):
    made = assignment(name)
    nbformat.validate(made)
    cells = [cell for cell in code(made) if "nbgrader" in cell.metadata]
    assert len(cells) == 2 * len(tagged(PAGES[name], "exercise"))
    scores = [cell for cell in cells if cell.metadata.nbgrader.grade]
    assert len(scores) == len(cells) // 2  # their points are the guide's: test_graded
    released = [
        re.sub(r"### BEGIN SOLUTION.*### END SOLUTION", "", cell.source, flags=re.S)
        for cell in cells
    ]
    assert all("### BEGIN" not in text for text in released)
    left = "\n".join(released) + prose(made)
    assert not [
        answer for answer in solutions(name) if answer.strip().splitlines()[-1] in left.splitlines()
    ]
    assert "<details" not in prose(made)


def tables():
    """Return the tables of the syllabus as lists of rows, each a list of cells."""
    found = re.findall(r"(?:^\|.*\n)+", README, flags=re.M)
    rows = [
        [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]
        for table in found
    ]
    return {table[0][0]: table[2:] for table in rows}


@pytest.mark.parametrize("plan", ["week", "day"])
def test_plans_name_pages_that_exist(plan):
    numbers = {number for _, listed, *_ in tables()[plan] for number in listed.split(", ")}
    assert numbers <= {page.number for page in READ.values()} | {ENTRANCE}


def test_a_semester_has_every_page_and_half_a_day_four_hours():
    planned = [number for _, numbers, *_ in tables()["week"] for number in numbers.split(", ")]
    assert set(planned) >= {page.number for page in READ.values()}
    assert planned == sorted(set(planned))
    assert sum(int(minutes) for minutes, _ in tables()["minutes"]) == 240


def test_a_page_with_a_week_of_its_own_has_a_plan_of_90_minutes():
    alone = [page for page in READ.values() if lessons.alone(page)]
    numbers = [page.number for page in alone]
    assert f"of its own ({', '.join(numbers[:-1])} and {numbers[-1]})" in README
    assert f"lecture of {lessons.MINUTES} minutes" in README
    for page in alone:
        steps = slides.steps(page)
        parts = lessons.double(page, steps)
        assert sum(minutes for _, minutes in parts) == lessons.MINUTES
        assert all(m >= shown for (_, m), shown in zip(parts[:-4], steps[:-1], strict=True))
        assert parts[-1][1] >= 10
        assert f"### {lessons.DEEPER[page.number]}\n" in f"{prose(page.deeper)}\n"
        assert parts[-2] == (f"from *Deeper*: {lessons.DEEPER[page.number]}", lessons.DEEP)
        before, after = lessons.practised(page.name)
        assert sorted([*before, *after]) == [each.name for each in quiz.shared_out(page.name)[0]]
        (guided,) = re.findall(r"exercises of their page: ([\d.,\s]+)\.\n", README)
        assert set(after) == {*before, *after} & set(re.split(r",\s", guided))
        (asked,) = [what for what, _ in parts if "quiz" in what]
        assert re.findall(r"\d\d\.\d", asked) == [*before, *after]
        assert lessons.doubled(page, steps) in derive.for_lecturers(page, NOTES[page.name])
    assert len(lessons.weeks()) == 14


def test_hours_for_marking_are_points_times_minutes():
    rows = re.findall(r"^\| \d+ \| (\d\d)(?:, \d\d)* \|.*\| ([^|]*) \|$", README, flags=re.M)
    by_number = {page.number: page for page in READ.values()}
    found = []
    for first, handed_in in rows:
        for number, exercise in re.findall(r"(?:(\d\d): )?exercise (\d)", handed_in):
            found.append((number or first, int(exercise)))
    is_open = {(n, e.number) for n, page in by_number.items() for e in page.exercises if not e.stub}
    marked = [each for each in found if each in is_open]
    points = sum(grading.points_of(by_number[number], exercise) for number, exercise in marked)
    listed = "; ".join(f"page {number}, exercise {exercise}" for number, exercise in marked)
    told = README.replace("\n", " ")
    assert f"{points} points of open exercises ({listed}), 10 of the report and 20 of" in told
    student = (points + 10 + 20) * 2 / 60
    assert "At 2 minutes a point, since" in told
    assert f"that is {student:g} hours a student, {20 * student:g} for twenty" in told
    drawn = exam_draw.drawn(exam_pages.lectured(list(PAGES)), 1)
    by_hand = drawn.points - exam_draw.CHOICE * len(drawn.choices)
    assert f"an exam {by_hand} points are marked by hand" in told
    assert f"half a minute a point that is {by_hand // 2} minutes a student" in told


def test_the_guide_begins_with_links_to_all_its_parts():
    told = guide.guide(READ)
    links = re.findall(r"^- \[(.+)\]\(#(.+)\)$", told.split("\n## ")[0], flags=re.M)
    titles = re.findall(r"^## (.+)$", told, flags=re.M)
    assert [title for title, _ in links] == titles
    assert len({address for _, address in links}) == len(titles) > len(PAGES)
    assert ("22 · Memory and delays", "22--memory-and-delays") in links
    assert guide.HOURS in README
    assert guide.HOURS not in told


@pages
def test_a_model_answer_stands_below_its_question(name):
    told = guide.discussed(READ[name], NOTES[name])
    parts = re.split(r"\n\n(?=\d\. )", told)
    given = [essays.unmarked(each) for each in model_answers()[name]]
    for part, question, answer in zip(parts, NOTES[name]["discussion"], given, strict=True):
        assert re.fullmatch(r"\d\. ", part.split(question)[0])
        assert part.endswith(f"{question}\n\n   {guide.ANSWER} {answer}")
    assert told in guide.for_lecturers(READ[name], NOTES[name])


def test_hours_of_a_week_are_those_of_its_pages():
    table, credits = lessons.hours(READ).split("\n\n")
    rows = [row.strip("| ").split(" | ") for row in table.splitlines()[2:]]
    *by_week, report, project, last = rows
    assert len(by_week) == len(lessons.weeks())
    listed = {numbers: int(minutes) for _, numbers, minutes, *_ in tables()["week"]}
    for _, numbers, *minutes, hours in by_week:
        lecture, lab, reading, exercises = map(int, minutes)
        assert (lecture, lab, reading) == (lessons.MINUTES, labs.LAB_MINUTES, listed[numbers])
        assert exercises >= labs.VALUE
        assert hours == f"{(lecture + lab + reading + exercises) / 60:.1f}"
    *beside, total = (int(row[-1].strip("| ")) for row in (report, project, last))
    assert beside == [lessons.REPORT, lessons.PROJECT]
    assert total == pytest.approx(sum(float(row[-1]) for row in by_week) + sum(beside), abs=1)
    few, each_few, many, each_many = map(float, re.findall(r"\d+\.\d|\d+", credits)[1:])
    assert (each_few, each_many) == (30, 25)
    assert total == pytest.approx(30 * few, abs=1.5)
    assert total == pytest.approx(25 * many, abs=1.5)
    alone = READ["09_stdp"]
    assert labs.at_home([alone]) == labs.OPEN  # the lab does all with a check
    assert f"{labs.VALUE} or {labs.FUNCTION} minutes with a check and {labs.OPEN} if" in README


def test_a_pass_mark_is_not_reached_by_guessing():
    drawn = exam_draw.drawn(exam_pages.lectured(list(PAGES)), 1)
    guessed = exam_draw.CHOICE * len(drawn.choices) / 4
    assert (
        f"{drawn.points // 2} of {drawn.points}. Who guesses all letters gets {guessed:g}\n"
        in README
    )


def test_the_guide_names_what_is_delivered():
    rows = [row[0] for row in tables()["folder or file"]]
    assert "`nbgrader_variant/`" in rows
    assert f"drawn by the seed {derive.VARIANT} |" in README
    assert f"at most {slide_time.STEPS} steps" in README
    about, kept = exam_pages.lectured(list(PAGES)), 2 * len(PAGES)
    drawn = exam_draw.drawn(about, 1)
    assert f"about the {len(about)} pages that have a lecture, all but 23" in README
    assert (drawn.points, len(drawn.worked), len(drawn.discussed)) == (100, 4, 5)
    assert f"Of the {5 * len(PAGES)} questions" in README
    assert f"{3 * len(PAGES)} are for practice and {kept}, two for each page" in README
    assert f"The {len(essays.essays())} essays" in README
    some = exam_pages.taught("00-12", list(PAGES))
    few = [exam_draw.drawn(some, number) for number in derive.EXAMS]
    assert {(each.points, exam.minutes(each)) for each in few} == {(65, 75), (65, 80)}
    assert "65 points in 75 or 80 minutes for pages 00 to 12" in README
    assert f"at most {exam_draw.PAGE_POINTS} points" in README
    assert f"Below {exam_draw.LEAST} points" in README


def test_output_of_make_course_is_ignored_by_git():
    assert "build/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert derive.ROOT / "build" in derive.OUTPUT.parents


def test_development_container_sets_up_what_make_sets_up():
    container = json.loads(
        (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    )
    assert re.fullmatch(r"[a-z./]+/python:3\.1[1234]", container["image"])
    target = container["postCreateCommand"].removeprefix("make ")
    assert re.search(
        rf"^{re.escape(target)}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M
    )
    settings = container["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"].endswith(f"/{target.split('/')[0]}/bin/python")


def test_binder_and_jupyterhub_find_what_they_read():
    """repo2docker takes environment.yml from the root, unless a folder named so holds its files."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert {"name", "channels", "dependencies"} == set(environment)
    assert {"pip": ["nbval", "nir", "tonic", "-e ."]} in [
        {"pip": [re.split(r"[<>=]", item)[0] for item in entry["pip"]]}
        for entry in environment["dependencies"]
        if isinstance(entry, dict)
    ]
    assert not [
        name
        for name in ("binder", ".binder", "Dockerfile", "requirements.txt")
        if (ROOT / name).exists()
    ]
