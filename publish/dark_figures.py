"""A variant of a figure for a dark page.

Figures are drawn on white. In the variant the white is gone, ink turns light and keeps its hue.
Grey pictures, such as digits, stay as they are: inverted they would show something else. So do
words on an area that is bright in the dark as well.
"""

import functools
from collections.abc import Iterator

import numpy as np
from PIL import Image

WHITE = 0.97  # the least value of white; 1 minus it is how much the colours of a grey differ
COARSE = 4  # pixels; less than what lies between two pictures
PICTURE = 21  # pixels; the side of the squares by which pictures are found
SMALLEST = 41  # pixels; the side of the smallest picture: a box around letters is less
LUMA = np.array([0.2126, 0.7152, 0.0722])  # of red, green and blue
BRIGHTEST = 0.93
PALE = (0.16, 0.26, 0.3, 0.6), (0, 1.5, 1.5, 0)  # density on white: how much denser in the dark
NIGHT = 0x13 / 255  # a dark page
LINE = 4  # pixels; no line around white is wider
STROKE = 4  # pixels; no stroke of a letter is wider than two of it
STEPS = 1, 2, 4  # by which a window grows to twice as many pixels
PALE_GROUND = 204  # the least colour of an area on which words are light in the dark as well
FAINT = 4  # of 255; less than the palest pixel of a stroke
NEAR = 0.1  # difference between two colours that count as one
BRIGHT = 0.15  # luminance of an area on which light words have a contrast below 4.5
DARK, DARK_PART = 0.75, 0.3  # below the grey of pale areas; the part of a picture that is so dark


def _greatest(colours: np.ndarray) -> np.ndarray:
    """Return ``colours.max(-1)``, over a few colours much faster."""
    return functools.reduce(np.maximum, np.moveaxis(colours, -1, 0))


def _least(colours: np.ndarray) -> np.ndarray:
    """Return ``colours.min(-1)``, over a few colours much faster."""
    return functools.reduce(np.minimum, np.moveaxis(colours, -1, 0))


