"""Text files are UTF-8 by name: the same bytes are read and written under another code page."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("snn_core", "experiments", "bench", "publish", "data", "tests", "tutorials")
CODE = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
ASCII = {
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
}  # stands for a Windows code page
DERIVE = """
import locale, sys
from pathlib import Path
from publish import course, site

assert locale.getencoding() not in ("utf-8", "UTF-8")
folder = Path(sys.argv[1])
for name in ("tutorials", "LICENSE"):
    (folder / name).symlink_to(course.ROOT / name)
course.ROOT, course.OUTPUT = folder, folder / "course"
some = {name: page for name, page in course.committed().items() if name[:2] in ("00", "02", "05")}
course.committed = site.committed = lambda: some  # all pages are written by the same code
course.main(about=course.lectured(list(course.notes())))
site.assemble(folder / "site")
"""


def unnamed(tree):
    """Return the lines of the calls that read or write text in the encoding of the machine."""
    return [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _takes_text(node)
    ]


PACKED = ("gzip", "bz2", "lzma")  # text only where the mode says so
BYTES = ("Image", "tarfile", "webbrowser", "archive")  # what they open is no text
TEMPORARY = ("NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile")
ALWAYS_TEXT = ("read_text", "write_text", "TextIOWrapper", "FileHandler")
ALWAYS_TEXT += ("loadtxt", "savetxt", "genfromtxt", "FileInput")


def _takes_text(call):
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if "encoding" in keywords:
        return False
    owner, _, name = ast.unparse(call.func).rpartition(".")
    owner = owner.rpartition(".")[2]
    if name in ALWAYS_TEXT:
        return True
    if name in ("open", "fdopen", *TEMPORARY):
        return owner not in BYTES and _mode_is_text(call, keywords, owner, name)
    return "universal_newlines" in keywords or getattr(keywords.get("text"), "value", None) is True


def _mode_is_text(call, keywords, owner, name):
    """Tell by the mode, the second argument of a function and the first of a path's method."""
    function = owner in ("", "io", "os", "codecs", *PACKED) and name not in TEMPORARY
    place = 1 if function else 0
    given = [keywords["mode"]] if "mode" in keywords else call.args[place : place + 1]
    usual = "rb" if owner in PACKED else "w+b" if name in TEMPORARY else "r"
    mode = given[0].value if given and isinstance(given[0], ast.Constant) else usual
    return "t" in mode if owner in PACKED else "b" not in mode


def test_text_is_read_and_written_as_utf_8_by_name():
    found = {path: unnamed(ast.parse(path.read_text(encoding="utf-8"))) for path in CODE}
    assert len(found) > 600
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("path.read_text()", [1]),
        ("path.write_text(text)", [1]),
        ("open(path)", [1]),
        ("open(path, 'w')", [1]),
        ("open(path, mode='r')", [1]),
        ("path.open()", [1]),
        ("path.open('w')", [1]),
        ("(folder / name).open(mode='a')", [1]),
        ("io.open(path)", [1]),
        ("os.fdopen(handle, 'w')", [1]),
        ("gzip.open(path, 'rt')", [1]),
        ("tempfile.NamedTemporaryFile('w')", [1]),
        ("io.TextIOWrapper(stream)", [1]),
        ("np.loadtxt(path)", [1]),
        ("run(command, text=True)", [1]),
        ("path.read_text(encoding='utf-8')", []),
        ("open(path, 'rb')", []),
        ("open(path, mode='wb')", []),
        ("path.open('rb')", []),
        ("path.open(encoding='utf-8')", []),
        ("os.fdopen(handle, 'wb')", []),
        ("gzip.open(path)", []),
        ("tempfile.NamedTemporaryFile()", []),
        ("Image.open(path)", []),
        ("webbrowser.open(address)", []),
        ("run(command)", []),
        ("new_output(text='a')", []),
    ],
)
def test_the_search_knows_what_takes_text(call, found):
    assert unnamed(ast.parse(call)) == found


def test_course_and_site_are_derived_under_another_code_page(tmp_path):
    pytest.importorskip("sphinx", reason="the extra `site` is not installed")
    command = [sys.executable, "-W", "ignore", "-c", DERIVE, str(tmp_path)]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | ASCII | {"PYTHONPATH": paths}
    derived = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
    assert derived.returncode == 0, derived.stderr
    for text in ("site/syllabus.md", "site/index.md", "course/guide.md"):
        assert not (tmp_path / text).read_text(encoding="utf-8").isascii()
