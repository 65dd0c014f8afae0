"""The course: what is derived from the pages says what they say, leaks no solution, and needs no network.

Student notebooks are not executed here. Their code cells are those of the pages, one by one, which nbval executes;
and `test_exercises.py` runs each exercise with its stub, with its solution and with wrong answers.
"""

import functools
import json
import re
import zipfile

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from tests.pages import PAGES, ROOT, build, code, prose, tagged
from tests.pages.test_exercises import EXERCISES, asked, solutions, solved, wrong_answers

pytest.importorskip("latex2mathml", reason="the extra `course` is not installed")
from publish import course as derive
from publish import graded, slides

NOTES = derive.notes()
README = (ROOT / "publish" / "course_source" / "README.md").read_text(encoding="utf-8")
pages = pytest.mark.parametrize("name", PAGES)
last = max(PAGES)


def sources(cells):
    return [cell.source for cell in cells]


@pages
def test_every_page_has_notes_for_the_lecturer(name):
    noted = NOTES[name]
    assert set(noted) == set(derive.NOTES)
    assert len(noted["misconceptions"]) >= 3
    assert len(noted["discussion"]) >= 3
    assert len(noted["grading"]) >= 2
    assert all(len(item) > 40 for items in noted.values() for item in items)


def test_notes_without_a_page_are_for_pages_to_come():
    assert all(name > last for name in set(NOTES) - set(PAGES))
    assert list(NOTES) == sorted(NOTES)


@pages
def test_facts_are_those_of_the_page(name):
    fact = derive.facts(PAGES[name])
    assert 15 <= int(fact["read"]) <= 60
    assert re.search(r"second|minute", fact["run"])
    assert fact["goals"].count("\n- ") >= 2
    assert all(fact[key] in prose(PAGES[name]) for key in fact)


@pages
def test_student_notebook_runs_what_the_page_runs(name):
    made = derive.student(PAGES[name])
    nbformat.validate(made)
    assert sources(code(made)) == sources(code(PAGES[name]))
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(made))


@pages
def test_student_notebook_holds_no_solution_and_every_exercise(name):
    text = nbformat.writes(made := derive.student(PAGES[name]))
    assert "<details" not in text
    assert "colab-badge" not in text
    assert not [answer for answer in solutions(name) if answer.strip() in prose(made)]
    headings = re.compile(r"^### \d · .*", flags=re.M)
    assert headings.findall(prose(made)) == headings.findall(prose(PAGES[name]))
    assert "## References" in text


@pages
def test_instructor_notebook_is_open_and_has_notes(name):
    made = derive.instructor(PAGES[name], NOTES[name])
    nbformat.validate(made)
    assert prose(made).count("<details open>") == prose(PAGES[name]).count("<details>") >= len(solutions(name))
    assert "<details>" not in prose(made)
    assert [cell.get("outputs") for cell in code(made)] == [cell.get("outputs") for cell in code(PAGES[name])]
    assert all(item in made.cells[1].source for items in NOTES[name].values() for item in items)


@functools.cache
def html_of(name):
    return slides.PageSlides().from_notebook_node(slides.slides(PAGES[name]))[0]


@pages
def test_slides_request_nothing_from_the_network(name):
    soup = BeautifulSoup(text := html_of(name), "html.parser")
    assert not soup.select("link, iframe, object, embed, video, audio, source, script[src], base")
    assert all(image["src"].startswith("data:image/png;base64,") and len(image["alt"]) > 40 for image in soup("img"))
    styles = "".join(style.get_text() for style in soup("style"))
    assert not re.search(r"@import|url\((?![\"']?data:)", styles)
    assert not re.search(r"cdn|unpkg|mathjax", re.sub(r"data:[^\"']*", "", text), flags=re.I)


