"""Measure the processor time of pages: ``python -m publish.times`` all, names like ``02`` some.

Each page runs once, in a clean kernel. What is printed are seconds of the processor, which other
work on the machine hardly changes: per page, and per cell where a cell is over its budget, or with
``--cells`` for every cell.
"""

import argparse
import re
import tempfile

from jupyter_client.manager import start_new_kernel
from nbformat import NotebookNode

from .notebooks import convert, sources

PAGE, PAGE_THAT_TRAINS, CELL = 30, 45, 10  # budgets in seconds on one thread
TRAINS = re.compile(r"\boptim\.|\bfit\(|\blearn_unlabelled\(")
CLOCK = {"clock": "__import__('time').process_time()"}


def code(page: NotebookNode) -> list[str]:
    """Return the sources of a page's code cells."""
    return [cell.source for cell in page.cells if cell.cell_type == "code"]


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
    parser.add_argument("pages", nargs="*", help="beginnings of names, such as 01")
    arguments = parser.parse_args()
    named = tuple(arguments.pages) or ("",)
    for source in sources():
        if source.stem.startswith(named):
            print(
                _measured(source.stem, code(convert(source)), every_cell=arguments.cells),
                flush=True,
            )


def _measured(name: str, cells: list[str], *, every_cell: bool) -> str:
    try:
        return report(name, cells, measure(cells), every_cell=every_cell)
    except RuntimeError as problem:
        return f"{name}: {problem}"


if __name__ == "__main__":
    main()
