"""Level bars of a figure for a phone: their axis goes on until what is written behind them fits."""

import math

from matplotlib.container import BarContainer
from matplotlib.text import Annotation

EDGE = 6  # pixels beside axes
WORDS = 0.65  # of the width of axes; longer words behind a bar are broken into lines


def behind_bars(axes) -> list:
    """Return the texts of axes that stand behind level bars, of a linear axis from 0."""
    level = [
        each
        for each in axes.containers
        if isinstance(each, BarContainer) and each.orientation == "horizontal"
    ]
    if axes.get_xscale() != "linear" or axes.get_xlim()[0] != 0:
        return []
    ends = [bar.get_x() + bar.get_width() for bars in level for bar in bars]
    noted = [text for text in axes.texts if isinstance(text, Annotation)]
    return [text for text in noted if any(math.isclose(text.xy[0], end) for end in ends)]


def fit_bars(axes) -> None:
    """Shorten the level bars of axes until no text behind them stands out of the axes."""
    frame = axes.get_window_extent()
    alone = len(axes.figure.axes) == 1  # then it is the words that keep the axes narrow
    room = axes.figure.bbox.x1 - EDGE - frame.x0 if alone else frame.width
    high = axes.get_xlim()[1]
    for text in behind_bars(axes):
        taken = text.get_window_extent().x1 - axes.transData.transform((text.xy[0], 0))[0]
        if taken <= WORDS * room:
            high = max(high, text.xy[0] * room / (room - taken))
    if high > axes.get_xlim()[1]:
        axes.set_xlim(0, high)
        axes.figure.draw_without_rendering()
