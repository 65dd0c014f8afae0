"""The map of `publish` is true: it names every module once, and imports lead upwards in it.

So are the examples in the docstrings of its modules.
"""

import ast
import doctest
import re
from pathlib import Path

import pytest

import publish

MODULES = {path.stem: path for path in Path(publish.__file__).parent.glob("*.py")}
MODULES.pop("__init__")
GROUPS = [
    re.findall(r"`(\w+)`", text) for text in re.split(r"^\w+\n    ", publish.__doc__, flags=re.M)
]
PLACE = {name: place for place, names in enumerate(GROUPS) for name in names}


def imported(source):
    """Return the modules of `publish` that a piece of code imports, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module} if node.module else {each.name for each in node.names}
    return found


def test_the_map_names_every_module_once():
    named = sorted(name for names in GROUPS for name in names)
    assert named == sorted(MODULES)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_from_its_own_group_and_those_above(name):
    found = imported(MODULES[name].read_text(encoding="utf-8"))
    assert {each for each in found if PLACE[each] > PLACE[name]} == set()


def test_an_import_from_below_would_be_found():
    assert imported("def late():\n    from . import course\n    from .page import Page") == {
        "course",
        "page",
    }
    assert PLACE["course"] > PLACE["page"]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_modules_are_short_and_say_what_they_do(name):
    text = MODULES[name].read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 230


@pytest.mark.parametrize("name", sorted(MODULES))
def test_examples_in_docstrings_are_true(name):
    module = pytest.importorskip(f"publish.{name}")  # some need what only the site needs
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0
