"""README and guide say of the pages what the pages say."""

import re

import pytest

from publish import readme
from tests.pages import READ, ROOT
from tests.publish.pages import EXERCISES, START, page


@pytest.mark.parametrize("path", [readme.README, readme.GUIDE], ids=lambda path: path.parent.name)
def test_text_is_what_would_be_written(path):
    assert path.read_text(encoding="utf-8") == readme.written(READ)[path], "run `make tutorials`"


def test_readme_has_a_row_for_each_page_in_order():
    listed = re.findall(
        r"\]\(tutorials/([^)]+)\.ipynb\)", readme.README.read_text(encoding="utf-8")
    )
    assert listed == list(READ)
    assert all((ROOT / "tutorials" / f"{name}.ipynb").exists() for name in listed)


def test_table_shows_title_question_what_is_built_and_minutes(monkeypatch):
    monkeypatch.setattr(readme, "notes", lambda: {"42_a_page": {"builds": "a thing"}})
    assert readme.table({"42_a_page": page(START)}).splitlines()[2:] == [
        "| [42 · A page](tutorials/42_a_page.ipynb) | What is asked? | a thing | 20 |"
    ]


def test_minutes_of_a_plan_are_summed():
    pages = {name: page(START, name=name) for name in ("01_one", "02_two")}
    head = "| week | pages | minutes |\n|---|---|---|\n"
    plan = head + "| 1 | 01, 02 | 7 | a |\n| 2 | 02 | 7 | b |\n| 9 | no page | 7 |\n"
    assert readme.with_minutes(plan, pages).splitlines()[2:] == [
        "| 1 | 01, 02 | 40 | a |",
        "| 2 | 02 | 20 | b |",
        "| 9 | no page | 7 |",
    ]


def test_the_semester_is_written_from_its_weeks(monkeypatch):
    weeks = [{"pages": ["01"], "hand_in": "a report"}]
    later = [{"week": "9, later", "pages": ["02"], "home": "the page"}]
    monkeypatch.setattr(readme, "semester", lambda: {"weeks": weeks, "without_lecture": later})
    pages = {name: page(START, EXERCISES, name=name) for name in ("01_one", "02_two")}
    head = "| week | pages | minutes to read | more |\n|---|---|---|---|\n"
    made = readme.with_weeks(f"a\n\n{head}| 1 | 02 | 7 | old |\n\nb\n", pages)
    rows = [
        "| 1 | 01 | 20 | 01: run it (80), exercise 1 (10) | 01: exercise 2 | a report |",
        "| 9, later | 02 | 20 | – | the page | – |",
    ]
    assert made == f"a\n\n{head}" + "\n".join(rows) + "\n\nb\n"


def test_projects_are_the_open_exercises_without_an_answer():
    pages = {name: page(START, EXERCISES, name=name) for name in ("01_one", "02_two")}
    pages["03_three"] = page(
        START, EXERCISES.replace("### 2 · Open", "### 3 · Open: go on"), name="03_three"
    )
    pages["04_four"] = page(
        START, EXERCISES.replace("### 2 · Open", "### 2 · Explain"), name="04_four"
    )
    assert readme.projects(pages) == "number 2 of pages 01 and 02; number 3 of page 03."


def test_marks_have_to_stand_in_the_text_once():
    text = "a\n<!-- list: made -->\nold\n<!-- /list -->\nb"
    assert readme.between(text, "list", "new") == "a\n<!-- list: made -->\nnew\n<!-- /list -->\nb"
    for wrong in ("a", text + text):
        with pytest.raises(ValueError, match="<!-- list: … -->"):
            readme.between(wrong, "list", "new")
