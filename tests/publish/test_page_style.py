"""The figures of a page, counted by hand on a small one, and the limits that they are held to."""

import ast

import pytest

from publish.page_style import LIMITS, beyond, measure, names, packed, size
from tests.publish.pages import CHECK, DEEPER, EXERCISES, PICTURE, START, page, text

ONE = '\n# %% alt="A"\nx = 1\n'
THREE = "\n# %%\nimport math\n\ny = 2\nz = math.pi\n"


def test_a_page_counted_by_hand():
    found = measure(
        page(
            text("# Two words"),
            ONE,
            text("## Three short words"),
            THREE,
            ONE,
            text("text\n## inside"),
        )
    )
    assert found == {
        "nodes": 5 + 14 + 5,
        "nodes per cell, median": 5,
        "nodes per line": 4.8,
        "characters per cell, median": 5,
        "columns, 90th percentile": 11,
        "columns, longest": 11,
        "prose cells per code cell": 1.0,
        "code cells after a code cell, %": 33,
        "lines per cell, median": 1,
        "lines per cell, longest": 3,
        "words": 7,
        "words, longest cell": 3,
        "headings inside a cell": 1,
        "names": 3,
        "definitions": 0,
        "packed statements": 0,
        "cells": 6,
    }


@pytest.mark.parametrize(
    "apart", [CHECK, DEEPER, EXERCISES[EXERCISES.index("\n# %% tags") : EXERCISES.index("\n# ###")]]
)
def test_what_is_not_on_the_main_way_is_not_counted(apart):
    assert measure(page(START, apart)) == measure(page(START))


def test_exercises_do_not_count_as_prose_beside_code():
    start, whole = measure(page(START)), measure(page(START, EXERCISES))
    assert whole["prose cells per code cell"] == start["prose cells per code cell"] == 2
    assert whole["cells"] == start["cells"] + 3


def test_the_setup_is_not_counted():
    assert (
        measure(page(START))["nodes"]
        == measure(page(PICTURE))["nodes"]
        == size(ast.parse("first = 1"))
    )


def test_references_behind_deeper_are_counted():
    assert (
        measure(page(START, DEEPER, text("## References")))["cells"]
        == measure(page(START))["cells"] + 1
    )


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("a, b", 1),
        ("axis.legend(), plt.show()", 1),
        ("a, b = 1, f(2)", 1),
        ("a, b, c = 1, 2, 3", 1),
        ("for _ in x:\n    a, b", 1),
        ("a, b = 1, 2", 0),
        ("a, b = f()", 0),
        ("a = 1, f(2)", 0),
    ],
)
def test_statements_that_do_several_things_are_packed(source, count):
    assert len(packed(ast.parse(source))) == count


def test_names_inside_functions_are_their_own():
    definitions = "def f():\n    inner = 1\n\nclass C:\n    field = 2\n\n"
    source = definitions + "for i in [j for j in x]:\n    total = i\n"
    assert names(ast.parse(source)) == {"f", "C", "i", "j", "total"}


def test_a_figure_beyond_its_limit_is_named():
    assert beyond(page(START, ONE, text("Words."))) == []
    assert beyond(page(START, ONE, ONE, ONE)) == [
        "prose cells per code cell: 0.5, not from 1.0 to 2.0",
        "code cells after a code cell, %: 50, not from 0 to 20",
    ]
    assert len(LIMITS) == len(measure(page(START)))
