"""Pages and explorers in JupyterLab, in a real browser.

All cells of a page run: of three pages, of all with ``--all-pages``. Every explorer is mounted
once, alone in the output of one cell, and its controls work from the keyboard.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from publish import lab as copy
from snn_core.teaching.explorers import ALL_EXPLORERS, Range
from tests.browser import PAGE_PATIENCE, PATIENCE, PICTURES, note
from tests.pages import PAGES, build

WHOLE = ("00", "02", "06")  # short ones; the last has two explorers
END_TO_END = 300  # ms from a key to the new picture

EMPTY = "empty"
OPEN = "name => window.jupyterapp?.shell.currentWidget?.context?.path === name"
READY = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.context.sessionContext.ready;
    await panel.context.sessionContext.session.kernel.info;
    panel.content.notebookConfig = { ...panel.content.notebookConfig, windowingMode: "none" };
}"""
SHUT_DOWN = """async () => {
    await window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown();
}"""
WRITE = """(code) => {
    const [cell] = window.jupyterapp.shell.currentWidget.content.model.cells;
    cell.sharedModel.setSource(code);
}"""
CLEAR = """async () => {
    await window.jupyterapp.commands.execute("notebook:clear-all-cell-outputs");
}"""
RUN = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
CELLS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .filter((cell) => cell.type === "code")
    .map((cell) => {
        const outputs = [...Array(cell.outputs.length).keys()].map((i) => cell.outputs.get(i));
        const failed = outputs.filter((output) => output.type === "error");
        const errors = failed.map((output) => output.toJSON().evalue);
        return { count: cell.executionCount, errors };
    })"""
# What the explorer shows: the address of its picture, or the pixels of its canvas.
SHOWN = """(box) => [...box.querySelectorAll("img, canvas")]
    .map((e) => e.src ?? e.toDataURL()).join()"""


def pytest_generate_tests(metafunc):
    """Run three pages whole, or all where that is asked for."""
    if "page" in metafunc.fixturenames:
        every = metafunc.config.getoption("--all-pages")
        metafunc.parametrize("page", [name for name in PAGES if every or name.startswith(WHOLE)])


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Serve a copy of the pages, and a notebook of one empty cell; yield the address."""
    home, port = tmp_path_factory.mktemp("lab"), free_port()
    copy.hand_out(home, copy.versions())
    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()], metadata=build.METADATA)
    nbformat.write(empty, home / f"{EMPTY}.ipynb")
    folders = {
        f"JUPYTER_{name}_DIR": str(home / ".jupyter" / name) for name in ("CONFIG", "RUNTIME")
    }
    own = folders | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "JUPYTER_PLATFORM_DIRS": "1"}
    options = [
        "--no-browser",
        f"--port={port}",
        "--IdentityProvider.token=",
        f"--notebook-dir={home}",
        f"--LabApp.default_url=/lab/tree/{copy.START}",
        "--allow-root",
    ]
    with open(home / "log.txt", "w", encoding="utf-8") as log:
        command = [sys.executable, "-m", "jupyterlab", *options, "--expose-app-in-browser"]
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    try:
        yield answering(f"http://127.0.0.1:{port}", server, home / "log.txt")
    finally:
        server.terminate()
        server.wait(PATIENCE / 1000)


def answering(address: str, server: subprocess.Popen, log: Path) -> str:
    """Return the address as soon as the server answers there."""
    for _ in range(2 * PATIENCE // 1000):
        try:
            urllib.request.urlopen(f"{address}/api", timeout=PATIENCE / 1000).close()
        except OSError:
            assert server.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.5)
        else:
            return address
    raise TimeoutError(log.read_text(encoding="utf-8"))


@contextlib.contextmanager
def opened(lab: str, browser, name: str):
    """Give a tab with a notebook whose kernel is ready; shut the kernel down afterwards."""
    tab = browser.new_page(viewport={"width": 1300, "height": 900})
    tab.set_default_timeout(PAGE_PATIENCE)
    tab.goto(f"{lab}/lab/workspaces/{name}/tree/{name}.ipynb", wait_until="load")
    tab.wait_for_function(OPEN, arg=f"{name}.ipynb")
    tab.evaluate(READY)
    try:
        yield tab
    finally:
        tab.evaluate(SHUT_DOWN)
        tab.close()