@pages
def test_slides_follow_the_page(name):
    soup = BeautifulSoup(html_of(name), "html.parser")
    shown = [heading.get_text().rstrip("¶") for heading in soup.select("section > h2, section > h1")]
    sections = [
        re.sub(r"[$\\`*]", "", heading) for heading in re.findall(r"^## (\d · .*)", prose(PAGES[name]), flags=re.M)
    ]
    assert shown[1] == "You will"
    assert shown[-2:] == ["Recap", "Exercises"]
    assert len([heading for heading in shown if re.match(r"\d · ", heading)]) == len(sections)
    figures = sum("image/png" in output.get("data", {}) for cell in code(PAGES[name]) for output in cell.outputs)
    assert len(soup("img")) == figures
    for notes in soup("aside"):
        notes.extract()
    assert len(soup("blockquote")) == len(re.findall(r"(?<!\n>)\n> |^> ", prose(PAGES[name])))


@pages
def test_every_formula_of_the_slides_is_mathml(name):
    soup = BeautifulSoup(html_of(name), "html.parser")
    assert len(soup("math")) > 5
    assert not [formula for formula in soup("math") if "\\" in formula.get_text()]
    for part in soup(["code", "pre", "script", "style"]):
        part.extract()
    assert "$" not in soup.get_text()


def test_tags_override_what_becomes_a_slide():
    cell = nbformat.v4.new_code_cell
    made = slides.slides(
        nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_markdown_cell("# 99 · A page"),
                cell("shown = 1", metadata={"tags": ["slide"]}),
                cell("hidden = 1"),
                nbformat.v4.new_markdown_cell("## 1 · Left out", metadata={"tags": ["no-slide"]}),
            ]
        )
    )
    assert "shown = 1" in (text := prose(made))
    assert "hidden" not in text
    assert "Left out" not in text


def test_zip_holds_the_student_notebooks_and_how_to_run_them(tmp_path):
    derive.pack(PAGES, tmp_path / "first.zip")
    derive.pack(PAGES, tmp_path / "second.zip")
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
    archive = zipfile.ZipFile(tmp_path / "first.zip")
    wanted = {f"{name}.ipynb" for name in PAGES} | {"README.md", "requirements.txt", "LICENSE"}
    assert set(archive.namelist()) == {f"snn_course/{name}" for name in wanted}
    for name in PAGES:
        assert archive.read(f"snn_course/{name}.ipynb").decode() == nbformat.writes(derive.student(PAGES[name]))
    address = build.stamps()
    wanted = f"snn_core[lab,events] @ git+{address['{{repository}}']}@{address['{{tag}}']}\n"
    assert archive.read("snn_course/requirements.txt").decode() == wanted
    assert "{{" not in archive.read("snn_course/README.md").decode()


