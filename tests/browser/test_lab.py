"""Every page in JupyterLab, in a real browser: all cells run, and the explorer's controls work from the keyboard."""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(ROOT.glob("tutorials/[0-9][0-9]_*.ipynb"))
PICTURES = Path(__file__).with_name("pictures")
END_TO_END = 300  # ms from a key to the new picture

READY = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.context.sessionContext.ready;
    await panel.context.sessionContext.session.kernel.info;
    panel.content.notebookConfig = { ...panel.content.notebookConfig, windowingMode: "none" };
}"""
RUN = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
CELLS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .filter((cell) => cell.type === "code")
    .map((cell) => {
        const outputs = [...Array(cell.outputs.length).keys()].map((i) => cell.outputs.get(i));
        const errors = outputs.filter((output) => output.type === "error").map((output) => output.toJSON().evalue);
        return { count: cell.executionCount, errors, source: cell.sharedModel.source };
    })"""
# What the explorer shows: the address of its picture, or the pixels of its canvas.
SHOWN = """(box) => [...box.querySelectorAll("img, canvas")].map((e) => e.src ?? e.toDataURL()).join()"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Serve a copy of the pages by JupyterLab; yield its address."""
    home, port = tmp_path_factory.mktemp("lab"), free_port()
    for page in PAGES:
        shutil.copy(page, home)
    folders = {f"JUPYTER_{name}_DIR": str(home / ".jupyter" / name) for name in ("CONFIG", "RUNTIME")}
    own = folders | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "JUPYTER_PLATFORM_DIRS": "1"}
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=", f"--notebook-dir={home}", "--allow-root"]
    with open(home / "log.txt", "w", encoding="utf-8") as log:
        command = [sys.executable, "-m", "jupyterlab", *options, "--expose-app-in-browser"]
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    try:
        yield answering(f"http://127.0.0.1:{port}", server, home / "log.txt")
    finally:
        server.terminate()
        server.wait(20)


def answering(address: str, server: subprocess.Popen, log: Path) -> str:
    """Return the address as soon as the server answers there."""
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
        except OSError:
            assert server.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.5)
        else:
            return address
    raise TimeoutError(log.read_text(encoding="utf-8"))


@pytest.fixture
def run_page(lab, browser):
    """Return a function that opens a page, runs all its cells, and returns the browser's tab; shut its kernel down."""
    tab = browser.new_page(viewport={"width": 1300, "height": 900})

    def run(name: str):
        tab.goto(f"{lab}/lab/workspaces/{Path(name).stem}/tree/{name}", wait_until="load")
        tab.wait_for_function("window.jupyterapp?.shell.currentWidget?.context", timeout=60_000)
        tab.set_default_timeout(400_000)
        tab.evaluate(READY)
        tab.evaluate(RUN)
        return tab

    yield run
    tab.evaluate("async () => { await window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown(); }")
    tab.close()


def controls(box) -> list[tuple[str, str]]:
    """Return each control of an explorer as its selector and the key that moves it."""
    kinds = {".noUi-handle": "ArrowRight", "input[type=range]": "ArrowRight", "select": "ArrowDown"}
    kinds[".widget-toggle-button:not(.mod-active)"] = "Space"
    return [(f"{kind} >> nth={i}", key) for kind, key in kinds.items() for i in range(box.locator(kind).count())]


def share_of_a_core() -> float:
    """Return which share of a core a busy process gets at the moment; other work on the machine is no fault of ours."""
    started, busy = time.perf_counter(), time.process_time()
    while time.process_time() - busy < 0.05:
        pass
    return 0.05 / (time.perf_counter() - started)


def milliseconds_until_changed(tab, box, control, key: str) -> float | None:
    """Press a key on a control; return how long the picture took to change on a free core, None if it stays."""
    before, share = box.evaluate(SHOWN), share_of_a_core()
    control.focus()
    started = time.perf_counter()
    tab.keyboard.press(key)
    try:
        tab.wait_for_function(
            f"([box, before]) => ({SHOWN})(box) !== before", arg=[box.element_handle(), before], timeout=2000
        )
    except Exception as problem:  # the class is Playwright's, which this module does not import
        if "Timeout" not in type(problem).__name__:
            raise
        return None
    return 1000 * (time.perf_counter() - started) * min(share, share_of_a_core())


def first_change(tab, box, selector: str, key: str) -> float:
    """Return the time of the first key press on a control that changes the picture, with any of the choices made."""
    control, choices = box.locator(selector), box.locator("input[type=radio], .widget-toggle-button")
    for choice in range(-1, choices.count()):
        if choice >= 0:  # some sliders act only with another choice
            choices.nth(choice).click()
        for attempt in (*[key] * 4, *["ArrowLeft"] * 4):
            if took := milliseconds_until_changed(tab, box, control, attempt):
                return took
    raise AssertionError(f"the picture does not follow {selector}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_runs_and_its_explorer_follows_the_keyboard(page, run_page):
    tab = run_page(page.name)
    cells = tab.evaluate(CELLS)
    assert not [cell["errors"] for cell in cells if cell["errors"]]
    assert [cell["count"] for cell in cells] == [*range(1, len(cells) + 1)]
    if not any(".sliders()" in cell["source"] for cell in cells):
        return
    box = tab.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell:has-text('.sliders()') .jp-OutputArea").last
    box.scroll_into_view_if_needed()
    box.locator("img, canvas").first.wait_for()
    times = {selector: round(first_change(tab, box, selector, key)) for selector, key in controls(box)}
    PICTURES.mkdir(exist_ok=True)
    box.screenshot(path=PICTURES / f"{page.stem}.png")
    median = statistics.median(times.values())
    (PICTURES / f"{page.stem}.json").write_text(
        json.dumps({"median_ms": median, "controls": times}, indent=1), encoding="utf-8"
    )
    assert median < END_TO_END
