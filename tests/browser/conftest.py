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

ROOT = Path(__file__).parents[2]
PICTURES = Path(__file__).with_name("pictures")
SITE_PACKAGES = ("sphinx", "myst_nb", "furo", "sphinx-mathjax-offline")


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, driven by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: make test-browser")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
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
    built = subprocess.run(command, capture_output=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": paths})
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "html"


def pytest_configure(config):
    """Forget the times of earlier runs, once, before any worker starts."""
    if not hasattr(config, "workerinput"):
        for record in PICTURES.glob("*.json"):
            record.unlink()


def pytest_terminal_summary(terminalreporter):
    """State how long the explorers took in JupyterLab from a key to the new picture."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(PICTURES.glob("*.json"))]
    times = [time for record in records for time in record["controls"].values()]
    if times:
        median = statistics.median(times)
        terminalreporter.write_line(f"explorers in JupyterLab: {len(times)} controls, median {median:.0f} ms per key")
