"""How pages read: the limits of `publish.page_style` and the rules of `publish.page_rules`."""

import functools
import statistics

import pytest

from publish.page import read
from publish.page_rules import RULES, broken, checks_can_fail
from publish.page_style import written
from tests.pages import SOURCES, code

# Pages that keep to older limits until they are taught again. A page never comes back onto this
# list.
NOT_YET_REWRITTEN = []

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
