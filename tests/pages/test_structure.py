"""Every page has the same parts in the same order, one setup cell, nothing forbidden."""

import ast
import re
import sys

import pytest
from nbformat.v4 import new_code_cell, new_output

from publish import stamps
from publish.page import ENTRANCE, explorer
from snn_core.teaching.explorers import ALL_EXPLORERS, LiveExplorer
from tests.pages import PAGES, READ, ROOT, build, code, prose, tagged

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
LONG = re.compile(r"\.\d{7,}")  # more than six decimals
pages = pytest.mark.parametrize("name", PAGES)


def functions(source):
    """Return the functions and classes that a piece of code defines at its top level."""
    nodes = ast.parse(source).body
    return {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


@pages
def test_title_question_header_and_badge(name):
    page = READ[name]
    assert re.match(rf"{page.number} · \S", page.title)
    assert page.question.endswith("?")
    assert page.needs
    assert 5 <= page.minutes <= 65
    assert re.search(r"second|minute", page.time_to_run)
    assert page.introduces or page.number == ENTRANCE
    assert f"{stamps.stamps()['{{colab}}']}/{name}.ipynb" in PAGES[name].cells[0].source


@pages
def test_sections_are_present_and_in_order(name):
    page = READ[name]
    wanted = ["You will", "Recap", "Exercises", "References"]
    if page.number == ENTRANCE:
        wanted = [title for title in wanted if page.named(title)]
    assert [section.title for section in page.headed if section.title in wanted] == wanted
    assert len(page.goals) >= 3
    numbers = [section.number for section in page.sections]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 4 <= len(numbers) <= 6


@pages
def test_headings_do_not_skip_a_level(name):
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose(PAGES[name]), flags=re.M)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@pages
def test_setup_comes_first_and_holds_all_imports(name):
    setup, *others = code(PAGES[name])
    assert "setup" in setup.metadata.tags
    assert 'if "google.colab" in sys.modules:' in setup.source
    install = re.search(r"run_line_magic\(\"pip\", \"(.*)\"\)", setup.source).group(1)
    extra = "[events]" if "import tonic" in setup.source else ""
    repository, tag = (stamps.stamps()[name] for name in ("{{repository}}", "{{tag}}"))
    assert install == f"install 'snn_core{extra} @ git+{repository}@{tag}'"
    imported = [
        cell.source for cell in others if re.search(r"^\s*(import|from) ", cell.source, flags=re.M)
    ]
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
def test_checks_assert_and_every_numbered_section_has_one(name):
    assert all("assert " in cell.source for cell in tagged(PAGES[name], "check"))
    without = [section.title for section in READ[name].sections if not tagged(section, "check")]
    assert not without or READ[name].number == ENTRANCE


def long_numbers(cell):
    """Return the printed lines with more decimals than a reader needs; tables aside.

    A line that says "exact", or a cell with this tag, may print all of them.
    """
    outputs = [] if "exact" in cell.metadata.get("tags", []) else cell.outputs
    lines = []
    for output in outputs:
        data = output.get("data", {})
        text = output.get("text", "") or ("" if "text/html" in data else data.get("text/plain", ""))
        lines += text.splitlines()
    return [line for line in lines if LONG.search(line) and "exact" not in line]


@pages
def test_printed_numbers_have_at_most_six_decimals(name):
    assert [line for cell in code(PAGES[name]) for line in long_numbers(cell)] == []


@pytest.mark.parametrize(
    ("text", "tags", "found"),
    [
        ("0.1", [], 0),
        ("x: 8.388608", [], 0),
        ("difference: 1.7608508e-15", [], 1),
        ("[0.12499999999999999]", [], 1),
        ("by hand, exact: 0.12499999999999999", [], 0),
        ("0.12499999999999999", ["exact"], 0),
    ],
)
def test_a_long_number_is_found_unless_it_is_said_to_be_exact(text, tags, found):
    printed, shown = new_output("stream", text=text), {"text/plain": text}
    value = new_output("execute_result", shown)
    table = new_output("execute_result", shown | {"text/html": "<table></table>"})
    for output, times in ((printed, found), (value, found), (table, 0)):
        cell = new_code_cell(outputs=[output], metadata={"tags": tags})
        assert len(long_numbers(cell)) == times


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


def test_interactive_cells_use_a_listed_explorer_and_follow_a_static_figure_unless_it_is_live():
    for page in PAGES.values():
        cells = page.cells
        for before, cell in zip(cells, cells[1:], strict=False):
            if ".sliders()" in cell.source:
                drawn = any(
                    "image/png" in output.get("data", {}) for output in before.get("outputs", [])
                )
                assert drawn or issubclass(ALL_EXPLORERS[explorer(cell)], LiveExplorer)
                assert [o.data["text/plain"] for o in cell.outputs] == [build.SLIDERS_NEED_A_KERNEL]


def listed(text):
    """Return the numbers of pages in a text such as "01, 02, then 04 to 06", in order."""
    text = re.sub(r"\[(\d\d)\]\([^)]*\)", r"\1", text)
    found = re.findall(r"\b(\d\d)(?: to (\d\d))?\b", text)
    return [page for first, last in found for page in range(int(first), int(last or first) + 1)]


def needed_pages(page):
    """Return the numbers of the pages that a page needs; not those that help, or for a section."""
    main = re.sub(r"\([^)]*\)", "", page.needs).split(";")[0]
    return set(listed(main.replace("00 or 01", "")))  # whoever reads the routes has read 00


def routes(text):
    """Return for each row of the table of routes the pages to read before, and its pages."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|(.*)\|$", text, flags=re.M)
    return [(listed(after), listed(where)) for _, where, after in rows if listed(where)]


def unready(text):
    """Return each page of a route that stands there before one that it needs."""
    needs = {int(page.number): needed_pages(page) for page in READ.values()}
    found = []
    for after, where in routes(text):
        order = after + where
        found += [page for i, page in enumerate(order) if needs[page] - set(order[:i])]
    return found


def test_every_page_is_on_a_route_of_the_first_one_and_behind_all_that_it_needs():
    text = READ["00_why_spikes"].named("Where to go").text
    assert unready(text) == []
    assert {page for _, where in routes(text) for page in where} == set(range(1, len(READ)))
    assert sorted(needed_pages(READ["17_event_cameras"])) == [2, 4, 5, 7, 16]
    last = READ["00_why_spikes"].named("References").text
    reader, *before = listed(last.rsplit("reader of digits:", 1)[1])
    assert reader == 7
    assert set(before) == needed_pages(READ["07_first_trained_network"])


def test_a_route_that_leaves_out_what_a_page_needs_is_found():
    assert unready("| learn | [13](13_b.ipynb) to 15 | 01 to 07, 09 to 11 |") == [13, 14]
    assert unready("| go deep | 07, 05 | 01, 02, 04 |") == [7]
    assert routes("| a | [03](03_b.ipynb), then 05 to 07 | |") == [([], [3, 5, 6, 7])]
