"""What the tests in a real browser share. They skip, with a reason, where there is none."""

import importlib.util
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.browser import PICTURES, awaited

ROOT = Path(__file__).parents[2]
SITE_PACKAGES = (
    "sphinx",
    "sphinx_copybutton",
    "myst_nb",
    "furo",
    "latex2mathml",
    "nbconvert",
    "PIL",
)


def pytest_addoption(parser):
    """Add the option that runs every page whole, and not only three."""
    parser.addoption("--all-pages", action="store_true", help="run all pages whole in JupyterLab")


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, driven by Playwright."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: make test-browser"
    )
    program = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if program is None:
        pytest.skip("needs a Chromium: make test-browser")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=program)
        yield started
        started.close()


def missing():
    """Return the packages for the site that are not installed."""
    return [name for name in SITE_PACKAGES if importlib.util.find_spec(name) is None]


@pytest.fixture(scope="session", autouse=True)
def begun(request, tmp_path_factory):
    """Begin to build the site, once for all workers, while tests run that need none of it."""
    own = tmp_path_factory.getbasetemp()  # below that of the run, where it has several workers
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "site"
    if missing() or not any(map(of_site, request.session.items)):
        return folder
    try:
        folder.mkdir()
    except FileExistsError:
        return folder  # another worker builds it
    threading.Thread(target=build, args=[folder], daemon=True).start()
    return folder


def of_site(item):
    """Tell whether a test looks at the site."""
    return "site" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def site(begun):
    """The folder of the site, as soon as it is built. A warning of the build is an error."""
    if missing():
        pytest.skip(f"needs {', '.join(missing())}: make site")
    status, said = json.loads(awaited(begun / "built.json").read_text(encoding="utf-8"))
    assert status == 0, said
    return begun / "html"


def build(folder):
    """Build the site into a folder; at the end a file there holds the status and what was said."""
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "publish.site", str(folder)]
    built = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": paths}
    )
    report = folder / "report.json"
    report.write_text(json.dumps([built.returncode, built.stdout + built.stderr]), encoding="utf-8")
    report.rename(folder / "built.json")  # which is there only once it is whole


def together(nodeid):
    """Return what names the tests that follow each other in one worker.

    >>> together("tests/browser/test_site.py::test_of_a_place[09_stdp-0]")
    'site of 09_stdp'
    """
    if "test_lab.py" in nodeid:
        return "JupyterLab"  # one server
    found = re.search(r"test_site\.py::\w+\[([^-\]]+)", nodeid)
    return f"site of {found[1]}" if found else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give a worker all tests of JupyterLab, and all that look at one page of the site."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return together(nodeid)

    return Together(config, log)


def pytest_collection_modifyitems(items):
    """Let the tests that look at a page of the site follow each other, without a load between.

    Tests that need no site come before, while it is built.
    """
    place = {item: number for number, item in enumerate(items)}
    first = {}
    for item in items:
        first.setdefault(together(item.nodeid), place[item])
    looks = {item: "look" in getattr(item, "fixturenames", ()) for item in items}
    items.sort(
        key=lambda item: (of_site(item), first[together(item.nodeid)], looks[item], place[item])
    )


def pytest_configure(config):
    """Forget the times of earlier runs, once, before any worker starts."""
    if not hasattr(config, "workerinput"):
        for record in PICTURES.glob("*.json"):
            record.unlink()


def pytest_terminal_summary(terminalreporter):
    """State the times that were measured, and which are above their limits. They fail nothing."""
    notes = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(PICTURES.glob("*.json"))
    ]
    for what in sorted({noted["what"] for noted in notes}):
        same = [noted for noted in notes if noted["what"] == what]
        times = [time for noted in same for time in noted["milliseconds"].values()]
        terminalreporter.write_line(
            f"{what}: {len(times)} measured, median {statistics.median(times):.0f} ms"
        )
        for noted in same:
            for control, time in noted["milliseconds"].items():
                if time > noted["limit"]:
                    terminalreporter.write_line(
                        f"  above {noted['limit']} ms: {noted['test']}, {control}: {time} ms"
                    )
