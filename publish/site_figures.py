"""The figures of a notebook on the site, and a variant of each for a dark page.

Figures are drawn on white. In the variant the white is gone, ink turns light and keeps its hue.
Grey pictures, such as digits, stay as they are: inverted they would show something else.

Panels that stand side by side are found, so that a small screen can show one below the other.
"""

import base64
import hashlib
import html
import io
import json
from pathlib import Path

import numpy as np
from nbformat import NotebookNode
from PIL import Image

FOLDER = "figures"  # of the site
COARSE = 4  # pixels; less than what lies between two pictures
PICTURE = 21  # pixels; the side of the squares by which pictures are found
SMALLEST = 41  # pixels; the side of the smallest picture: a box around letters is less
WHITE = 0.97  # the least value of white; 1 minus it is how much the colours of a grey differ
LUMA = np.array([0.2126, 0.7152, 0.0722])  # of red, green and blue
BRIGHTEST = 0.93
PALE = (0.16, 0.26, 0.3, 0.6), (0, 1.5, 1.5, 0)  # density on white: how much denser in the dark
PANEL = 240  # pixels; the width of the narrowest panel; what is narrower is a part of one
NARROW = 510  # pixels; up to this width letters of 12.5 are above 9 on a phone, also in a fold
LEGEND = 2  # times nearer to the panel before it than to the next one
LABELS = 20  # pixels; the least width of what stands before a panel
EDGE = 4  # pixels of white that are left around a panel
DARK, DARK_PART = 0.75, 0.3  # below the grey of pale areas; the part of a picture that is so dark


def _spread(reached: np.ndarray, free: np.ndarray, axis: int, step: int) -> np.ndarray:
    """Add the free pixels that follow a reached one along an axis with nothing between them."""
    free, reached = (np.flip(each, axis) if step < 0 else each for each in (free, reached))
    place = np.arange(free.shape[axis]).reshape((-1, 1) if axis == 0 else (1, -1))
    wall = np.maximum.accumulate(np.where(free, -1, place), axis)
    last = np.maximum.accumulate(np.where(reached, place, -2), axis)
    found = reached | (free & (last > wall))
    return np.flip(found, axis) if step < 0 else found


def paper(white: np.ndarray) -> np.ndarray:
    """Return which white pixels hang together with the border.

    >>> paper(np.array([[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1]], dtype=bool)).sum().item()
    8
    """
    edge = np.ones_like(white)
    edge[1:-1, 1:-1] = False
    return _flood(white & edge, white)


