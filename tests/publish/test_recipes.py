"""Recipes of the site: each is short, stands on a page, and asserts what it is about when run."""

import re
import runpy
import shutil
import subprocess
import sys

import pytest
import torch
from torch._inductor import config as compiler

from publish.site import SOURCE
from tests.test_project import code_lines

RECIPES = {path.stem: path for path in sorted((SOURCE / "recipes").glob("*.py"))}
PAGES = {name: (SOURCE / f"{name}.md").read_text(encoding="utf-8") for name in ("guide", "recipes")}
NEEDS = {"onnx_export": ("onnxruntime", "onnxscript"), "with_lightning": ("pytorch_lightning",)}
PROCESSES = "two_processes"
# What PyTorch, Lightning and the exporter to ONNX say about their own insides.
FOREIGN = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def fresh_graphs():
    """Forget what other tests have compiled."""
    torch._dynamo.reset()


def marked(name):
    """Return a recipe as a parameter, with what it needs to be run."""
    foreign = name == "compile" or name in NEEDS
    return pytest.param(name, marks=FOREIGN if foreign else ())


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_short_and_assert_something(name):
    lines = code_lines(RECIPES[name])
    assert len(lines) <= 40
    assert any(line.startswith(("assert ", "torch.testing.assert_close(")) for line in lines)


def test_every_recipe_stands_on_one_page():
    shown = [
        name
        for text in PAGES.values()
        for name in re.findall(r"```\{literalinclude\} recipes/(\w+)\.py\n", text)
    ]
    assert sorted(shown) == list(RECIPES)


@pytest.mark.parametrize("name", [marked(name) for name in RECIPES if name != PROCESSES])
def test_recipe_runs(name, monkeypatch, tmp_path, capsys):
    for package in NEEDS.get(name, ()):
        pytest.importorskip(package, reason=f"{package} is not installed: extra `recipes`")
    compiles = shutil.which("c++") or shutil.which("g++")
    options = ["aot_eager"] if name == "compile" and not compiles else []
    monkeypatch.setattr(sys, "argv", [str(RECIPES[name]), *options])
    monkeypatch.chdir(tmp_path)
    with compiler.patch(compile_threads=1):  # others would import PyTorch again
        runpy.run_path(str(RECIPES[name]), run_name="__main__")
    assert capsys.readouterr().out.strip()


def test_recipe_for_two_processes_runs_under_torchrun(tmp_path):
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command = [*launcher, "--nproc-per-node", "2", str(RECIPES[PROCESSES])]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for rank in range(2):
        assert f"process {rank} of 2" in done.stdout
