"""Draw the figures of a page again, for slides with larger labels and for phones, and keep them.

A slide is seen from afar. So each page runs once more, with figures of two thirds of the width and
the same size of type; scaled to the slide, all type is 1.5 times as large beside the figure. Where
words would cover each other, the figure shrinks less, or not at all; a legend that would lie on a
curve moves. In the same run each figure that is too wide for a phone is drawn for one
(`phone_figures`), and each is drawn as it is with twice the pixels, for fine screens. What was
drawn is kept in `build/enlarged` until the page or a module that draws changes.

``python -m publish.enlarged NAME OUTPUT`` draws one page; `enlarged` calls it in a new process.
"""

import ast
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import collisions, figure_words, finer_figures, legends, phone_bars, phone_figures
from .figure_words import crowded, fit_words
from .page import ROOT, TUTORIALS, Page, explorer, pictures, read, tags
from .site_figures import swiped

KEPT = ROOT / "build" / "enlarged"
TEACHING = ROOT / "snn_core" / "teaching"  # some of its figures bring a drawing for phones
DRAWN = TEACHING / "plotting.py", *sorted((TEACHING / "diagrams").glob("*.py"))
FACTORS = 1.5, 1.25, 1.0  # by which type is larger beside the figure, where its words allow it
ASPECT = 2.2  # of the place that a slide has for a figure: width by height
DPI = 200
LEFT_OUT = {"exercise", "solution"}
PHONE = ".phone.json"  # how the file ends with what is drawn for phones
FINE = ".fine.json"  # and with what has more pixels than on the page


def title(source: str) -> str | None:
    """Return the one title that a piece of code gives to what it draws; None for none or several.

    >>> title('decorate(axis, title="It leaks", x="time")')
    'It leaks'
    """
    keywords = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.keyword)]
    found = [each.value for each in keywords if each.arg == "title"]
    if len(found) != 1 or not isinstance(found[0], ast.Constant):
        return None
    return found[0].value if isinstance(found[0].value, str) else None


def mark(page: Page) -> str:
    """Return what changes when figures have to be drawn anew: with code or figures, not prose."""
    drawing = collisions, figure_words, finer_figures, legends, phone_bars, phone_figures
    modules = [Path(__file__), *(Path(module.__file__) for module in drawing)]
    pieces = [path.read_text(encoding="utf-8") for path in (*modules, *DRAWN)]
    main = {cell.id for cell in page.main}
    for cell in page.notebook.cells:
        if cell.cell_type == "code":
            pieces += [cell.id, cell.source, *tags(cell), str(cell.id in main)]
            pieces += [
                output.data["image/png"]
                for output in cell.get("outputs", [])
                if "image/png" in output.get("data", {})
            ]
    return hashlib.sha256("\0".join(pieces).encode("utf-8")).hexdigest()[:16]


def enlarged(page: Page) -> dict[str, list[str]]:
    """Return the enlarged figures of a page by the id of their cell, drawn now or kept.

    Raises:
        subprocess.CalledProcessError: if a cell of the page raises.
    """
    path = _kept(page)
    if not path.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        for old in KEPT.glob(f"{page.name}-*.json"):
            old.unlink()
        options = {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "TQDM_DISABLE": "1"}
        command = [sys.executable, "-m", "publish.enlarged", page.name, str(path)]
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                command, check=True, cwd=folder, env=os.environ | options, stdout=subprocess.DEVNULL
            )
    return json.loads(path.read_text(encoding="utf-8"))


def for_phones(page: Page) -> dict[str, list[str | None]]:
    """Return the figures that were drawn for phones by the id of their cell; {} if none are kept.

    None stands in place of a figure that needs none, or would not go.
    """
    return _stored(page, PHONE)


def finer(page: Page) -> dict[str, list[str | None]]:
    """Return the figures with more pixels by the id of their cell; {} if none are kept.

    None stands in place of one that did not become the same picture again.
    """
    return _stored(page, FINE)


def _stored(page: Page, suffix: str) -> dict[str, list[str | None]]:
    path = _kept(page).with_suffix(suffix)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _kept(page: Page) -> Path:
    return KEPT / f"{page.name}-{mark(page)}.json"


def draw(page: Page) -> dict[str, dict[str, list]]:
    """Run a page in this process; return what it draws by the id of its cell, by how files end.

    Figures for slides are those of the main way. Checks run too: what stands under "Deeper" may
    use their names.
    """
    from matplotlib import pyplot

    pyplot.close("all")  # what was open before is not of the page
    _shrink_figures()
    pyplot.show = lambda *_, **__: None
    names = {"__name__": "__main__", "display": lambda *_: None}
    drawn = {".json": {}, PHONE: {}, FINE: {}}
    main = {cell.id for cell in page.main}
    for cell in page.notebook.cells:
        if cell.cell_type != "code" or LEFT_OUT & set(tags(cell)) or explorer(cell):
            continue
        exec(compile(cell.source, cell.id, "exec"), names)
        if figures := [pyplot.figure(number) for number in pyplot.get_fignums()]:
            drawn[FINE][cell.id] = finer_figures.finer(figures, pictures(cell))
            drawn[PHONE][cell.id] = _for_phones(figures, swiped(cell))
            if cell.id in main:
                shown = [_drawn(figure, title(cell.source)) for figure in figures]
                drawn[".json"][cell.id] = shown
        pyplot.close("all")
    return drawn


def _for_phones(figures: list, wanted: list[bool]) -> list[str | None]:
    """Return figures for phones, of those that are wanted; of all if the page has not as many."""
    if len(wanted) != len(figures):
        wanted = [True] * len(figures)
    pairs = zip(figures, wanted, strict=True)
    return [phone_figures.narrowed(figure) if asked else None for figure, asked in pairs]


def _shrink_figures() -> None:
    """Make every new figure smaller, and let it remember the size that it was asked for."""
    from matplotlib.figure import Figure

    first = Figure.__init__

    def smaller(figure, *arguments, **options):
        first(figure, *arguments, **options)
        figure.wanted = tuple(figure.get_size_inches())
        figure.set_size_inches(*size(*figure.wanted, FACTORS[0]))

    Figure.__init__ = smaller


def size(width: float, height: float, factor: float) -> tuple[float, float]:
    """Return width and height in inches of a figure whose type is larger by a factor.

    >>> size(9.0, 2.7, 1.5)
    (6.0, 2.7)
    """
    narrow = width / factor
    return narrow, max(height / factor, min(height, narrow / ASPECT))


def _drawn(figure, heading: str | None) -> str:
    """Return a figure as PNG in base64, as small as its words allow, without the title above it."""
    figure.set_size_inches(*figure.wanted)
    free = crowded(figure)
    for factor in FACTORS:
        figure.set_size_inches(*size(*figure.wanted, factor))
        if crowded(figure) <= free:
            break
    fit_words(figure, heading)
    legends.free_legends(figure)
    return finer_figures.png(figure, DPI)


def main() -> None:
    """Draw the figures of the page named on the command line, and write them to files."""
    name, output = sys.argv[1:]
    drawn = draw(read(TUTORIALS / f"{name}.ipynb"))
    for suffix in reversed(drawn):  # the one that is looked for comes last
        path = Path(output).with_suffix(suffix)
        path.write_text(json.dumps(drawn[suffix]), encoding="utf-8")


if __name__ == "__main__":
    main()