def _flood(reached: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Add all free pixels that hang together with a reached one."""
    while True:
        found = reached
        for axis, step in ((0, 1), (1, 1), (0, -1), (1, -1)):
            found = _spread(found, free, axis, step)
        if (found == reached).all():
            return found
        reached = found


def pictures(rgb: np.ndarray) -> np.ndarray:
    """Return which pixels belong to grey pictures: in squares of grey, part of which is dark.

    White that curves enclose is no picture, and neither is a pale area. White at the border of a
    picture is a part of it, though it hangs together with the paper.
    """
    grey = rgb.max(-1) - rgb.min(-1) < 1 - WHITE
    inside = grey & ~paper(rgb.min(-1) > WHITE)
    if min(inside.shape) < PICTURE:
        return np.zeros_like(inside)
    full = _sums(inside, PICTURE) == PICTURE**2  # each square by its upper left corner
    dark = _sums(inside & (rgb.max(-1) < DARK), PICTURE) > DARK_PART * PICTURE**2
    return _rectangles(_sums(np.pad(full & dark, PICTURE - 1), PICTURE) > 0)


def _rectangles(mask: np.ndarray) -> np.ndarray:
    """Return the rectangles around the parts of a mask that hang together, without small ones."""
    coarse = mask[::COARSE, ::COARSE].copy()
    filled = np.zeros_like(mask)
    while coarse.any():
        part = _flood(np.arange(coarse.size).reshape(coarse.shape) == coarse.argmax(), coarse)
        coarse &= ~part
        around = [_reach(part.any(axis)) for axis in (1, 0)]
        there = mask[around[0], around[1]]
        rows, columns = (
            edge.start + np.flatnonzero(there.any(axis))
            for edge, axis in zip(around, (1, 0), strict=True)
        )
        if min(np.ptp(rows), np.ptp(columns)) >= SMALLEST - 1:
            filled[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return filled


def _reach(coarse: np.ndarray) -> slice:
    """Return the pixels between and around the coarse ones that are reached."""
    places = COARSE * np.flatnonzero(coarse)
    return slice(max(0, places[0] - COARSE + 1), places[-1] + COARSE)


def _sums(of: np.ndarray, size: int) -> np.ndarray:
    """Return the sum over each square of a size."""
    total = np.pad(of.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    return total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]


def for_dark(image: Image.Image) -> Image.Image:
    """Return a figure for a dark page: no paper, light ink, grey pictures as they were.

    Ink is what is left when as much white as possible is taken out. Where it is dark, its
    brightness is turned round, ``1 - luma``; its hue stays. Pale colours, which the dark would
    swallow, become denser (`_dense`).
    """
    rgb = np.asarray(image.convert("RGB")) / 255
    alpha = 1 - rgb.min(-1, keepdims=True)
    ink = (rgb - 1 + alpha) / np.maximum(alpha, 1 / 255)
    lifted = np.maximum(1 - 2 * (ink @ LUMA)[..., None], 0)
    light = BRIGHTEST * np.clip(ink + lifted, 0, 1)
    alpha = _dense(alpha, np.ptp(ink, -1, keepdims=True))
    kept = pictures(rgb)[..., None]
    shown = np.where(kept, np.concatenate([rgb, np.ones_like(alpha)], -1), 0)
    shown += np.where(kept, 0, np.concatenate([light, alpha], -1))
    return Image.fromarray(np.round(255 * shown).astype(np.uint8))


def _dense(alpha: np.ndarray, hue: np.ndarray) -> np.ndarray:
    """Return how dense colours are in the dark; those as pale as dots become the most denser.

    What is paler is the ground of words and stays behind them; what is denser is seen as it is.
    """
    power = 1 + np.interp(alpha, *PALE)
    return 1 - (1 - alpha) * (1 - hue * alpha) ** power


def panels(rgb: np.ndarray) -> list[list[tuple[int, int]]]:
    """Return the windows, left edge and width, that show each panel of a figure; [] if it has one.

    Panels are parted by white from top to bottom. What is too narrow for one, such as the labels
    of an axis, belongs to what follows, or to what it is much nearer to, as a legend is. A panel
    without labels has those of the first one in a window of their own.

    >>> figure = np.ones((50, 900, 3))
    >>> figure[:, 20:30] = figure[:, 40:440] = figure[:, 480:880] = 0
    >>> panels(figure)
    [[(16, 428)], [(16, 20), (476, 408)]]
    """
    inked = (rgb.min(-1) <= WHITE).any(0)
    blocks = np.flatnonzero(np.diff(inked, prepend=False, append=False)).reshape(-1, 2).tolist()
    parts = [[block] for block in blocks]
    while len(parts) > 1 and (narrow := next(filter(_is_narrow, parts), None)):
        place = parts.index(narrow)
        before, behind = _gap(parts[:place], [narrow]), _gap([narrow], parts[place + 1 :])
        first = place - 1 if LEGEND * before < behind else place
        parts[first : first + 2] = [parts[first] + parts[first + 1]]
    shown = [_windows(part, parts[0]) for part in parts]
    fits = all(sum(width for _, width in windows) <= NARROW for windows in shown)
    return shown if len(parts) > 1 and fits else []


def _gap(left: list, right: list) -> float:
    """Return how many pixels of white part the last of some panels from the first of others."""
    return right[0][0][0] - left[-1][-1][1] if left and right else np.inf


def _is_narrow(part: list[list[int]]) -> bool:
    return part[-1][1] - part[0][0] < PANEL


def _labels(part: list[list[int]]) -> int:
    """Return how many pixels of a panel lie before its first wide block of ink."""
    widest = max(high - low for low, high in part)
    return next(low for low, high in part if 2 * (high - low) >= widest) - part[0][0]


def _windows(part: list[list[int]], first: list[list[int]]) -> list[tuple[int, int]]:
    own = (max(0, part[0][0] - EDGE), part[-1][1] - part[0][0] + 2 * EDGE)
    if _labels(part) or _labels(first) < LABELS:
        return [own]
    return [(max(0, first[0][0] - EDGE), _labels(first)), own]


def figure(output: NotebookNode, alt: str, folder: Path) -> str:
    """Write both variants of a figure into a folder; return the HTML that shows the right one."""
    raw = base64.b64decode(output.data["image/png"])
    image = Image.open(io.BytesIO(raw))
    name = hashlib.sha256(raw).hexdigest()[:16]
    size = output.metadata.get("image/png", {})
    width, height = size.get("width", image.width), size.get("height", image.height)
    shown = []
    for theme, variant in (("light", image.convert("RGB")), ("dark", for_dark(image))):
        file = f"{name}-{theme}.webp"
        variant.save(folder / file, lossless=True, method=3)
        shown.append(
            f'<img class="only-{theme}" src="{FOLDER}/{file}" alt="{html.escape(alt)}" '
            f'width="{width}" height="{height}" loading="lazy">'
        )
    wide, cut = width > NARROW, panels(np.asarray(image.convert("RGB")) / 255)
    scale = width / image.width
    pieces = [[[round(edge * scale) for edge in each] for each in windows] for windows in cut]
    more = f' data-pieces="{json.dumps(pieces, separators=(",", ":"))}"' if wide and pieces else ""
    kind = "plot wide" if wide and not pieces else "plot"
    address, style = f"{FOLDER}/{name}-light.webp", f"--width: {width}px"
    return (
        f'<a class="{kind}" href="{address}" style="{style}"{more}>'
        f'<span class="whole">{"".join(shown)}</span></a>'
    )
