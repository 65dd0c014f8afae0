"""The reader's copy: what a reader wrote is never lost, and what nobody touched becomes new."""

import json
import re
import subprocess

import nbformat
import pytest

from publish import lab
from publish.page import ROOT, TUTORIALS, parse
from tests.pages import READ
from tests.publish.pages import CHECK, EXERCISES, START, page, text

NAME = "42_a_page.ipynb"
SECOND = "42_a_page.2.ipynb"
THIRD = "42_a_page.3.ipynb"


def edition(number):
    """Return a page as it stands in the repository; every number is another version."""
    return notebook(START + text(f"Edition {number}.") + CHECK)


def notebook(source):
    made = parse(source)
    for number, cell in enumerate(made.cells):
        cell.id = f"cell-{number:02d}"
    return nbformat.writes(made).encode("utf-8")


def change(path, what):
    made = nbformat.read(path, as_version=4)
    what(made)
    nbformat.write(made, path)
    return path.read_bytes()


def write(path, words="my answer"):
    """Write in a page as a reader does; return what is then in the file."""
    return change(path, lambda made: made.cells.append(nbformat.v4.new_code_cell(words)))


def run(path):
    """Run a page as JupyterLab does: outputs, metadata, and an empty cell at the end are saved."""

    def all_cells(made):
        for count, cell in enumerate(made.cells):
            if cell.cell_type == "code":
                cell.execution_count = count + 1
                cell.outputs = [nbformat.v4.new_output("stream", text="ran")]
                cell.metadata["scrolled"] = True
        made.metadata["language_info"] = {"name": "python", "version": "3.11.2"}
        made.cells.append(nbformat.v4.new_code_cell(""))

    return change(path, all_cells)


def hand_out(folder, number):
    return lab.hand_out(folder, {NAME: edition(number)})


def test_a_first_copy_holds_the_pages_as_they_are(tmp_path):
    folder = tmp_path / "made" / "here"
    assert hand_out(folder, 1) == [f"{NAME}: new"]
    assert (folder / NAME).read_bytes() == edition(1)
    assert [path.name for path in folder.iterdir() if path.name[0] != "."] == [NAME]


@pytest.mark.parametrize("meanwhile", [lambda path: None, run, lambda path: path.unlink()])
def test_a_page_in_which_nobody_wrote_becomes_the_new_version(tmp_path, meanwhile):
    hand_out(tmp_path, 1)
    meanwhile(tmp_path / NAME)
    assert len(hand_out(tmp_path, 2)) == 1
    assert (tmp_path / NAME).read_bytes() == edition(2)
    assert not (tmp_path / SECOND).exists()


def test_outputs_of_a_page_that_was_run_stay_while_there_is_no_new_version(tmp_path):
    hand_out(tmp_path, 1)
    ran = run(tmp_path / NAME)
    assert hand_out(tmp_path, 1) == []
    assert (tmp_path / NAME).read_bytes() == ran


def test_new_outputs_of_the_same_page_are_a_new_version_only_where_nobody_wrote(tmp_path):
    hand_out(tmp_path, 1)
    again = run(tmp_path / NAME)
    (tmp_path / NAME).write_bytes(edition(1))
    assert lab.hand_out(tmp_path, {NAME: again}) == [f"{NAME}: brought up to date"]
    assert (tmp_path / NAME).read_bytes() == again
    wrote = write(tmp_path / NAME)
    assert hand_out(tmp_path, 1) == []
    assert (tmp_path / NAME).read_bytes() == wrote
    assert not (tmp_path / SECOND).exists()


def changed_cell(made):
    made.cells[-1].source += "  # a note"


def removed_cell(made):
    made.cells.pop()


def attached_picture(made):
    made.cells[0].attachments = {"a.png": {"image/png": "iVBORw0KGgo="}}


def another_kind(made):
    made.cells[-1] = nbformat.v4.new_raw_cell(made.cells[-1].source, id=made.cells[-1].id)


@pytest.mark.parametrize(
    "wrote", [changed_cell, removed_cell, attached_picture, another_kind], ids=lambda f: f.__name__
)
def test_a_page_in_which_the_reader_wrote_stays_and_the_new_one_comes_beside_it(tmp_path, wrote):
    hand_out(tmp_path, 1)
    theirs = change(tmp_path / NAME, wrote)
    assert hand_out(tmp_path, 1) == []
    assert hand_out(tmp_path, 2) == [
        f"{NAME}: you wrote in it, so it stays; the new version is {SECOND}"
    ]
    assert hand_out(tmp_path, 2) == []
    assert (tmp_path / NAME).read_bytes() == theirs
    assert (tmp_path / SECOND).read_bytes() == edition(2)


@pytest.mark.parametrize("broken", [b"", b"\xff", b"[]", b'{"cells": [3]}', b'{"cells": [{}]}'])
def test_what_is_no_notebook_is_the_readers(tmp_path, broken):
    hand_out(tmp_path, 1)
    (tmp_path / NAME).write_bytes(broken)
    assert len(hand_out(tmp_path, 2)) == 1
    assert (tmp_path / NAME).read_bytes() == broken
    assert (tmp_path / SECOND).read_bytes() == edition(2)


