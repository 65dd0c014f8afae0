"""Measure the processor time of pages: ``python -m publish.times`` all, names like ``02`` some.

Each page runs once, in a clean kernel. What is printed are seconds of the processor, which other
work on the machine hardly changes: per page, and per cell where a cell is over its budget, or with
``--cells`` for every cell. ``--write`` puts the times of the pages into the record that the pages
take what they state from (a test compares).
"""

import argparse
import json
import math
import re
import tempfile
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from .notebooks import convert
from .page import code, sources

PAGE, PAGE_THAT_TRAINS, CELL = 30, 45, 10  # budgets in seconds on one thread
TRAINS = re.compile(r"\boptim\.|\bfit\(|\blearn_unlabelled\(")
RECORD = Path(__file__).with_name("times.json")  # processor seconds by page, as last measured
STATED = {  # seconds, up to which a page says these words
    5: "5 seconds",
    10: "10 seconds",
    15: "15 seconds",
    30: "half a minute",
    60: "one minute",
}
CLOCK = {"clock": "__import__('time').process_time()"}


def measure(cells: list[str]) -> list[float]:
    """Run cells in a clean kernel, in an empty folder; return the processor seconds that each took.

    Raises:
        RuntimeError: if a cell raises.
    """
    with tempfile.TemporaryDirectory() as folder:
        manager, client = start_new_kernel(kernel_name="python3", cwd=folder)
        try:
            clock = [_clock_after(client, cell) for cell in ["", *cells]]
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    return [after - before for before, after in zip(clock, clock[1:], strict=False)]


def _clock_after(client, cell: str) -> float:
    """Run a cell; return the kernel's processor time after it."""
    options = {"user_expressions": CLOCK, "output_hook": lambda message: None, "timeout": None}
    reply = client.execute_interactive(cell, **options)["content"]
    if reply["status"] != "ok":
        raise RuntimeError(f"{reply['ename']}: {reply['evalue']} in:\n{cell}")
    return float(reply["user_expressions"]["clock"]["data"]["text/plain"])


def recorded() -> dict[str, float]:
    """Return the processor seconds of each page that was measured, as they are recorded."""
    return json.loads(RECORD.read_text(encoding="utf-8"))


def write(measured: dict[str, float]) -> None:
    """Put processor seconds into the record, in place of those of the same pages."""
    known = recorded() if RECORD.exists() else {}
    rounded = {name: round(seconds, 1) for name, seconds in measured.items()}
    text = json.dumps(dict(sorted((known | rounded).items())), indent=1)
    RECORD.write_text(text + "\n", encoding="utf-8")


def in_words(seconds: float) -> str:
    """Return how a page says how long it runs: never less than was measured."""
    minutes = f"{math.ceil(seconds / 60)} minutes"
    return next((words for limit, words in STATED.items() if seconds <= limit), minutes)


def report(name: str, cells: list[str], seconds: list[float], *, every_cell: bool = False) -> str:
    """Return what to print of a page: time, budget, and its cells over theirs, or every cell."""
    budget = PAGE_THAT_TRAINS if any(map(TRAINS.search, cells)) else PAGE
    lines = [_line(name, sum(seconds), budget)]
    for number, (cell, taken) in enumerate(zip(cells, seconds, strict=True), 1):
        if every_cell or taken > CELL:
            lines.append(
                _line(f"  cell {number}: {cell.strip().splitlines()[0][:60]}", taken, CELL)
            )
    return "\n".join(lines)


def _line(what: str, seconds: float, budget: int) -> str:
    over = f"  over {budget} s" if seconds > budget else ""
    return f"{what:<75}{seconds:7.1f} s{over}"


def main() -> None:
    """Measure the pages named on the command line, or all, and print their times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--cells", action="store_true", help="print every cell, not only those over their budget"
    )
    parser.add_argument("--write", action="store_true", help="put the times into the record")
    parser.add_argument("pages", nargs="*", help="beginnings of names, such as 01")
    arguments = parser.parse_args()
    for source in sources(arguments.pages):
        _measure_page(source, every_cell=arguments.cells, written=arguments.write)


def _measure_page(source: Path, *, every_cell: bool, written: bool) -> None:
    """Measure a page and print its times, or what it raised; put its time into the record."""
    cells = [cell.source for cell in code(convert(source))]
    try:
        seconds = measure(cells)
    except RuntimeError as problem:
        print(f"{source.stem}: {problem}", flush=True)
        return
    print(report(source.stem, cells, seconds, every_cell=every_cell), flush=True)
    if written:
        write({source.stem: sum(seconds)})


if __name__ == "__main__":
    main()