def test_make_course_writes_everything(tmp_path, monkeypatch, capsys):
    two = dict(list(PAGES.items())[:2])
    monkeypatch.setattr(derive, "OUTPUT", tmp_path / "course")
    monkeypatch.setattr(derive, "ROOT", tmp_path)
    monkeypatch.setattr(derive, "pages", lambda: two)
    monkeypatch.setattr(derive, "pack", lambda course, path: path.write_text("zip", encoding="utf-8"))
    derive.main()
    made = {path.relative_to(tmp_path / "course").as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    wanted = {f"{kind}/{name}.ipynb" for kind in ("student", "instructor") for name in two}
    wanted |= {f"slides/{name}.html" for name in two} | {f"nbgrader/source/{name}/{name}.ipynb" for name in two}
    assert made == wanted | {"guide.md", "snn_course.zip"}
    guide = (tmp_path / "course" / "guide.md").read_text(encoding="utf-8")
    assert all(derive.facts(page)["question"] in guide for page in two.values())
    assert all(item in guide for name in two for items in NOTES[name].values() for item in items)


def score(name, index, answer):
    """Run the setup of a page's assignment, an answer, and the cell that scores it."""
    cells = {cell.id: cell.source for cell in code(graded.assignment(PAGES[name]))}
    namespace = {}
    exec(code(PAGES[name])[0].source, namespace)
    namespace[asked(name, index)[1]] = answer
    exec(cells[f"score-{index + 1}"], namespace)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # those of wrong answers
@pytest.mark.parametrize(("name", "index"), EXERCISES)
def test_assignment_scores_the_solution_and_no_wrong_answer(name, index):
    score(name, index, solved(name, index))
    answer, hint = wrong_answers(name)[asked(name, index)[0]][-1]
    with pytest.raises(AssertionError, match=f"(?s)not yet: .*({hint})"):
        score(name, index, answer)


def test_assignment_scores_a_right_answer_that_prints():
    name = "03_neuron_models"
    right = solved(name, 0)

    def with_a_look(*arguments):
        print(arguments)
        return right(*arguments)

    score(name, 0, with_a_look)


@pages
def test_assignment_keeps_solutions_between_the_marks(name):
    made = graded.assignment(PAGES[name])
    nbformat.validate(made)
    cells = [cell for cell in code(made) if "nbgrader" in cell.metadata]
    assert len(cells) == 2 * len(tagged(PAGES[name], "exercise"))
    assert sum(cell.metadata.nbgrader.get("points", 0) for cell in cells) == len(cells) // 2
    released = [re.sub(r"### BEGIN SOLUTION.*### END SOLUTION", "", cell.source, flags=re.S) for cell in cells]
    assert all("### BEGIN" not in text for text in released)
    left = "\n".join(released) + prose(made)
    assert not [answer for answer in solutions(name) if answer.strip().splitlines()[-1] in left.splitlines()]
    assert "<details" not in prose(made)


def tables():
    """Return the tables of the syllabus as lists of rows, each a list of cells."""
    found = re.findall(r"(?:^\|.*\n)+", README, flags=re.M)
    rows = [[[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()] for table in found]
    return {table[0][0]: table[2:] for table in rows}


@pytest.mark.parametrize("plan", ["week", "day"])
def test_minutes_of_the_syllabus_are_those_of_the_pages(plan):
    minutes = {name[:2]: int(derive.facts(page)["read"]) for name, page in PAGES.items()}
    for _, numbers, stated, _ in tables()[plan]:
        numbers = numbers.split(", ")
        assert all(number in minutes or number > last[:2] for number in numbers)
        if set(numbers) <= set(minutes):
            assert stated == str(sum(minutes[number] for number in numbers)), numbers


def test_a_semester_has_every_page_and_half_a_day_four_hours():
    planned = [number for _, numbers, *_ in tables()["week"] for number in numbers.split(", ")]
    assert set(planned) >= {name[:2] for name in PAGES}
    assert planned == sorted(set(planned))
    assert sum(int(minutes) for minutes, _ in tables()["minutes"]) == 240


def test_projects_are_the_open_exercises_without_a_printed_answer():
    stated = "number 4 of pages 04, 05, 07, 08, 10 to 13, 15 and 16, number 5 of pages 06, 09, 14 and 17"
    assert stated in " ".join(README.split())
    fours, fives = ("04", "05", "07", "08", "10", "11", "12", "13", "15", "16"), ("06", "09", "14", "17")
    opens = {
        (name[:2], number)
        for name, page in PAGES.items()
        for number in re.findall(r"^### (\d) · Open", prose(page), flags=re.M)
        if not re.search(rf"<summary>(Answer|Solution) {number}\b", prose(page))
    }
    assert opens == {(name, "4") for name in fours} | {(name, "5") for name in fives}


def test_output_of_make_course_is_ignored_by_git():
    assert "build/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert derive.ROOT / "build" in derive.OUTPUT.parents


def test_development_container_sets_up_what_make_sets_up():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"[a-z./]+/python:3\.1[1234]", container["image"])
    target = container["postCreateCommand"].removeprefix("make ")
    assert re.search(rf"^{re.escape(target)}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M)
    settings = container["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"].endswith(f"/{target.split('/')[0]}/bin/python")


def test_binder_and_jupyterhub_find_what_they_read():
    """repo2docker takes environment.yml from the root unless a folder of this name holds one of its files."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert {"name", "channels", "dependencies"} == set(environment)
    assert {"pip": ["nbval", "tonic", "-e ."]} in [
        {"pip": [re.split(r"[<>=]", item)[0] for item in entry["pip"]]}
        for entry in environment["dependencies"]
        if isinstance(entry, dict)
    ]
    assert not [name for name in ("binder", ".binder", "Dockerfile", "requirements.txt") if (ROOT / name).exists()]
