"""The sources of the site are made from the pages; `tests/browser` opens the built site."""

import nbformat
import pytest

pytest.importorskip("sphinx", reason="the extra `site` is not installed")
from publish import site
from publish.page import PARTS
from tests.pages import READ
from tests.publish.pages import CHECK, START, page


def test_contents_list_each_page_under_its_part():
    text = site.contents(READ)
    assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == [
        part for part in PARTS if any(page.part == part for page in READ.values())
    ]
    for name, found in READ.items():
        assert f"| [{found.title}]({name}.ipynb) | {found.question} | {found.minutes} |" in text
        assert f"\n{name}\n" in text


def test_syllabus_says_what_each_page_needs_and_lets_the_reader_do():
    text = site.syllabus(READ)
    for found in READ.values():
        assert found.header in text
        assert all(f"- {goal}\n" in text for goal in found.goals)


def test_living_explorers_are_counted():
    shown = {"01_a": "Encoding()", "02_b": "Nothing(1)", "09_c": "LIFNeuron()"}
    pages = {name: page(f"# %%\n{kind}.sliders()\n", name=name) for name, kind in shown.items()}
    assert site.living(pages) == "01 and 09"


def test_a_page_is_prepared_without_its_badge_and_with_descriptions():
    badge = "[![Open in Colab](https://colab/badge.svg)](https://colab/page)"
    made = page(START.replace("# **What", f"# {badge}\n#\n# **What"), CHECK).notebook
    prepared = site.prepare(made)
    assert "[Open in Colab](https://colab/page)" in prepared.cells[0].source
    assert "badge" not in nbformat.writes(prepared)
    assert prepared.cells[2].metadata["mystnb"] == {"image": {"alt": "A picture"}}
