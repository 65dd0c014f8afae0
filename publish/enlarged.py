"""Draw the figures of a page again for slides, with larger labels, and keep them.

A slide is seen from afar. So each page runs once more, with figures of two thirds of the width and
the same size of type; scaled to the slide, all type is 1.5 times as large beside the figure. Where
words would cover each other, the figure shrinks less, or not at all. What was drawn is kept in
`build/enlarged` until the page or this module changes.

``python -m publish.enlarged NAME OUTPUT`` draws one page; `enlarged` calls it in a new process.
"""

import ast
import base64
import hashlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from .page import ROOT, TUTORIALS, Page, explorer, read, tags

KEPT = ROOT / "build" / "enlarged"
FACTORS = 1.5, 1.25, 1.0  # by which type is larger beside the figure, where its words allow it
ASPECT = 2.2  # of the place that a slide has for a figure: width by height
DPI = 200
LEFT_OUT = {"check", "exercise", "solution"}
LETTER = 0.52  # mean width of a letter beside the size of its type


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
    """Return what changes when figures have to be drawn anew: with the page, or this module."""
    pieces = [Path(__file__).read_text(encoding="utf-8")]
    for cell in page.main:
        pieces.append(cell.source)
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
    path = KEPT / f"{page.name}-{mark(page)}.json"
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


def draw(page: Page) -> dict[str, list[str]]:
    """Run a page in this process; return its enlarged figures by the id of their cell."""
    from matplotlib import pyplot

    pyplot.close("all")  # what was open before is not of the page
    _shrink_figures()
    pyplot.show = lambda *_, **__: None
    names, found = {"__name__": "__main__", "display": lambda *_: None}, {}
    for cell in page.main:
        if cell.cell_type != "code" or LEFT_OUT & set(tags(cell)) or explorer(cell):
            continue
        exec(compile(cell.source, cell.id, "exec"), names)
        figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
        if figures:
            found[cell.id] = [_drawn(figure, title(cell.source)) for figure in figures]
        pyplot.close("all")
    return found


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
    _fit_words(figure, heading)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, bbox_inches="tight")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def crowded(figure) -> int:
    """Return how many pairs of words of a figure overlap.

    Seen are words in the same axes, beside the same ticks, and the labels of all vertical axes.
    """
    figure.draw_without_rendering()
    together = [[axes.yaxis.label for axes in figure.axes]]
    for axes in figure.axes:
        inside = [*axes.texts, axes.xaxis.label, axes.yaxis.label]
        together += [inside, axes.get_xticklabels(), axes.get_yticklabels()]
    count = 0
    for words in together:
        shown = [each for each in words if each.get_visible() and each.get_text()]
        boxes = [each.get_window_extent() for each in shown]
        count += sum(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    return count


def _fit_words(figure, heading: str | None) -> None:
    """Break titles and labels into lines that fit; take away the title that stands above."""
    for axes in figure.axes:
        width, height = axes.get_position().size * figure.get_size_inches()
        for place in ("left", "center", "right"):
            if words := axes.get_title(loc=place):
                type_size = axes.title.get_fontsize()
                shown = "" if words == heading else lines(words, letters(width, type_size))
                axes.set_title(shown, loc=place, fontsize=type_size)
        _beside(axes.yaxis.label, letters(height, axes.yaxis.label.get_fontsize()))


def _beside(label, room: int) -> None:
    """Break the upright label of an axis into lines, or lay it flat where one is too long."""
    if not label.get_rotation():
        return
    label.set_text(lines(label.get_text(), room))
    if max(map(len, label.get_text().split("\n"))) > room + 1:
        label.set(rotation=0, horizontalalignment="right", verticalalignment="center")


def letters(inches: float, type_size: float) -> int:
    """Return how many letters of a size in points fit beside each other."""
    return max(int(inches * 72 / (type_size * LETTER)), 3)


def lines(words: str, length: int) -> str:
    """Break words into lines of at most a length where that goes; a formula stays whole.

    >>> lines("So it is flat, $x = 1$", 9)
    'So it is\\nflat,\\n$x = 1$'
    """
    whole = re.sub(r"\$[^$]*\$", lambda found: found.group(0).replace(" ", "\0"), words)
    broken = [textwrap.fill(line, length, break_long_words=False) for line in whole.split("\n")]
    return "\n".join(broken).replace("\0", " ")


def main() -> None:
    """Draw the figures of the page named on the command line, and write them to a file."""
    name, output = sys.argv[1:]
    found = draw(read(TUTORIALS / f"{name}.ipynb"))
    Path(output).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
