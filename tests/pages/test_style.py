"""How pages read: the limits of `publish.page_style` and the rules of `publish.page_rules`."""

import functools
import re
import statistics
from pathlib import Path

import pytest

from publish.page import read
from publish.page_rules import RULES, broken, checks_can_fail
from publish.page_style import written
from snn_core.teaching import live
from tests.pages import SOURCES, code

# Pages that keep to older limits until they are taught again. A page never comes back onto this
# list.
NOT_YET_REWRITTEN = []

# No mark has these colours: ink is orange, not red; what is dark or black is light on a dark page.
# Pictures of grey values stay as they are.
ELSE_IN_THE_DARK = re.compile(
    r"\bred\b|\bthe darker, the\b|\bpaler\b|\bblack (?:line|curve|circle|dot|stair|bar)", re.I
)

PATHS = {path.stem: path for path in SOURCES}
OLD = [name for name in PATHS if name[:2] in NOT_YET_REWRITTEN]
NEW = [name for name in PATHS if name not in OLD]


@functools.cache
def source_of(name):
    """Return a page as its source has it, read by the worker that tests it."""
    return read(PATHS[name])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", NEW)
def test_page_keeps_the_rule(name, rule):
    assert RULES[rule](source_of(name)) == []


@pytest.mark.parametrize("name", PATHS)
def test_the_colours_that_a_page_names_are_those_of_both_themes(name):
    cells = source_of(name).notebook.cells
    words = [cell.source for cell in cells if cell.cell_type == "markdown"]
    words += [cell.metadata.get("alt", "") for cell in cells]
    assert ELSE_IN_THE_DARK.findall("\n".join(words)) == []


def test_the_colours_that_live_figures_name_are_those_of_both_themes():
    folder = Path(live.__file__).parent
    files = [*folder.glob("*.js"), *(folder.parent / "explorers").glob("*.py")]
    assert len(files) > 40
    words = re.findall(r'"[^"\n]*"', "\n".join(file.read_text(encoding="utf-8") for file in files))
    assert ELSE_IN_THE_DARK.findall("\n".join(words)) == []


@pytest.mark.parametrize("name", OLD)
def test_a_check_of_an_older_page_can_fail_too(name):
    assert checks_can_fail(source_of(name)) == []


@pytest.mark.parametrize("name", OLD)
def test_a_page_that_keeps_all_rules_leaves_the_list(name):
    assert broken(source_of(name)), f"take {name[:2]} off NOT_YET_REWRITTEN"


def test_the_list_names_pages_that_exist():
    assert len(OLD) == len(NOT_YET_REWRITTEN)


@pytest.mark.parametrize("name", OLD)
def test_older_limits_of_page_and_cells(name):
    page = source_of(name).notebook
    lines = [len(written(cell)) for cell in code(page)[1:]]
    assert 25 <= len(page.cells) <= 45
    assert statistics.median(lines) <= 6
    assert max(lines) <= 25
