"""Words of a figure: which of them meet, and how they are broken into lines that fit."""

import itertools
import re
import textwrap

LETTER = 0.52  # mean width of a letter beside the size of its type


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


def fit_words(figure, heading: str | None) -> None:
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
