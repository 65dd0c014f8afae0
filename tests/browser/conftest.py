"""What the tests in a real browser share. They skip, with a reason, where there is none."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
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
    command = [sys.executable, str(ROOT / "site" / "build.py"), str(folder)]
    built = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths})
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "html"