def run_all(tab) -> None:
    """Run all cells of the notebook in a tab, whose old outputs and counts are taken away before.

    Raises:
        AssertionError: if a cell has not run, in its turn and without an error.
    """
    tab.evaluate(CLEAR)
    assert not any(cell["count"] for cell in tab.evaluate(CELLS))
    tab.evaluate(RUN)
    cells = tab.evaluate(CELLS)
    assert not [cell["errors"] for cell in cells if cell["errors"]]
    first = cells[0]["count"]
    assert [cell["count"] for cell in cells] == [*range(first, first + len(cells))]


@pytest.fixture(scope="module")
def bench(lab, browser):
    """A tab with a notebook of one empty cell, in whose kernel one explorer follows another.

    A kernel of its own for each would import PyTorch each time.
    """
    with opened(lab, browser, EMPTY) as tab:
        tab.set_default_timeout(PATIENCE)
        yield tab


def controls(box) -> list[tuple[str, str]]:
    """Return each control of an explorer as its selector and the key that moves it."""
    kinds = {".noUi-handle": "ArrowRight", "input[type=range]": "ArrowRight", "select": "ArrowDown"}
    kinds[".widget-toggle-button:not(.mod-active)"] = "Space"
    return [
        (f"{kind} >> nth={i}", key)
        for kind, key in kinds.items()
        for i in range(box.locator(kind).count())
    ]


def milliseconds_until_changed(tab, box, control, key: str, patience: float) -> float | None:
    """Press a key on a control; return how long the picture took to change, None if it stays."""
    before = box.evaluate(SHOWN)
    control.focus()
    started = time.perf_counter()
    tab.keyboard.press(key)
    try:
        tab.wait_for_function(
            f"([box, before]) => ({SHOWN})(box) !== before",
            arg=[box.element_handle(), before],
            timeout=patience,
        )
    except Exception as problem:  # the class is Playwright's, which this module does not import
        if "Timeout" not in type(problem).__name__:
            raise
        return None
    return 1000 * (time.perf_counter() - started)


def first_change(tab, box, selector: str, key: str) -> float:
    """Return the time of the first key press that changes the picture, for any choice made.

    A picture that stays for a few frames may belong to another choice or to a busy machine: only
    further rounds, with far more patience, tell that it does not follow.
    """
    control, choices = (
        box.locator(selector),
        box.locator("input[type=radio], .widget-toggle-button"),
    )
    for patience, presses in ((150, 4), (1_000, 4), (60_000, 1)):
        for choice in range(-1, choices.count()):
            if choice >= 0:  # some sliders act only with another choice
                choices.nth(choice).click()
            for attempt in (*[key] * presses, *["ArrowLeft"] * presses):
                if took := milliseconds_until_changed(tab, box, control, attempt, patience):
                    return took
    raise AssertionError(f"the picture does not follow {selector}")


def test_a_page_runs_whole(page, lab, browser):
    with opened(lab, browser, page) as tab:
        run_all(tab)


@pytest.mark.parametrize("explorer", ALL_EXPLORERS)
def test_an_explorer_follows_the_keyboard(explorer, bench):
    code = f"from snn_core.teaching.explorers import {explorer}\n\n{explorer}().sliders()"
    bench.evaluate(WRITE, code)
    run_all(bench)
    box = bench.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .jp-OutputArea").last
    box.locator("img, canvas").first.wait_for()
    moved = controls(box)
    assert len(moved) >= sum(
        isinstance(control, Range) for control in ALL_EXPLORERS[explorer].controls.values()
    )
    note(
        explorer,
        "explorers in JupyterLab, from a key to the new picture",
        END_TO_END,
        {selector: round(first_change(bench, box, selector, key)) for selector, key in moved},
    )
    box.screenshot(path=PICTURES / f"{explorer}.png")


def test_the_copy_opens_on_a_list_from_which_a_page_opens(lab, browser):
    tab = browser.new_page(viewport={"width": 1300, "height": 900})
    tab.set_default_timeout(PAGE_PATIENCE)
    tab.goto(lab, wait_until="load")
    tab.wait_for_url(f"**/lab/tree/{copy.START}")
    links = tab.locator(".jp-NotebookPanel .jp-RenderedMarkdown td a")
    links.last.wait_for()
    assert links.count() == len(PAGES)
    tab.screenshot(path=PICTURES / "start.png")
    links.first.click()
    tab.wait_for_function(OPEN, arg=f"{next(iter(PAGES))}.ipynb")
    tab.close()
