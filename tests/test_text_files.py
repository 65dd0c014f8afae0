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
course.main()
site.assemble(folder / "site")
"""


def unnamed(tree):
    """Return the lines of the calls that read or write text in the encoding of the machine."""
    return [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _takes_text(node)
    ]


def _takes_text(call):
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if "encoding" in keywords:
        return False
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("read_text", "write_text"):
        return True
    if isinstance(call.func, ast.Name) and call.func.id == "open":
        words = [
            value.value
            for value in [*call.args[1:2], *keywords.values()]
            if isinstance(value, ast.Constant)
        ]
        return not any("b" in word for word in words if isinstance(word, str))
    return "universal_newlines" in keywords or getattr(keywords.get("text"), "value", None) is True


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_is_read_and_written_as_utf_8_by_name(path):
    assert unnamed(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("path.read_text()", [1]),
        ("path.write_text(text)", [1]),
        ("open(path)", [1]),
        ("open(path, 'w')", [1]),
        ("open(path, mode='r')", [1]),
        ("run(command, text=True)", [1]),
        ("path.read_text(encoding='utf-8')", []),
        ("open(path, 'rb')", []),
        ("open(path, mode='wb')", []),
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
