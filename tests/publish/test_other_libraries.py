"""The page on other libraries: its table says what the conventions of the core are."""

import re
from pathlib import Path

import pytest

from snn_core import nir

TEXT = (Path(__file__).parents[2] / "publish" / "site_source" / "other_libraries.md").read_text(
    encoding="utf-8"
)
LINES = [line.strip("|").split("|") for line in TEXT.splitlines() if line.startswith("| ")]
ROWS = [[cell.strip() for cell in cells] for cells in LINES]
NAMES = [name.lower() for name in ROWS[0][1:]]
TABLE = {row[0]: dict(zip(NAMES, row[1:], strict=True)) for row in ROWS[1:]}
FORMULAS = {"exact": "`exp(-step / tau)`", "euler": "`1 - step / tau`"}


def test_all_libraries_stand_in_the_table():
    assert set(NAMES) == set(nir.READERS) == set(nir.WRITERS)


@pytest.mark.parametrize("name", nir.READERS)
def test_steps_and_decays(name):
    steps = map(
        float, re.findall(r"\b[01](?:\.\d+)?\b", TABLE["one step, in the unit of `tau`"][name])
    )
    assert set(steps) == {nir.READERS[name].step, nir.WRITERS[name].step}
    assert TABLE["decay per step"][name] == FORMULAS[nir.READERS[name].decay]
    assert nir.READERS[name].decay == nir.WRITERS[name].decay


@pytest.mark.parametrize("name", nir.READERS)
def test_resets_and_nodes_that_are_left_out(name):
    assert TABLE["reset of its neurons, by default"][name].startswith(nir.WRITERS[name].reset) or (
        name == "snn_core"
    )
    left_out = TABLE["leaves out without a word"][name]
    assert all(kind in left_out or kind == "NIRGraph" for kind in nir.READERS[name].left_out)
    assert (left_out == "nothing") == (not nir.READERS[name].left_out)


def test_names_of_the_page_exist():
    imported = re.findall(r"from snn_core\.nir import (.*)", TEXT)[0].split(", ")
    assert all(hasattr(nir, name) for name in imported)
