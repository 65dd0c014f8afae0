"""The build folds checks and the setup, and carries outputs over where no code changed."""

import nbformat
import pytest

from publish import notebooks as build
from publish.page import code, tagged
from tests.publish.pages import CHECK, START, text


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A source whose notebook is executed, in a folder of its own."""
    monkeypatch.setattr(build, "TUTORIALS", tmp_path)
    path = tmp_path / "42_a_page.py"
    path.write_text(START + CHECK, encoding="utf-8")
    notebook = build.convert(path)
    for count, cell in enumerate(code(notebook), 1):
        cell.execution_count = count
        cell.outputs = (
            [nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo="})]
            if count == 2
            else []
        )
    build.put(notebook, build.notebook_path(path))
    return path


def change(source, before, after):
    text = source.read_text(encoding="utf-8")
    assert before in text
    source.write_text(text.replace(before, after), encoding="utf-8")


def outputs(source):
    return [
        (cell.execution_count, cell.outputs)
        for cell in code(nbformat.read(build.notebook_path(source), 4))
    ]


def test_checks_and_setup_are_folded(source):
    notebook = build.convert(source)
    (check,), (setup,) = tagged(notebook, "check"), tagged(notebook, "setup")
    assert check.metadata == {"tags": ["check", "hide-input"], "jupyter": {"source_hidden": True}}
    assert setup.metadata == {"tags": ["setup", "hide-input"]}
    assert tagged(notebook, "hide-input") == [setup, check]


def test_restamping_what_has_not_changed_changes_no_byte(source):
    before = build.notebook_path(source).read_bytes()
    assert not build.drifted(source)
    assert build.restamp(source)
    assert build.notebook_path(source).read_bytes() == before


def test_restamping_brings_prose_and_descriptions_and_keeps_outputs(source):
    before = outputs(source)
    change(source, 'alt="A picture"', 'alt="Another description"')
    source.write_text(source.read_text(encoding="utf-8") + text("More words."), encoding="utf-8")
    assert build.drifted(source)
    assert build.restamp(source)
    assert not build.drifted(source)
    after = outputs(source)
    assert after[1][1][0].metadata["image/png"]["alt"] == "Another description"
    assert [count for count, _ in after] == [count for count, _ in before]
    assert [output.data for _, shown in after for output in shown] == [
        {"image/png": "iVBORw0KGgo="}
    ]


def test_restamping_refuses_changed_code(source):
    before = build.notebook_path(source).read_bytes()
    change(source, "first = 1", "first = 2")
    assert not build.restamp(source)
    assert build.notebook_path(source).read_bytes() == before


def test_restamping_refuses_a_page_that_was_never_executed(source):
    build.notebook_path(source).unlink()
    assert not build.restamp(source)
    assert not build.notebook_path(source).exists()


def test_the_command_restamps_and_says_which_pages_must_run(source, monkeypatch, capsys):
    monkeypatch.setattr(build, "sources", lambda _: [source])
    monkeypatch.setattr(build, "execute", lambda notebook: pytest.fail("executed"))
    monkeypatch.setattr("sys.argv", ["notebooks", "--restamp"])
    change(source, "look;", "see;")
    build.main()
    assert not build.drifted(source)
    change(source, "first = 1", "first = 2")
    build.main()
    assert capsys.readouterr().out == "42_a_page: its code changed, so it has to be executed\n"
    assert build.drifted(source)
