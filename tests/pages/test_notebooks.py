"""The rules for pages, checked on the committed notebooks without executing them."""

import ast
import re
import statistics
import sys

import nbformat
import pytest

from snn_core.teaching.explorers import ALL_EXPLORERS
from tests.pages import NOTEBOOKS, PAGES, ROOT, SOURCES, build, code, prose, tagged

SECTIONS = ("## You will", "## Recap", "## Exercises", "## References")
FORBIDDEN = {
    "star import": r"^\s*from \S+ import \*",
    "global": r"^\s*global ",
    "absolute path": r"[\"'](/(home|work|content|tmp|Users)/|[A-Z]:\\\\)",
    "shell command": r"^\s*!",
    "file of the repository": r"[\"'](\.\./|data/|tutorials/|bench/|snn_core/)",
    "network access": r"\b(urllib|requests|urlopen|wget|download=True)\b",
    "warnings switched off": r"\bwarnings\.(simplefilter|filterwarnings)",
    "memory address": r"at 0x[0-9a-f]{6,}",
}
pages = pytest.mark.parametrize("name", PAGES)


def functions(source):
    """Return the names of the functions and classes that a piece of code defines at its top level."""
    nodes = ast.parse(source).body
    return {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


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
def test_title_question_and_badge(name):
    first = PAGES[name].cells[0].source
    assert re.match(rf"# {name[:2]} · \S", first)
    assert re.search(r"^\*\*.*\?\*\*$", first, flags=re.M)
    assert "minutes to read" in first
    assert "Introduces" in first
    assert f"{build.stamps()['{{colab}}']}/{name}.ipynb" in first


@pages
def test_sections_are_present_and_in_order(name):
    text = prose(PAGES[name])
    places = [text.find(f"\n{section}\n") if index else text.find(section) for index, section in enumerate(SECTIONS)]
    assert -1 not in places
    assert places == sorted(places)
    numbered = re.findall(r"^## (\d) · ", text, flags=re.M)
    assert numbered == [str(i + 1) for i in range(len(numbered))]
    assert 4 <= len(numbered) <= 6


@pages
def test_headings_do_not_skip_a_level(name):
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose(PAGES[name]), flags=re.M)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@pages
def test_size_of_page_and_cells(name):
    lines = [sum(bool(line.strip()) for line in cell.source.splitlines()) for cell in code(PAGES[name])[1:]]
    assert 25 <= len(PAGES[name].cells) <= 45
    assert statistics.median(lines) <= 6
    assert max(lines) <= 25


@pages
def test_setup_comes_first_and_holds_all_imports(name):
    setup, *others = code(PAGES[name])
    assert "setup" in setup.metadata.tags
    assert 'if "google.colab" in sys.modules:' in setup.source
    install = re.search(r"run_line_magic\(\"pip\", \"(.*)\"\)", setup.source).group(1)
    extra = "[events]" if "import tonic" in setup.source else ""
    assert install == f"install 'snn_core{extra} @ git+{build.stamps()['{{repository}}']}@{build.stamps()['{{tag}}']}'"
    imported = [cell.source for cell in others if re.search(r"^\s*(import|from) ", cell.source, flags=re.M)]
    assert not imported


@pages
def test_a_page_that_needs_tonic_says_how_to_install_it(name, monkeypatch):
    setup = code(PAGES[name])[0].source
    if "import tonic" in setup:
        monkeypatch.setitem(sys.modules, "tonic", None)
        with pytest.raises(ModuleNotFoundError, match="pip install 'tonic"):
            exec(setup, {})


@pages
def test_nothing_forbidden(name):
    for cell in code(PAGES[name]):
        for what, pattern in FORBIDDEN.items():
            assert not re.search(pattern, cell.source, flags=re.M), f"{what} in: {cell.source}"


@pages
def test_outputs_are_present_and_clean(name):
    counts = [cell.execution_count for cell in code(PAGES[name])]
    assert counts == list(range(1, len(counts) + 1))
    for cell in code(PAGES[name]):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
            assert build.WIDGET not in output.get("data", {})
            assert not re.search(FORBIDDEN["memory address"], str(output.get("text", "")) + str(output.get("data", "")))


@pages
def test_metadata_is_normalised(name):
    page = PAGES[name]
    assert set(page.metadata) == {"kernelspec", "language_info"}
    assert page.metadata.kernelspec.name == "python3"
    assert [cell.id for cell in page.cells] == [f"cell-{i:02d}" for i in range(len(page.cells))]
    assert all(set(cell.metadata) <= {"tags", "alt"} for cell in page.cells)


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


@pages
def test_checks_assert_and_every_numbered_section_has_one(name):
    checks = tagged(PAGES[name], "check")
    assert all("assert " in cell.source for cell in checks)
    sections = re.split(r"^## \d · ", _flat(PAGES[name]), flags=re.M)[1:]
    assert all("«check»" in section for section in sections)


def _flat(page):
    """Return a page as one text, with a mark for every check cell."""
    return "\n".join(
        "«check»" if "check" in c.metadata.get("tags", []) else c.source
        for c in page.cells
        if c.cell_type == "markdown" or "check" in c.metadata.get("tags", [])
    )


def test_no_function_is_defined_twice_in_pages_or_core():
    owners = {}
    for path in sorted((ROOT / "snn_core").rglob("*.py")):
        for function in functions(path.read_text(encoding="utf-8")):
            if not function.startswith("_"):
                owners.setdefault(function, []).append(path.stem)
    for name, page in PAGES.items():
        for function in set().union(*(functions(cell.source) for cell in code(page))):
            owners.setdefault(function, []).append(name)
    assert {function: places for function, places in owners.items() if len(places) > 1} == {}


@pages
def test_links_between_pages_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)#]+\.ipynb)\)", prose(PAGES[name])):
        if not target.startswith("https://"):
            assert (ROOT / "tutorials" / target).exists(), target


@pages
def test_readme_lists_the_page(name):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    title = re.match(r"# (\d\d · .*)", PAGES[name].cells[0].source).group(1)
    question = re.search(r"^\*\*(.*\?)\*\*$", PAGES[name].cells[0].source, flags=re.M).group(1)
    assert f"[{title}](tutorials/{name}.ipynb)" in readme
    assert question in readme


def test_readme_lists_no_page_that_does_not_exist():
    for target in re.findall(r"\]\((tutorials/[^)]+\.ipynb)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / target).exists()


def test_interactive_cells_follow_a_static_figure_and_use_a_listed_explorer():
    for page in PAGES.values():
        cells = page.cells
        for before, cell in zip(cells, cells[1:], strict=False):
            if ".sliders()" in cell.source:
                explorer = re.fullmatch(r"(\w+)\(\)\.sliders\(\)", cell.source).group(1)
                assert explorer in ALL_EXPLORERS
                assert any("image/png" in output.get("data", {}) for output in before.outputs)
                assert [o.data["text/plain"] for o in cell.outputs] == [build.SLIDERS_NEED_A_KERNEL]
