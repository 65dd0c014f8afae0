"""Draw a figure anew for a phone: so narrow that nothing of it is cut, in type of the same size.

Axes in a row stand one below the other, titles and labels are broken into lines, and a legend that
has no room in its axes stands below them. Level bars get shorter, so that what is written behind
them fits. The narrowest width is taken at which no more words meet each other or a curve than in
the figure of the page; without one the figure stays as it is. A figure whose drawing for phones is
another one brings what draws it, as its attribute `for_phones`.
"""

import itertools
import pickle
import warnings
from contextlib import contextmanager

from .collisions import TURN, collisions, seen
from .figure_words import fit_words, letters, lines
from .finer_figures import png
from .phone_bars import fit_bars

WIDTHS = 3.75, 4.5  # inches, of 100 pixels each; in the second type of 12.5 has 10 at 360 pixels
SHRUNK = 0.6  # of its width on the page; what a picture keeps on a phone at least
ROW = 2.4  # inches; the most height of axes that stood in a row
LINE = 0.17  # inches; height of a line of a title
NARROW = 2.6  # inches; the width of axes of which two find room beside each other
SLACK = 0.15  # inches, by which words may stand out at the sides, where the picture is cut
NARROWEST = 0.5  # of the width, for all axes together; pictures have a measure of their own
PICTURE = 1.8  # inches; the most height of one of some pictures that stood in a row
DPI = 200
FLOW = "compressed"  # the layout of pictures, whose sides keep their ratio


def narrowed(figure) -> str | None:
    """Return a figure for a phone as PNG in base64; None where it needs none, or would not go."""
    if figure.wanted[0] <= WIDTHS[-1]:
        return None
    if own := getattr(figure, "for_phones", None):
        return _own(figure, own)
    try:
        kept = pickle.dumps(figure)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None  # something in it has no copy
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a layout that finds no room
        with copied(kept) as first:
            free, pictures = collisions(first), _pictures(first)
        for width, below in itertools.product(WIDTHS, (False, True)):
            with copied(kept) as tried:
                fit(tried, width, below)
                if not _worse(collisions(tried), free) and _fits(tried, width, pictures):
                    return png(tried, DPI)
    return None


@contextmanager
def copied(kept: bytes):
    """Return a copy of a figure in the size that it was asked for, which is closed afterwards."""
    from matplotlib import pyplot

    figure = pickle.loads(kept)
    figure.set_size_inches(*figure.wanted)
    try:
        yield figure
    finally:
        pyplot.close(figure)


def _own(figure, draw) -> str:
    """Draw what a figure brings for phones, with the titles that the page gave it since."""
    from matplotlib import pyplot

    draw()
    drawn = pyplot.gcf()
    drawn.set_size_inches(*drawn.wanted)
    for before, axes in zip(figure.axes, drawn.axes, strict=True):
        axes.set_title(before.get_title(loc="left"))
    before = _lines(drawn)
    fit_words(drawn, None)
    width, height = drawn.wanted
    drawn.set_size_inches(width, height + LINE * (_lines(drawn) - before))
    shown = png(drawn, DPI)
    pyplot.close(drawn)
    return shown


def _fits(figure, width: float, pictures: list[float]) -> bool:
    """Tell whether nothing stands out at the sides, and axes and pictures are not too narrow."""
    frames = [axes.get_position() for axes in figure.axes]
    spans = max(frame.x1 for frame in frames) - min(frame.x0 for frame in frames)
    shrunk = [now / before for now, before in zip(_pictures(figure), pictures, strict=True)]
    seen = min(shrunk, default=1) * WIDTHS[0] / width >= SHRUNK
    wide = spans >= NARROWEST or _only_pictures(figure)
    return seen and figure.get_tightbbox().width <= width + SLACK and wide


def _pictures(figure) -> list[float]:
    """Return how wide the pictures are whose sides keep their ratio, in pixels."""
    return [axes.get_window_extent().width for axes in figure.axes if _is_picture(axes)]


def _is_picture(axes) -> bool:
    return bool(axes.images) and axes.get_aspect() != "auto"


def _only_pictures(figure) -> bool:
    return all(map(_is_picture, figure.axes))


