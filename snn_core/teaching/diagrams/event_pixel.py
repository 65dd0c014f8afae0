"""Drawing of one pixel of an event camera: what it sees, what it remembers, what it sends."""

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from ... import _checks
from ..arrays import array
from ..palette import GREY, OFF, ON
from ..plotting import decorate, panels


def event_pixel(levels: Tensor, events: Tensor, *, title: str | None = None) -> list[Axes]:
    """Draw the log brightness of a pixel with its memory in stairs, and below it the events.

    Args:
        levels: log brightness ``[T + 1]``, one for each ms.
        events: what the pixel sends at each of the last T: 1 for ON, -1 for OFF, 0 for nothing.
        title: what the figure shows.

    Returns:
        The axes of the brightness and of the events.

    Raises:
        ValueError: for another number of events.
    """
    seen = array("levels", levels, rank=1)
    sent = np.concatenate([[0], array("events", events, rank=1)])
    _checks.require(len(sent) == len(seen), "events", f"{len(sent) - 1}", f"{len(seen) - 1}")
    time = np.arange(len(seen))
    latest = np.maximum.accumulate(np.where(sent != 0, time, 0))
    upper, lower = panels(2, stacked=True, height=3.2, ratios=(2.2, 1))
    upper.plot(time, seen, color=GREY, label="log brightness")
    upper.step(time, seen[latest], where="post", color="black", linewidth=1.4, label="memory")
    for sign, name, mark, color in ((1, "ON", "^", ON), (-1, "OFF", "v", OFF)):
        at = time[sent == sign]
        upper.plot(at, seen[at], mark, color=color, markersize=6, label=name)
        lower.vlines(at, 0, sign, color=color, linewidth=2)
    lower.axhline(0, color=GREY, linewidth=0.8)
    lower.set_yticks([-1, 1], ["OFF", "ON"])
    decorate(upper, title=title, y="log brightness")
    upper.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    decorate(lower, x="time (ms)", y="events", ylim=(-1.3, 1.3))
    return [upper, lower]
