"""The one reader of a page: what a notebook, or its source, says about itself.

Notebooks, site, slides, course, README and tests take everything from here. A page may have several
headings in one cell; what stands under a heading is cut out of it.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
TUTORIALS = ROOT / "tutorials"
NOTES = Path(__file__).with_name("course_source") / "pages.yaml"
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
# A solution is the folded answer to an exercise with a stub; the answer to any other is called an
# answer.
FOLDED = re.compile(
    r"<details><summary>(Solution|Answer)\b ?(\d*).*?</summary>(.*?)</details>", flags=re.S
)


@dataclass(frozen=True)
class Section:
    """What stands under one heading: its title, and its cells, the heading in the first one."""

    title: str
    cells: tuple[NotebookNode, ...]

    @property
    def number(self) -> int | None:
        """Return the number of a numbered section."""
        found = re.match(r"(\d+) · ", self.title)
        return int(found.group(1)) if found else None

    @property
    def text(self) -> str:
        """Return the prose without the heading."""
        return prose(self).split("\n", 1)[1].strip() if "\n" in prose(self) else ""


@dataclass(frozen=True)
class Exercise:
    """One exercise: its heading, its stub with the check, its folded answer, and the code in it."""

    number: int
    title: str
    stub: str | None
    answer: str | None

    @property
    def solution(self) -> str | None:
        """Return the code of the answer."""
        found = re.search(r"```python\n(.*?)```", self.answer or "", flags=re.S)
        return found.group(1) if found else None


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
    def recap(self) -> Section | None:
        """Return the recap."""
        return self.named("Recap")

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
        if found is None:
            return []
        stubs = [cell.source for cell in tagged(found, "exercise")]
        parts = [part for part in split(found.cells, "###") if part.number]
        folded = {
            number: (kind, text) for kind, number, text in FOLDED.findall(prose(found)) if number
        }
        return [_exercise(part, folded, stubs) for part in parts]

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


def _exercise(part: Section, folded: dict[str, tuple[str, str]], stubs: list[str]) -> Exercise:
    """Return one exercise, and take its stub, if it has one, from those that are left."""
    beside = [(kind, text) for kind, number, text in FOLDED.findall(prose(part)) if not number]
    kind, answer = folded.get(str(part.number), beside[0] if beside else ("", None))
    stub = stubs.pop(0) if kind == "Solution" and stubs else None
    return Exercise(part.number, part.title.split(" · ", 1)[1], stub, answer)


def split(cells: list[NotebookNode], level: str) -> list[Section]:
    """Cut cells before each heading of a level, like ``##``; leave out what precedes it."""
    found: list[tuple[str, list[NotebookNode]]] = []
    for cell in cells:
        pieces = [cell.source]
        if cell.cell_type == "markdown":
            pieces = [
                piece
                for piece in re.split(rf"^(?={level} )", cell.source, flags=re.M)
                if piece.strip()
            ]
        for piece in pieces:
            if cell.cell_type == "markdown" and piece.startswith(f"{level} "):
                found.append((piece.splitlines()[0].removeprefix(f"{level} "), []))
            if found:
                found[-1][1].append(
                    cell if piece == cell.source else NotebookNode(cell | {"source": piece.strip()})
                )
    return [Section(title, tuple(under)) for title, under in found]


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def code(holder: NotebookNode | Section) -> list[NotebookNode]:
    """Return the code cells of a notebook or a section."""
    return [cell for cell in holder.cells if cell.cell_type == "code"]


def prose(holder: NotebookNode | Section) -> str:
    """Return the text of a notebook or a section."""
    return "\n\n".join(cell.source for cell in holder.cells if cell.cell_type == "markdown")


def tagged(holder: NotebookNode | Section, tag: str) -> list[NotebookNode]:
    """Return the cells of a notebook or a section that carry a tag."""
    return [cell for cell in holder.cells if tag in tags(cell)]


def explorer(cell: NotebookNode) -> str | None:
    """Return the name of the explorer whose sliders a cell shows, if it shows any."""
    found = re.fullmatch(r"(\w+)\(\)\.sliders\(\)", cell.source)
    return found.group(1) if found and cell.cell_type == "code" else None


def parse(source: str) -> NotebookNode:
    """Return the text of a source, in jupytext's percent format, as a notebook without outputs."""
    return jupytext.reads(source, fmt="py:percent")


def read(path: Path) -> Page:
    """Read a notebook, or a source."""
    if path.suffix == ".py":
        return Page(path.stem, parse(path.read_text(encoding="utf-8")))
    return Page(path.stem, nbformat.read(path, as_version=4))


def committed() -> dict[str, Page]:
    """Return the committed pages by name, in order."""
    return {path.stem: read(path) for path in sorted(TUTORIALS.glob("[0-9][0-9]_*.ipynb"))}


def by_part(pages: dict[str, Page]) -> dict[str, list[Page]]:
    """Return the pages by the title of their part, in order."""
    found: dict[str, list[Page]] = {}
    for page in pages.values():
        found.setdefault(page.part, []).append(page)
    return found


@cache
def notes() -> dict[str, dict]:
    """Return what is noted for each page, read once: what it builds, misconceptions, grading"""
    return yaml.safe_load(NOTES.read_text(encoding="utf-8"))