def fit(figure, width: float, below: bool) -> None:
    """Make a figure as narrow as a width in inches; `below` puts its legend there."""
    rows = _in_columns(figure)
    row = PICTURE if _only_pictures(figure) else ROW
    high = rows * min(figure.wanted[1], row) if rows else figure.wanted[1]
    if not rows and any(axes.get_aspect() != "auto" for axes in figure.axes):
        figure.set_layout_engine(FLOW)
    figure.set_size_inches(width, high)
    high += _legend_below(figure) if below or figure.legends else 0.0
    figure.draw_without_rendering()
    before = _lines(figure)
    fit_words(figure, None)
    for axes in figure.axes:
        fit_bars(axes)
        _fit_label(axes)
        _fit_texts(axes)
    high += LINE * (_lines(figure) - before) + max(map(_turned, figure.axes))
    figure.set_size_inches(width, high)


def _legend_below(figure) -> float:
    """Put the only legend of a figure below it, in as many rows as it needs there.

    Returns:
        The height in inches that this takes.
    """
    own = list(figure.legends)
    legends = own or [legend for axes in figure.axes if (legend := axes.get_legend())]
    if len(legends) != 1:
        return 0.0
    old, room = legends[0], figure.get_size_inches()[0] * figure.dpi
    words = [text.get_text() for text in old.get_texts()]
    options = {"loc": "outside lower center", "title": old.get_title().get_text() or None}
    before = old.get_window_extent().height if own else 0.0
    for columns in range(len(words), 0, -1):
        new = figure.legend(old.legend_handles, words, ncols=columns, **options)
        if new.get_window_extent().width <= room or columns == 1:
            break
        new.remove()
    old.remove()
    return (new.get_window_extent().height - before) / figure.dpi


def _lines(figure) -> int:
    """Return how many lines the titles of a column of axes have."""
    return sum(axes.get_title(loc="left").count("\n") for axes in figure.axes)


def _in_columns(figure) -> int:
    """Put axes of one row into one column, narrow ones into two; return the rows, or 0."""
    placed = [axes for axes in figure.axes if axes.get_subplotspec()]
    grids = {axes.get_subplotspec().get_gridspec() for axes in placed}
    if len(grids) != 1 or (grid := grids.pop()).nrows > 1 or grid.ncols == 1:
        return 0
    two = grid.ncols > 2 and grid.ncols % 2 == 0 and figure.wanted[0] / grid.ncols < NARROW
    columns = 2 if two else 1
    cut = figure.add_gridspec(grid.ncols // columns, columns)
    for axes in placed:
        place = axes.get_subplotspec().num1
        axes.set_subplotspec(cut[place])
        axes.tick_params(labelleft=place % columns == 0)
    return cut.nrows


def _turned(axes) -> float:
    """Turn the words below axes where they meet; return the height in inches that this takes."""
    axes.figure.draw_without_rendering()
    labels = seen(axes.xaxis)
    boxes = [label.get_window_extent() for label in labels]
    if not any(a.overlaps(b) for a, b in itertools.pairwise(boxes)):
        return 0.0
    words = [" ".join(label.get_text().split()) for label in labels]
    places = [label.get_position()[0] for label in labels]
    axes.set_xticks(places, words, rotation=TURN, ha="right", rotation_mode="anchor")
    taken = max(label.get_window_extent().height for label in axes.get_xticklabels())
    return (taken - max(box.height for box in boxes)) / axes.figure.dpi


def _fit_label(axes) -> None:
    """Break the label of a horizontal axis into lines."""
    label, room = axes.xaxis.label, axes.get_window_extent().width / axes.figure.dpi
    label.set_text(lines(label.get_text(), letters(room, label.get_fontsize())))


def _fit_texts(axes) -> None:
    """Break what is written into axes where it stands out of the figure."""
    frame = axes.figure.bbox
    for text in axes.texts:
        box = text.get_window_extent()
        if box.x0 < frame.x0 or box.x1 > frame.x1:
            room = axes.get_window_extent().width / axes.figure.dpi / 2
            text.set_text(lines(text.get_text(), letters(room, text.get_fontsize())))


def _worse(found: tuple[int, int], free: tuple[int, int]) -> bool:
    return any(more > before for more, before in zip(found, free, strict=True))
