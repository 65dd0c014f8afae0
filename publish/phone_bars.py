"""Words behind level bars, or dots on a logarithmic axis, get room in a figure for a phone."""

import math

from matplotlib.container import BarContainer
from matplotlib.text import Annotation

from .figure_words import letters, lines

EDGE = 6  # pixels beside axes
DOTS = 0.35  # of the width of axes; longer words behind a dot are broken into lines
WORDS = 0.65  # of the width of axes; longer words behind a bar are broken into lines


def behind_bars(axes) -> list:
    """Return the texts of axes that stand behind level bars on a linear axis from 0, or dots.

    Dots are on a logarithmic axis, where a bar would have no end at 0.
    """
    noted = [text for text in axes.texts if isinstance(text, Annotation)]
    if axes.get_xscale() == "log":
        return [text for text in noted if text.anncoords == "offset points"]
    level = [
        each
        for each in axes.containers
        if isinstance(each, BarContainer) and each.orientation == "horizontal"
    ]
    if axes.get_xscale() != "linear" or axes.get_xlim()[0] != 0:
        return []
    ends = [bar.get_x() + bar.get_width() for bars in level for bar in bars]
    return [text for text in noted if any(math.isclose(text.xy[0], end) for end in ends)]


def fit_bars(axes) -> None:
    """Widen what axes show until no text behind their level bars, or dots, stands out of them."""
    frame = axes.get_window_extent()
    alone = len(axes.figure.axes) == 1  # then it is the words that keep the axes narrow
    room = axes.figure.bbox.x1 - EDGE - frame.x0 if alone else frame.width
    scale = axes.xaxis.get_transform()
    low, before = scale.transform(axes.get_xlim())
    high = before
    for text in behind_bars(axes):
        if axes.get_xscale() == "log":
            most = letters(DOTS * room / axes.figure.dpi, text.get_fontsize())
            text.set_text(lines(text.get_text(), most))
        place, words = scale.transform([text.xy[0]])[0], text.get_window_extent()
        taken = words.x1 - (frame.x0 + frame.width * (place - low) / (before - low))
        if taken <= WORDS * room:
            high = max(high, low + (place - low) * room / (room - taken))
    if high > before:
        axes.set_xlim(axes.get_xlim()[0], scale.inverted().transform([high])[0])
        axes.figure.draw_without_rendering()
