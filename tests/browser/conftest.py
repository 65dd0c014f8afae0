"""What the tests in a real browser share. They skip, with a reason, where there is none."""

import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import PICTURES

ROOT = Path(__file__).parents[2]
SITE_PACKAGES = ("sphinx", "myst_nb", "furo", "latex2mathml", "nbconvert", "PIL")


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


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site. Any warning of the build is an error."""
    missing = [name for name in SITE_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: make site")
    folder = tmp_path_factory.mktemp("site")
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "publish.site", str(folder)]
    built = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": paths}
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "html"


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
