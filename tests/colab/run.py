"""Run pages as Colab would, without Colab.

``make test-colab`` runs all pages, ``make test-colab ARGS="01 09"`` some. Each is copied into an
empty folder and executed with Colab's versions of the packages that it uses, under a kernel that
has a `google.colab`. The setup cell is executed as it stands: git is told to take this repository,
as it is here, for the address in the cell. Before that, pip is asked what it would change if our
dependencies, those for events too, were installed beside all that Colab has.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from packaging.utils import canonicalize_name

from tests.colab.preinstalled import claim, to_install, versions

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = "snn-core"
MUST_AGREE = ("ipywidgets", "ipython", "ipykernel", "traitlets", "numpy", "matplotlib")
STUB = """from types import SimpleNamespace

output = SimpleNamespace(enable_custom_widget_manager=lambda: None)
"""


def git(*words: str) -> str:
    """Run git in this repository and return what it says."""
    return subprocess.run(
        ["git", "-C", ROOT, *words], check=True, capture_output=True, encoding="utf-8"
    ).stdout.strip()


def host(folder: Path) -> dict[str, str]:
    """Make a repository of our tracked files under the tag; return what makes git use it."""
    repository, tag = folder / "repository.git", PROJECT["urls"]["Tag"].rsplit("/", 1)[1]
    commit = git("stash", "create") or git("rev-parse", "HEAD")
    subprocess.run(
        ["git", "init", "--quiet", "--bare", "--initial-branch=main", repository], check=True
    )
    git(
        "push", "--quiet", str(repository), f"{commit}:refs/heads/main", f"{commit}:refs/tags/{tag}"
    )
    instead = {
        "KEY_0": f"url.file://{repository}.insteadOf",
        "VALUE_0": PROJECT["urls"]["Repository"],
    }
    return {"GIT_CONFIG_COUNT": "1"} | {
        f"GIT_CONFIG_{name}": value for name, value in instead.items()
    }


def stub(folder: Path) -> dict[str, str]:
    """Write a package `google.colab`; return what makes Python find it."""
    (folder / "stub" / "google" / "colab").mkdir(parents=True)
    (folder / "stub" / "google" / "colab" / "__init__.py").write_text(STUB, encoding="utf-8")
    return {"PYTHONPATH": str(folder / "stub")}


def installed() -> dict[str, str]:
    """Return what is installed in this environment, ours left out."""
    found = {canonicalize_name(each.metadata["Name"]): each.version for each in distributions()}
    found.pop(OURS, None)
    return found


def uninstall() -> None:
    """Remove our package, so that the next page has to install it."""
    subprocess.run(
        [sys.executable, "-m", "pip", "uninstall", "-y", "-q", OURS],
        check=True,
        capture_output=True,
    )


def run(page: Path) -> float:
    """Execute a page alone; return the seconds. Fail if a cell does, or files change."""
    before, started = installed(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(shutil.copy(page, folder))
        client = NotebookClient(
            notebook := nbformat.read(alone, as_version=4),
            timeout=1800,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--IPKernelApp.exec_lines=import google.colab"],
        )
        client.execute()
        assert os.listdir(folder) == [page.name], f"{page.name} left files: {os.listdir(folder)}"
    said = "".join(
        output.get("text", "") for output in notebook.cells[setup_place(notebook)].outputs
    )
    assert "Successfully installed" in said, said
    assert before.items() <= installed().items(), (
        f"{page.name} changed {before.items() - installed().items()}"
    )
    return time.perf_counter() - started


def setup_place(notebook: nbformat.NotebookNode) -> int:
    """Return the place of the setup cell."""
    return next(
        place
        for place, cell in enumerate(notebook.cells)
        if "setup" in cell.metadata.get("tags", [])
    )


def compare() -> None:
    """Print which versions differ from Colab's; fail if one of those does that have to agree."""
    colab, here = versions(), installed()
    differ = {
        name: (here[name], colab[name])
        for name in here.keys() & colab.keys()
        if here[name] != colab[name]
    }
    alike = len(here.keys() & colab.keys()) - len(differ)
    print(f"Python {sys.version.split()[0]}; {alike} packages as on Colab")
    for name, (ours, theirs) in sorted(differ.items()):
        print(f"  differs: {name} {ours}, on Colab {theirs}")
    assert not set(MUST_AGREE) & set(differ)


def resolve(folder: Path) -> None:
    """Ask pip what it would install on Colab; fail if that includes anything that Colab has."""
    wanted = to_install(
        claim(folder), PROJECT["dependencies"] + PROJECT["optional-dependencies"]["events"]
    )
    print("pip would add:", ", ".join(sorted(wanted)))
    assert not wanted & set(versions())


def main() -> None:
    """Compare versions, resolve, and run the pages named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="beginnings of names, such as 01")
    named = tuple(parser.parse_args().pages) or ("",)
    compare()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        resolve(folder / "claims")
        os.environ.update(host(folder) | stub(folder) | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"})
        for page in sorted((ROOT / "tutorials").glob("[0-9]*.ipynb")):
            if page.name.startswith(named):
                uninstall()
                print(f"{page.name}: {run(page):.0f} s", flush=True)
        uninstall()


if __name__ == "__main__":
    main()
