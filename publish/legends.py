"""Legends of larger figures: where one lies on what is drawn, and where it finds a free place."""

import numpy as np

PLACES = range(1, 11)  # of matplotlib: corners, sides and the centre
FEW = 2  # points of a line that marks a level or a time, and may pass below a legend
BETWEEN = 10  # points that are looked at between two of a line
OUTSIDE = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}


def covered(axes) -> int:
    """Return how many points of lines, dots and bars the legend of axes lies on; 0 without one."""
    legend = axes.get_legend()
    if legend is None:
        return 0
    box = legend.get_window_extent()
    found = [points for points in _drawn_points(axes) if len(points)]
    return sum(int(_within(box, points).sum()) for points in found)


def free_legends(figure) -> int:
    """Move each legend that lies on what is drawn; return how many points are covered still.

    A legend goes to the first free place within its axes, or else to their right if nothing stands
    there. If all places are taken, it falls away where other axes have the same; else it stays.
    """
    figure.draw_without_rendering()
    left = 0
    for axes in figure.axes:
        if covered(axes):
            _move(figure, axes)
        left += covered(axes)
    return left


def _move(figure, axes) -> None:
    legend, box = axes.get_legend(), axes.get_window_extent()
    before = legend._loc
    for place in PLACES:
        legend.set_loc(place)
        figure.draw_without_rendering()
        if not covered(axes) and _inside(box, legend.get_window_extent()):
            return
    others = (each.get_window_extent() for each in figure.axes if each is not axes)
    if any(other.x0 >= box.x1 and other.y0 < box.y1 and box.y0 < other.y1 for other in others):
        legend.set_loc(before)
        if _entries(axes) in [_entries(each) for each in figure.axes if each is not axes]:
            legend.remove()
    else:
        legend.set(loc=OUTSIDE["loc"])
        legend.set_bbox_to_anchor(OUTSIDE["bbox_to_anchor"], transform=axes.transAxes)
        legend.borderaxespad = OUTSIDE["borderaxespad"]
    figure.draw_without_rendering()


def _entries(axes) -> list[str]:
    legend = axes.get_legend()
    return [each.get_text() for each in legend.get_texts()] if legend else []


def _drawn_points(axes) -> list[np.ndarray]:
    """Return points of what is drawn in pixels: of lines, dots, and the corners of bars."""
    found = []
    for line in axes.lines:
        path = line.get_path()
        if line.get_visible() and len(path.vertices) > FEW:
            solid = line.get_linestyle() not in ("None", "", " ")
            path = path.interpolated(BETWEEN) if solid else path
            found.append(line.get_transform().transform(path.vertices))
    for dots in axes.collections:
        offsets = np.ma.filled(np.ma.asarray(dots.get_offsets(), dtype=float), np.nan)
        found.append(dots.get_offset_transform().transform(offsets))
    for bar in axes.patches:
        box = bar.get_window_extent()
        found.append(np.array([[x, y] for x in (box.x0, box.x1) for y in (box.y0, box.y1)]))
    return found


def _within(box, points: np.ndarray) -> np.ndarray:
    x, y = points.T
    return (box.x0 < x) & (x < box.x1) & (box.y0 < y) & (y < box.y1)


def _inside(outer, inner) -> bool:
    return (
        outer.x0 <= inner.x0
        and inner.x1 <= outer.x1
        and outer.y0 <= inner.y0
        and inner.y1 <= outer.y1
    )
