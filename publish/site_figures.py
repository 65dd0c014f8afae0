"""The figures of a notebook on the site, in both variants (`dark_figures`), and for small screens.

Panels that stand side by side are found, so that a small screen can show one below the other. For
other wide figures it shows what was drawn for phones (`phone_figures`), where that is kept.
"""

import hashlib
import html
import itertools
import json
from pathlib import Path

import numpy as np
from nbformat import NotebookNode
from PIL import Image

from .dark_figures import WHITE, for_dark
from .finer_figures import PIXELS, decoded
from .page import pictures

FOLDER = "figures"  # of the site
PANEL = 240  # pixels; the width of the narrowest panel; what is narrower is a part of one
NARROW = 510  # pixels; up to this width letters of 12.5 are above 9 on a phone, also in a fold
LEGEND = 2  # times nearer to the panel before it than to the next one
LABELS = 8  # pixels; the least width of what stands before a panel
HALF = 7  # pixels that a label reaches below an axis at most
SPACE = 4  # pixels between two words of 12.5; panels are farther apart
THEMES = "light", "dark"
SMALL = "(max-width: 540px)"  # a screen for which figures are drawn anew, as in `figures.css`
PHONE = "phone"  # where an output keeps the figure for a phone
FINE = "fine"  # and that with `PIXELS` times the pixels
EDGE = 4  # pixels of white that are left around a panel


def panels(rgb: np.ndarray) -> list[list[tuple[int, int]]]:
    """Return the windows, left edge and width, that show each panel of a figure; [] if it has one.

    Panels are parted by white from top to bottom. What is too narrow for one, such as the labels
    of an axis, belongs to what follows, or to what it is much nearer to, as a legend is. A panel
    without labels has those of the first one in a window of their own; one that has only a name has
    its numbers behind that. No edge of a window cuts ink: where it would, or only a space between
    two words parts what stands there, nothing is cut.

    >>> figure = np.ones((50, 900, 3))
    >>> figure[:, 20:30] = figure[:, 40:440] = figure[:, 480:880] = 0
    >>> panels(figure)
    [[(16, 428)], [(16, 18), (476, 408)]]
    """
    ink = rgb.min(-1) <= WHITE
    inked = ink.any(0)
    blocks = np.flatnonzero(np.diff(inked, prepend=False, append=False)).reshape(-1, 2).tolist()
    parts = [[block] for block in blocks]
    while len(parts) > 1 and (narrow := next(filter(_is_narrow, parts), None)):
        place = parts.index(narrow)
        before, behind = _gap(parts[:place], [narrow]), _gap([narrow], parts[place + 1 :])
        first = place - 1 if LEGEND * before < behind else place
        parts[first : first + 2] = [parts[first] + parts[first + 1]]
    shown = [_windows(ink, part, parts[0]) for part in parts]
    fits = all(sum(width for _, width in windows) <= NARROW for windows in shown)
    apart = all(_gap([one], [next_]) > SPACE for one, next_ in itertools.pairwise(parts))
    whole = _are_whole(inked, shown) and not (_doubled(shown) and _numbers_below(ink, parts[0]))
    return shown if len(parts) > 1 and fits and apart and whole else []


def _gap(left: list, right: list) -> float:
    """Return how many pixels of white part the last of some panels from the first of others."""
    return right[0][0][0] - left[-1][-1][1] if left and right else np.inf


def _is_narrow(part: list[list[int]]) -> bool:
    return part[-1][1] - part[0][0] < PANEL


def _are_whole(inked: np.ndarray, shown: list[list[tuple[int, int]]]) -> bool:
    """Tell whether the columns at both edges of all windows are white, or those of the figure."""
    edges = [
        edge for windows in shown for left, width in windows for edge in (left, left + width - 1)
    ]
    return not any(inked[edge] for edge in edges if 0 < edge < len(inked) - 1)


def _labels(ink: np.ndarray, part: list[list[int]]) -> tuple[int, int]:
    """Return the column behind the labels of a panel, and the row below its axis.

    They stand before its first wide block of ink, and not below its axis, as numbers there do. A
    panel without labels has them end where it begins.
    """
    widest = max(high - low for low, high in part)
    start = part[0][0]
    low, high = next(each for each in part if 2 * (each[1] - each[0]) >= widest)
    lines = np.flatnonzero(2 * ink[:, low:high].sum(1) >= high - low)
    below = int(lines[-1]) + 1 if len(lines) else len(ink)
    above = ink[:below, start:low].any(0)
    return start + (int(np.flatnonzero(above)[-1]) + 1 if above.any() else 0), below


def _numbers_below(ink: np.ndarray, part: list[list[int]]) -> bool:
    """Tell whether numbers below the axis of a panel reach under its labels."""
    end, below = _labels(ink, part)
    return bool(ink[below + HALF :, part[0][0] : end].any())


def _doubled(shown: list[list[tuple[int, int]]]) -> bool:
    """Tell whether the labels of the first panel stand before another one, too."""
    return any(len(windows) > 1 for windows in shown)


def _windows(
    ink: np.ndarray, part: list[list[int]], first: list[list[int]]
) -> list[tuple[int, int]]:
    own = (max(0, part[0][0] - EDGE), part[-1][1] - part[0][0] + 2 * EDGE)
    start, end = first[0][0], _labels(ink, first)[0]
    if _labels(ink, part)[0] > part[0][0]:
        return _between(ink, part, first, own) or [own]
    if end - start < LABELS:
        return [own]
    room = np.flatnonzero(ink[:, end : end + EDGE].any(0))  # up to what stands next to them
    left = max(0, start - EDGE)
    return [(left, end - left + int(room[0] if len(room) else EDGE)), own]