def _spread(reached: np.ndarray, free: np.ndarray, axis: int, step: int) -> np.ndarray:
    """Add the free pixels that follow a reached one along an axis with nothing between them."""
    free, reached = (np.flip(each, axis) if step < 0 else each for each in (free, reached))
    place = np.arange(free.shape[axis], dtype=np.int32).reshape((-1, 1) if axis == 0 else (1, -1))
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

    White that lines enclose is no picture, and neither is a pale area. White at the border of a
    picture is a part of it, though it hangs together with the paper, in its corners too.
    """
    greatest, least = _greatest(rgb), _least(rgb)
    grey, solid = greatest - least < 1 - WHITE, _solid(greatest < WHITE) & (greatest < DARK)
    if min(grey.shape) < PICTURE or not _squares(grey, solid).any():
        return np.zeros_like(grey)  # most figures, whose paper need not be found
    squares = _squares(grey & ~paper(least > WHITE), solid)
    return _rectangles(_sums(np.pad(squares, PICTURE - 1), PICTURE) > 0)


def _squares(inside: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """Return which squares, by their upper left corner, lie inside and have a solid dark part."""
    full = _sums(inside, PICTURE) == PICTURE**2
    return full & (_sums(inside & solid, PICTURE) > DARK_PART * PICTURE**2)


def _solid(mask: np.ndarray) -> np.ndarray:
    """Return which pixels of a mask lie in a square of it that is wider than a line."""
    squares = np.pad(_sums(mask, LINE + 1) == (LINE + 1) ** 2, LINE)
    return _sums(squares, LINE + 1) > 0


def _rectangles(mask: np.ndarray) -> np.ndarray:
    """Return the rectangles around the parts of a mask that lie together, without small ones."""
    filled = np.zeros_like(mask)
    for top, left, bottom, right in _joined(list(_around_parts(mask))):
        if min(bottom - top, right - left) >= SMALLEST:
            filled[top:bottom, left:right] = True
    return filled


def _joined(boxes: list[np.ndarray]) -> list[np.ndarray]:
    """Return boxes, from top and left to bottom and right, those that nearly touch as one.

    >>> made = _joined([np.array(box) for box in ([0, 0, 9, 9], [9, 9, 20, 20], [0, 40, 9, 50])])
    >>> [box.tolist() for box in made]
    [[0, 0, 20, 20], [0, 40, 9, 50]]
    """
    found: list[np.ndarray] = []
    for box in boxes:
        near = [each for each in found if _near(each, box)]
        found = [each for each in found if not _near(each, box)]
        if near:
            corners = np.array([*near, box])
            whole = np.concatenate([corners[:, :2].min(0), corners[:, 2:].max(0)])
            found = _joined([*found, whole])
        else:
            found.append(box)
    return found


def _near(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((np.maximum(one, other)[:2] < np.minimum(one, other)[2:] + COARSE).all())


def _around_parts(mask: np.ndarray) -> Iterator[np.ndarray]:
    """Find the box around each part of a mask that hangs together: top, left, bottom, right."""
    coarse = mask[::COARSE, ::COARSE].copy()
    while coarse.any():
        part = _flood(np.arange(coarse.size).reshape(coarse.shape) == coarse.argmax(), coarse)
        coarse &= ~part
        around = [_reach(part.any(axis)) for axis in (1, 0)]
        there = mask[around[0], around[1]]
        rows, columns = (
            edge.start + np.flatnonzero(there.any(axis))
            for edge, axis in zip(around, (1, 0), strict=True)
        )
        yield np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1])


def _reach(coarse: np.ndarray) -> slice:
    """Return the pixels between and around the coarse ones that are reached."""
    places = COARSE * np.flatnonzero(coarse)
    return slice(max(0, places[0] - COARSE + 1), places[-1] + COARSE)


def _sums(of: np.ndarray, size: int) -> np.ndarray:
    """Return the sum over each square of a size."""
    sums = of.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)  # of pixels that are so
    total = np.pad(sums, ((1, 0), (1, 0)))
    return total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]


def for_dark(image: Image.Image) -> Image.Image:
    """Return a figure for a dark page: no paper, light ink, grey pictures as they were."""
    pixels = np.asarray(image.convert("RGB"))
    rgb = pixels / 255
    inked = _least(pixels) < 255
    shown = np.empty((*inked.shape, 4))
    shown[:] = _turned(np.ones(3))  # the paper, which is most of a figure
    shown[inked] = _turned(rgb[inked])
    shown = _words_on_areas(pixels, shown)
    kept = pictures(rgb)
    shown[kept] = np.concatenate([rgb[kept], np.ones((kept.sum(), 1))], -1)
    return Image.fromarray(np.round(255 * shown).astype(np.uint8))


def _turned(rgb: np.ndarray) -> np.ndarray:
    """Return colours on white as a dark page shows them, with how dense they are.

    Ink is what is left when as much white as possible is taken out. Where it is dark, its
    brightness is turned round, ``1 - luma``; its hue stays. Pale colours, which the dark would
    swallow, become denser (`_dense`).
    """
    alpha = 1 - _least(rgb)[..., None]
    ink = (rgb - 1 + alpha) / np.maximum(alpha, 1 / 255)
    lifted = np.maximum(1 - 2 * (ink @ LUMA)[..., None], 0)
    light = BRIGHTEST * np.clip(ink + lifted, 0, 1)
    return np.concatenate([light, _dense(alpha, (_greatest(ink) - _least(ink))[..., None])], -1)


def _dense(alpha: np.ndarray, hue: np.ndarray) -> np.ndarray:
    """Return how dense colours are in the dark; those as pale as dots become the most denser.

    What is paler is the ground of words and stays behind them; what is denser is seen as it is.
    """
    power = 1 + np.interp(alpha, *PALE)
    return 1 - (1 - alpha) * (1 - hue * alpha) ** power


def _words_on_areas(pixels: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Return what a dark page shows, with black strokes left dark where their ground is bright.

    The ground of a pixel is what lies around dark strokes. A stroke of black takes an equal part of
    each of its colours.
    """
    ground = 255 - _widened(255 - _widened(pixels))
    places = (_least(ground) < PALE_GROUND) & (_greatest(ground - pixels) > FAINT)
    rgb, below = pixels[places] / 255, ground[places] / 255
    left = (rgb * below).sum(-1, keepdims=True) / (below**2).sum(-1, keepdims=True)
    black = _greatest(abs(rgb - left * below)) < NEAR
    turned = _turned(below)
    seen = turned[:, :3] * turned[:, 3:] + NIGHT * (1 - turned[:, 3:])
    linear = np.where(seen <= 0.04045, seen / 12.92, ((seen + 0.055) / 1.055) ** 2.4)
    dark = np.concatenate([NIGHT + (seen - NIGHT) * left.clip(0, 1), np.ones_like(left)], -1)
    kept = (black & (linear @ LUMA > BRIGHT))[:, None]
    found = shown.copy()
    found[places] = np.where(kept, dark, shown[places])
    return found


def _widened(values: np.ndarray) -> np.ndarray:
    """Return the largest value in the square of twice `STROKE` pixels and one around each pixel."""
    for axis in (0, 1):
        rest = [(0, 0)] * 3
        rest[axis] = (STROKE, STROKE)
        values = np.moveaxis(np.pad(values, rest), axis, 0)
        for step in (*STEPS, 1):
            values = np.maximum(values[:-step], values[step:])
        values = np.moveaxis(values, 0, axis)
    return values