def test_a_version_beside_is_a_page_like_any_other(tmp_path):
    hand_out(tmp_path, 1)
    first = write(tmp_path / NAME)
    hand_out(tmp_path, 2)
    run(tmp_path / SECOND)
    hand_out(tmp_path, 3)
    assert (tmp_path / SECOND).read_bytes() == edition(3)
    second = write(tmp_path / SECOND, "another answer")
    assert hand_out(tmp_path, 3) == []
    hand_out(tmp_path, 4)
    assert (tmp_path / NAME).read_bytes() == first
    assert (tmp_path / SECOND).read_bytes() == second
    assert (tmp_path / THIRD).read_bytes() == edition(4)


def test_a_version_beside_that_was_deleted_does_not_come_back(tmp_path):
    hand_out(tmp_path, 1)
    write(tmp_path / NAME)
    hand_out(tmp_path, 2)
    (tmp_path / SECOND).unlink()
    assert hand_out(tmp_path, 2) == []
    assert not (tmp_path / SECOND).exists()
    assert len(hand_out(tmp_path, 3)) == 1
    assert (tmp_path / SECOND).read_bytes() == edition(3)


def test_a_page_that_was_deleted_comes_back(tmp_path):
    hand_out(tmp_path, 1)
    (tmp_path / NAME).unlink()
    assert hand_out(tmp_path, 1) == [f"{NAME}: new"]
    assert (tmp_path / NAME).read_bytes() == edition(1)


def test_a_file_of_the_readers_own_with_the_name_of_a_page_stays(tmp_path):
    (tmp_path / NAME).write_bytes(edition(7))
    hand_out(tmp_path, 1)
    assert (tmp_path / NAME).read_bytes() == edition(7)
    assert (tmp_path / SECOND).read_bytes() == edition(1)


def test_without_the_record_only_what_is_the_new_version_counts_as_untouched(tmp_path):
    hand_out(tmp_path, 1)
    (tmp_path / lab.RECORD).unlink()
    run(tmp_path / NAME)
    hand_out(tmp_path, 1)
    assert (tmp_path / NAME).read_bytes() == edition(1)
    assert hand_out(tmp_path, 1) == []
    (tmp_path / lab.RECORD).unlink()
    hand_out(tmp_path, 2)
    assert (tmp_path / NAME).read_bytes() == edition(1)
    assert (tmp_path / SECOND).read_bytes() == edition(2)


def test_a_page_that_the_tutorials_no_longer_have_stays_and_is_named(tmp_path):
    hand_out(tmp_path, 1)
    assert lab.hand_out(tmp_path, {}) == [
        f"{NAME}: no longer among the tutorials; it stays in your copy"
    ]
    assert (tmp_path / NAME).read_bytes() == edition(1)


def test_what_is_not_complete_is_not_put_in_place(tmp_path, monkeypatch):
    hand_out(tmp_path, 1)
    monkeypatch.setattr(lab.os, "replace", lambda *paths: pytest.fail("the disk is full"))
    with pytest.raises(pytest.fail.Exception, match="the disk is full"):
        hand_out(tmp_path, 2)
    assert (tmp_path / NAME).read_bytes() == edition(1)


def test_start_page_lists_every_page_in_order_with_its_times():
    made = lab.start(READ)
    nbformat.validate(made)
    (cell,) = made.cells
    row = r"^\| \[(.*)\]\((.*)\) \| (.*) \| (\d+) \| (.*) \|$"
    rows = re.findall(row, cell.source, flags=re.M)
    assert rows == [
        (each.title, f"{name}.ipynb", each.question, str(each.minutes), each.time_to_run)
        for name, each in READ.items()
    ]
    assert cell.source.startswith("# ")
    assert cell.cell_type == "markdown"


def test_start_page_has_a_heading_for_each_part():
    pages = {name: page(START, EXERCISES, name=name) for name in ("01_one", "02_two", "05_five")}
    made = lab.start(pages)
    heads = re.findall("^## .*", made.cells[0].source, flags=re.M)
    assert heads == ["## I · Spikes", "## II · Gradients"]


def test_the_copy_holds_the_pages_and_their_list_and_nothing_else(tmp_path):
    handed_out = lab.versions()
    assert list(handed_out) == [*(f"{name}.ipynb" for name in READ), lab.START]
    lab.hand_out(tmp_path, handed_out)
    seen = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("."))
    assert seen == sorted(handed_out)
    for name in READ:
        committed = (TUTORIALS / f"{name}.ipynb").read_bytes()
        assert (tmp_path / f"{name}.ipynb").read_bytes() == committed
    assert sorted(json.loads((tmp_path / lab.RECORD).read_text(encoding="utf-8"))) == sorted(
        handed_out
    )


def test_make_opens_the_copy_on_its_list_and_git_ignores_it():
    planned = subprocess.run(
        ["make", "--dry-run", "--old-file=.venv/installed", "lab", "ARGS=--no-browser"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout.splitlines()
    commands = [line.split() for line in planned if not line.startswith("make")]
    copied, opened = commands[-2:]
    assert copied[1:] == ["-m", "publish.lab"]
    assert f"--notebook-dir={lab.COPY.relative_to(ROOT)}" in opened
    assert f"--LabApp.default_url=/lab/tree/{lab.START}" in opened
    assert opened[-1] == "--no-browser"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert f"{lab.COPY.name}/" in ignored


def test_the_command_says_what_it_did(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lab, "COPY", tmp_path / "copy")
    monkeypatch.setattr(lab, "versions", lambda: {NAME: edition(1)})
    lab.main()
    lab.main()
    where = f"Your copy of the pages: {tmp_path / 'copy'}"
    assert capsys.readouterr().out.splitlines() == [f"{NAME}: new", where, where]
