"""The one reader of a page: what a notebook, or its source, says about itself.

Notebooks, site, slides, course, README and tests take everything from here, what `cells` says about
single cells included.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from .cells import (
    APART,
    Section,
    code,
    explorer,
    pictures,
    prose,
    split,
    tagged,
    tags,
    without_outputs,
)
from .exercises import Exercise, exercises_in

__all__ = [
    "APART",
    "ENTRANCE",
    "HEADER",
    "PARTS",
    "ROOT",
    "TUTORIALS",
    "Exercise",
    "Page",
    "Section",
    "by_part",
    "code",
    "committed",
    "explorer",
    "parse",
    "pictures",
    "prose",
    "read",
    "sources",
    "split",
    "tagged",
    "tags",
    "without_outputs",
]
ROOT = Path(__file__).parents[1]
TUTORIALS = ROOT / "tutorials"
ENTRANCE = "00"  # the page before the first part: it trains nothing, and may have no exercises
PARTS = {  # up to which page
    "Start here": 0,
    "I · Spikes": 4,
    "II · Gradients": 8,
    "III · Plasticity": 12,
    "IV · Online learning": 15,
    "V · Going further": 99,
}
HEADER = re.compile(
    r"^Needs: (?P<needs>.*?)\.? · (?P<times>(?P<read>\d+) minutes to read, "
    r"(?:without .*?; )?(?P<run>.*?) to run\.)"
    r"(?: · Introduces (?P<introduces>.*?)\.?)?$",
    flags=re.M,
)


@dataclass(frozen=True, eq=False)
class Page:
    """A page: the name of its file, and its notebook. It equals itself only."""

    name: str
    notebook: NotebookNode

    @property
    def number(self) -> str:
        """Return the two digits with which the name begins."""
        return self.name[:2]

    @property
    def part(self) -> str:
        """Return the title of the part to which the page belongs."""
        return next(part for part, last in PARTS.items() if int(self.number) <= last)

    @property
    def title(self) -> str:
        """Return the title with its number."""
        return self._find(r"\A# (.*)$", "a title")

    @property
    def question(self) -> str:
        """Return the question that the page answers."""
        return self._find(r"^\*\*(.*\?)\*\*$", "a question in bold")

    @property
    def needs(self) -> str:
        """Return what a reader has to know."""
        return self._header["needs"]

    @property
    def minutes(self) -> int:
        """Return the minutes to read."""
        return int(self._header["read"])

    @property
    def time_to_run(self) -> str:
        """Return how long the page runs, in words."""
        return self._header["run"]

    @property
    def times(self) -> str:
        """Return how long the page takes to read, without what, and to run, in words."""
        return self._header["times"]

    @property
    def introduces(self) -> str:
        """Return which names the page introduces, in words; empty if none."""
        found = self._header["introduces"] or ""
        return "" if found == "nothing" else found

    @property
    def header(self) -> str:
        """Return the line with what the page needs, how long it takes, and what it introduces."""
        return HEADER.search(self._first).group(0)

    @property
    def goals(self) -> list[str]:
        """Return what the reader will do."""
        return re.findall(r"^- (.*)$", self.named("You will").text, flags=re.M)

    @cached_property
    def headed(self) -> list[Section]:
        """Return all that stands under a heading of the second level, in order."""
        return split(self.notebook.cells, "##")

    @property
    def sections(self) -> list[Section]:
        """Return the numbered sections."""
        return [section for section in self.headed if section.number is not None]

    def named(self, title: str) -> Section | None:
        """Return what stands under the heading with this title, if there is one."""
        return next((section for section in self.headed if section.title == title), None)

    @property
    def deeper(self) -> Section | None:
        """Return what the main way does not need."""
        return self.named("Deeper")

    @property
    def main(self) -> list[NotebookNode]:
        """Return the cells that do not stand under the heading "Deeper"."""
        apart = [cell.id for cell in self.deeper.cells] if self.deeper else []
        return [cell for cell in self.notebook.cells if cell.id not in apart]

    @cached_property
    def exercises(self) -> list[Exercise]:
        """Return the exercises, in order."""
        found = self.named("Exercises")
        return exercises_in(found) if found else []

    @property
    def _first(self) -> str:
        return self.notebook.cells[0].source

    @property
    def _header(self) -> dict[str, str | None]:
        self._find(
            HEADER.pattern, "a line `Needs: … · N minutes to read, … to run. · Introduces …`"
        )
        return HEADER.search(self._first).groupdict()

    def _find(self, pattern: str, what: str) -> str:
        found = re.search(pattern, self._first, flags=re.M)
        if found is None:
            raise ValueError(f"{self.name}: the first cell has to hold {what}")
        return found.group(1)


def parse(source: str) -> NotebookNode:
    """Return the text of a source, in jupytext's percent format, as a notebook without outputs."""
    return jupytext.reads(source, fmt="py:percent")


def read(path: Path) -> Page:
    """Read a notebook, or a source."""
    if path.suffix == ".py":
        return Page(path.stem, parse(path.read_text(encoding="utf-8")))
    return Page(path.stem, nbformat.read(path, as_version=4))


def sources(beginnings: Iterable[str] = ()) -> list[Path]:
    """Return the sources of the pages whose names begin so, such as ``02``; of all without."""
    found = sorted((TUTORIALS / "src").glob("[0-9][0-9]_*.py"))
    return [path for path in found if path.name.startswith(tuple(beginnings) or "")]


def committed() -> dict[str, Page]:
    """Return the committed pages by name, in order."""
    return {path.stem: read(path) for path in sorted(TUTORIALS.glob("[0-9][0-9]_*.ipynb"))}


def by_part(pages: dict[str, Page]) -> dict[str, list[Page]]:
    """Return the pages by the title of their part, in order."""
    found: dict[str, list[Page]] = {}
    for page in pages.values():
        found.setdefault(page.part, []).append(page)
    return found