def _between(
    ink: np.ndarray, part: list[list[int]], first: list[list[int]], own: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return windows on a panel with a name whose numbers stand at the first one: between both.

    Nothing if its ticks are others, or if it has numbers.
    """
    (name, axis), others = (part + part)[:2], [each for each in first if not _is_name(ink, each)]
    if len(others) < 2 or not _is_name(ink, name) or _ticks(ink, axis) != _ticks(ink, others[-1]):
        return []
    if len(part) != 2 or _numbers_below(ink, first):
        return []
    numbers, middle = others[0][0] - EDGE, (name[1] + axis[0]) // 2
    behind = (middle, sum(own) - middle)
    return [(own[0], middle - own[0]), (numbers, others[-1][0] - numbers), behind]


def _is_name(ink: np.ndarray, block: list[int]) -> bool:
    """Tell whether a block is one upright line of words: narrow, and with no gaps as of ticks."""
    rows = np.flatnonzero(ink[:, slice(*block)].any(1))
    return block[1] - block[0] < 2 * LABELS and int(np.diff(rows).max()) <= LABELS


def _ticks(ink: np.ndarray, axis: list[int]) -> list[int]:
    """Return the rows of what stands out on the left of an axis, as its ticks do."""
    return np.flatnonzero(ink[:, axis[0]]).tolist()


def noted(cells: list[NotebookNode], drawn: dict[str, dict[str, list[str | None]]]) -> None:
    """Note at each figure of a page how it was drawn anew, for `figure`.

    A cell that now has another number of figures is left as it is.

    Args:
        cells: of the page.
        drawn: for `PHONE` and `FINE`, by the id of a cell, a PNG in base64 or None a figure.
    """
    for cell in cells:
        shown = pictures(cell)
        for kind, by_cell in drawn.items():
            if len(anew := by_cell.get(cell.id, [])) == len(shown):
                for output, figure in zip(shown, anew, strict=True):
                    output.metadata[kind] = figure


def swiped(cell: NotebookNode) -> list[bool]:
    """Return for each figure of a cell whether it is too wide for a phone and has no panels."""
    found = []
    for output in pictures(cell):
        image, width, _ = _read(output)
        found.append(width > NARROW and not panels(np.asarray(image.convert("RGB")) / 255))
    return found


def _read(output: NotebookNode) -> tuple[Image.Image, int, int]:
    """Return the picture in an output, and the width and height in which a page shows it."""
    image = decoded(output.data["image/png"])
    size = output.metadata.get("image/png", {})
    return image, size.get("width", image.width), size.get("height", image.height)


def figure(output: NotebookNode, alt: str, folder: Path) -> str:
    """Write both variants of a figure into a folder; return the HTML that shows the right one.

    One too wide for a phone, whose panels do not part, has both variants for a phone as well, if it
    was drawn for one.
    """
    image, width, height = _read(output)
    wide, cut = width > NARROW, panels(np.asarray(image.convert("RGB")) / 255)
    phone = output.metadata.get(PHONE) if wide and not cut else None
    files, sources = _written(output.data["image/png"], folder), _sources(phone, folder)
    fine = output.metadata.get(FINE)
    finest = _written(fine, folder) if fine else files
    more = [f' srcset="{FOLDER}/{file} {PIXELS}x"' if fine else "" for file in finest]
    shown = [
        f'<picture>{source}<img class="only-{theme}" src="{FOLDER}/{file}"{finer} '
        f'alt="{html.escape(alt)}" width="{width}" height="{height}" loading="lazy"></picture>'
        for theme, file, finer, source in zip(THEMES, files, more, sources, strict=True)
    ]
    scale = width / image.width
    pieces = [[[round(edge * scale) for edge in each] for each in windows] for windows in cut]
    cuts = f' data-pieces="{json.dumps(pieces, separators=(",", ":"))}"' if wide and pieces else ""
    kind = "plot phone" if phone else "plot wide" if wide and not pieces else "plot"
    return (
        f'<a class="{kind}" href="{FOLDER}/{finest[0]}" style="--width: {width}px"{cuts}>'
        f'<span class="whole">{"".join(shown)}</span></a>'
    )


def _written(png: str, folder: Path) -> list[str]:
    """Write a picture, a PNG in base64, for each theme; return the names of the files."""
    image, name = decoded(png), hashlib.sha256(png.encode()).hexdigest()[:16]
    files = [f"{name}-{theme}.webp" for theme in THEMES]
    for file, variant in zip(files, (image.convert("RGB"), for_dark(image)), strict=True):
        variant.save(folder / file, lossless=True, method=1)
    return files


def _sources(phone: str | None, folder: Path) -> list[str]:
    """Return what shows a figure for a phone instead, for each theme; nothing without one."""
    if phone is None:
        return [""] * len(THEMES)
    image = decoded(phone)
    width, height = (edge // PIXELS for edge in image.size)
    return [
        f'<source media="{SMALL}" srcset="{FOLDER}/{file}" width="{width}" height="{height}">'
        for file in _written(phone, folder)
    ]
