"""Count where the words of a figure meet each other, or a curve."""

import itertools

CLEAR = 3  # pixels, between a word and a curve
SLIGHT = 2  # pixels, by which the boxes around two words may overlap
TURN = 40  # degrees, by which words below axes are turned that would meet


def collisions(figure) -> tuple[int, int]:
    """Return how often words and legends of a figure meet each other, and how often a curve."""
    figure.draw_without_rendering()
    boxes = [box for axes in figure.axes for box in _words(axes)]
    met = sum(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    return met, sum(_crossed(axes) for axes in figure.axes)


def _words(axes) -> list:
    """Return where the words in and around axes stand."""
    from matplotlib.text import Text

    words = [each for each in axes.get_children() if isinstance(each, Text)]  # also its titles
    if axes.axison:
        words += [axes.xaxis.label, axes.yaxis.label, *seen(axes.xaxis), *seen(axes.yaxis)]
    shown = [each for each in words if each.get_visible() and each.get_text().strip()]
    shown = [each for each in shown if each.get_rotation() != TURN]
    legend = [axes.get_legend()] if axes.get_legend() else []
    framed = [getattr(each, "get_bbox_patch", lambda: None)() or each for each in shown + legend]
    return [each.get_window_extent().padded(-SLIGHT) for each in framed]


def seen(axis) -> list:
    """Return the labels of an axis that are seen, of ticks that lie within what it shows."""
    low, high = sorted(axis.get_view_interval())
    return [
        label
        for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
        if low <= place <= high and label.get_visible() and label.get_text()
    ]


def _shades(bar, frame) -> bool:
    """Tell whether a bar is a shade behind what is drawn: as high as the axes, or as wide."""
    return bar.height >= frame.height or bar.width >= frame.width


def _crossed(axes) -> int:
    """Return how many curves run through texts and the legend of axes, and bars behind it."""
    shown = [text for text in axes.texts if text.get_text().strip()]
    boxes = [text.get_window_extent().padded(CLEAR) for text in shown]
    count = 0
    if axes.get_legend():
        boxes.append(axes.get_legend().get_window_extent())
        bars = [bar.get_window_extent() for bar in axes.patches]
        count = sum(bar.overlaps(boxes[-1]) for bar in bars if not _shades(bar, axes.bbox))
    paths = [line.get_transform().transform_path(line.get_path()) for line in axes.lines]
    return count + sum(path.intersects_bbox(box, False) for path in paths for box in boxes)
