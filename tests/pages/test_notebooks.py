"""The committed notebooks are what their sources say, executed, clean, normalised and folded."""

import re

import nbformat
import pytest

from tests.pages import NOTEBOOKS, PAGES, SOURCES, build, code, tagged

pages = pytest.mark.parametrize("name", PAGES)
ADDRESS = r"at 0x[0-9a-f]{6,}"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_notebook_and_source_have_not_drifted(source):
    assert not build.drifted(source), f"run `make tutorials`: {source.name} and its notebook differ"


def test_every_notebook_has_a_source_and_a_unique_number():
    assert [path.stem for path in NOTEBOOKS] == [path.stem for path in SOURCES]
    numbers = [path.stem[:2] for path in NOTEBOOKS]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem) for path in NOTEBOOKS)


@pages
def test_notebook_is_valid(name):
    nbformat.validate(PAGES[name])


@pages
def test_outputs_are_present_and_clean(name):
    counts = [cell.execution_count for cell in code(PAGES[name])]
    assert counts == list(range(1, len(counts) + 1))
    for cell in code(PAGES[name]):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
            assert build.WIDGET not in output.get("data", {})
            assert not re.search(ADDRESS, str(output.get("text", "")) + str(output.get("data", "")))


@pages
def test_metadata_is_normalised(name):
    page = PAGES[name]
    assert set(page.metadata) == {"kernelspec", "language_info"}
    assert page.metadata.kernelspec.name == "python3"
    assert [cell.id for cell in page.cells] == [f"cell-{i:02d}" for i in range(len(page.cells))]
    assert all(set(cell.metadata) <= {"tags", "alt", "jupyter"} for cell in page.cells)


@pages
def test_checks_are_folded_everywhere_and_on_the_site_the_setup_and_code_of_a_picture(name):
    hidden = [
        cell
        for cell in PAGES[name].cells
        if cell.metadata.get("jupyter") == {"source_hidden": True}
    ]
    assert hidden == tagged(PAGES[name], "check")
    folded = [
        cell
        for cell in PAGES[name].cells
        if {"check", "setup", "picture"} & set(cell.metadata.get("tags", []))
    ]
    assert tagged(PAGES[name], "hide-input") == folded


@pages
def test_printed_text_is_in_one_piece(name):
    """How a kernel cuts it up depends on timing, and a second build must change no byte."""
    for cell in code(PAGES[name]):
        assert sum(output.output_type == "stream" for output in cell.outputs) <= 1


@pages
def test_every_figure_is_described(name):
    for cell in code(PAGES[name]):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                assert len(output.metadata["image/png"]["alt"]) > 40, cell.source
