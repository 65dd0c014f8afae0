"""Colab: the address stands in one place, nothing preinstalled changes, no page needs a file.

That pages run with Colab's versions is shown by `make test-colab`, which takes minutes and an
environment of its own.
"""

import ast
import re
import tomllib
from importlib.util import find_spec

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from publish import stamps
from tests.colab import preinstalled
from tests.pages import PAGES, ROOT, SOURCES, build, code, prose

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CORE, EVENTS = PROJECT["dependencies"], PROJECT["optional-dependencies"]["events"]
COLAB = preinstalled.versions()
pages = pytest.mark.parametrize("name", PAGES)


def test_list_is_colabs():
    assert len(COLAB) > 500
    assert COLAB["ipywidgets"] == "7.7.1"
    assert {canonicalize_name(Requirement(text).name) for text in CORE} <= set(COLAB)
    assert re.search(
        r"commit [0-9a-f]{8} \(\w+ 20\d\d\)", preinstalled.LIST.read_text(encoding="utf-8")
    )


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    return preinstalled.claim(tmp_path_factory.mktemp("claims") / "colab")


def test_pip_changes_nothing_that_colab_has(colab):
    """Without an index pip can install nothing, so it must find everything in place."""
    assert preinstalled.to_install(colab, CORE, "--no-index") == set()


def test_pip_would_notice_a_requirement_that_colab_does_not_meet(colab):
    with pytest.raises(RuntimeError, match="ipywidgets>=8"):
        preinstalled.to_install(colab, [*CORE, "ipywidgets>=8"], "--no-index")


@pytest.mark.skipif(find_spec("tonic") is None, reason="the extra `events` is not installed")
def test_event_packages_change_nothing_that_colab_has():
    """Follows what is installed here; `make test-colab` asks pip and the index the same."""
    broken, new = preinstalled.clashes(CORE + EVENTS)
    assert broken == []
    assert "tonic" in new
    assert not new & set(COLAB)


def test_a_clash_is_reported():
    broken, _ = preinstalled.clashes(["numpy>=2.3", "tqdm>=4.66"])
    assert broken == [f"snn_core wants numpy>=2.3, Colab has {COLAB['numpy']}"]


@pages
def test_badge_leads_to_the_file_of_the_page(name):
    (target,) = re.findall(
        r"\]\((https://colab\.research\.google\.com/github/\S+)\)", prose(PAGES[name])
    )
    owner_and_name, path = re.fullmatch(r".*/github/([^/]+/[^/]+)/blob/[^/]+/(.*)", target).groups()
    assert PROJECT["urls"]["Repository"].endswith(owner_and_name)
    assert nbformat.read(ROOT / path, as_version=4) == PAGES[name]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Make the build read a copy of pyproject.toml with another address and tag."""
    text, urls = (ROOT / "pyproject.toml").read_text(encoding="utf-8"), PROJECT["urls"]
    text = text.replace(urls["Repository"], "https://github.com/someone/other").replace(
        "/tree/v", "/tree/next-v"
    )
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(stamps, "ROOT", tmp_path)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_one_edit_publishes_under_another_name(source):
    page, tag = build.convert(source), f"next-v{PROJECT['version']}"
    badge = f"https://colab.research.google.com/github/someone/other/blob/{tag}/tutorials/{source.stem}.ipynb"
    assert f"({badge})" in prose(page)
    assert re.search(
        rf"'snn_core(\[events\])? @ git\+https://github.com/someone/other@{tag}'",
        code(page)[0].source,
    )
    assert PROJECT["urls"]["Repository"] not in nbformat.writes(page)


def test_the_address_is_written_nowhere_else():
    """Pages are stamped; the citation cannot read another file, so its address must be the same."""
    address = PROJECT["urls"]["Repository"].removeprefix("https://")
    kinds = {".md", ".toml", ".cff", ".yml", ".yaml", ".json", ".py", ".sh", ".txt"}
    folders = [
        ROOT / name
        for name in (
            "snn_core",
            "tutorials",
            "tests",
            "publish",
            "experiments",
            "bench",
            ".ci",
            "data",
        )
    ]
    found = [*ROOT.iterdir(), *(path for folder in folders for path in folder.rglob("*"))]
    found = [path for path in found if path.suffix in kinds and path.is_file()]
    holders = {path.name for path in found if address in path.read_text(encoding="utf-8")}
    assert holders == {"pyproject.toml", "CITATION.cff"}


def strings(source):
    """Return the text constants of a piece of code."""
    nodes = ast.walk(ast.parse(source))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def is_path_here(text):
    """Tell whether a text is a path in the repository, from its root or from the pages."""
    if len(text) > 200 or "\n" in text or not re.search(r"[./]", text.strip("./")):
        return False
    return any((folder / text).exists() for folder in (ROOT, ROOT / "tutorials"))


@pages
def test_page_names_no_file_of_the_repository(name):
    assert not [
        text for cell in code(PAGES[name]) for text in strings(cell.source) if is_path_here(text)
    ]


def test_a_path_of_the_repository_would_be_found():
    found = [
        "data/mnist_mini.npz",
        "../data/mnist_mini.npz",
        "figures/anytime.png",
        "src/02_lif_neuron.py",
        "snn_core/__init__.py",
    ]
    assert all(is_path_here(text) for text in found)
    assert not any(is_path_here(text) for text in ("data", "a.b", "spikes / step", ".", "..."))


def test_pages_are_built_in_an_empty_folder():
    page = new_notebook(cells=[new_code_cell("import os\n\nprint(os.listdir())")])
    build.execute(page)
    assert page.cells[0].outputs[0].text == "[]\n"
