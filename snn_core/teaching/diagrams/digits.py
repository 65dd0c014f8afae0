"""A digit on its way through a network, and one line for each class over time."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from ... import _checks
from ..arrays import array
from ..palette import BLACK, BLUE, GREEN, GREY, PURPLE, SKY, VERMILION
from ..plotting import decorate, images, panels, raster

CLASS_COLORS = (BLUE, PURPLE, SKY, BLACK)  # no colour of spikes


def class_lines(values: Tensor, named: list[int], axes: Axes | None = None) -> Axes:
    """Draw what each class has over time: the named ones in colour and in front, the others grey.

    Args:
        values: ``[T, C]``, such as scores or membranes.
        named: classes in ``[0, C)`` that the text speaks of, the right one first; at most four.
        axes: where to draw; new axes if None.

    Raises:
        ValueError: for values that are not ``[T, C]``, or classes that are not there.
    """
    values = array("values", values, rank=2)
    classes = values.shape[1]
    _checks.require(len(named) <= len(CLASS_COLORS), "named", f"{len(named)} classes", f"at most {len(CLASS_COLORS)}")
    for each in named:
        _checks.whole("named", each, 0)
        _checks.require(each < classes, "named", each, f"a class below {classes}")
    axes = panels() if axes is None else axes
    for place, (each, color) in enumerate(zip(named, CLASS_COLORS, strict=False)):
        axes.plot(values[:, each], color=color, linewidth=2.2, label=str(each), zorder=4 - place / 10)
    others = [each for each in range(classes) if each not in named]
    for each in others:
        axes.plot(values[:, each], color=GREY, linewidth=1.2, label="others" if each == others[0] else None)
    axes.set_xlabel("time (ms)")
    return axes


def follow_digit(
    image: Tensor, pixels: Tensor, hidden: Tensor, scores: Tensor, named: list[int], column: int
) -> list[Axes]:
    """Draw a digit from end to end: the image, spikes of one column of it, hidden spikes, and scores that grow.

    Args:
        image: ``[height, width]``.
        pixels: spikes ``[T, height * width]`` that come in.
        hidden: spikes ``[T, N]`` that a hidden layer sends.
        scores: ``[T, C]``, after each step.
        named: classes that stand out, as for `class_lines`.
        column: of the image, whose pixels are drawn beside it, row for row.

    Returns:
        The axes of the four panels.

    Raises:
        ValueError: for another shape of image, spikes or scores, or a column or classes that are not there.
    """
    height, width = array("image", image, rank=2).shape
    _checks.whole("column", column, 0)
    _checks.require(column < width, "column", column, f"a column below {width}")
    _checks.require(
        pixels.shape[1:] == (height * width,), "pixels", f"shape {list(pixels.shape)}", f"[T, {height * width}]"
    )
    axes = panels(4, width=12.5, height=3, ratios=(2, 3, 3, 3))
    images([image], [f"one digit of {height * width} pixels"], axes[:1])
    axes[0].add_patch(Rectangle((column - 0.5, -0.5), 1, height, fill=False, edgecolor=GREEN, linewidth=1.5))
    raster(pixels.reshape(-1, height, width)[:, :, column], axes[1], size=5, color=GREEN)
    axes[1].invert_yaxis()
    raster(hidden, axes[2], size=2.5, color=VERMILION)
    class_lines(scores, named, axes[3])
    decorate(axes[1], y="row", title="the marked pixels spike")
    decorate(axes[2], y="neuron", title=f"{hidden.shape[1]} neurons answer")
    decorate(axes[3], y="score", title="the scores grow")
    return axes


def before_and_after(
    image: Tensor, pixels: Tensor, before: tuple[Tensor, Tensor], after: tuple[Tensor, Tensor]
) -> list[list[Axes]]:
    """Draw one digit, the spikes of its pixels, and what two layers make of them before and after training.

    Args:
        image: ``[height, width]``.
        pixels: spikes ``[T, N]`` that come in.
        before, after: the spikes of the hidden and of the output layer, ``[T, N]`` each.

    Returns:
        The axes: digit and the two layers before, pixels and the two layers after.

    Raises:
        ValueError: for another shape of image or spikes.
    """
    _, axes = plt.subplots(2, 3, figsize=(9.5, 4.8), width_ratios=(1, 1.6, 1.6))
    images([image], ["one digit"], axes[:1, 0])
    raster(pixels, axes[1, 0], size=2.5, color=GREEN)
    decorate(axes[1, 0], x="step", y="pixel", title="its pixels spike")
    for row, when, layers in zip(axes[:, 1:], ("before", "after"), (before, after), strict=True):
        for axis, name, spikes in zip(row, ("hidden", "output"), layers, strict=True):
            raster(spikes, axis, size=3 if spikes.shape[1] >= 40 else 10, color=VERMILION)
            title = f"{when}: {name}, {spikes.sum():.0f} spikes"
            decorate(axis, x="step" if when == "after" else "", y="neuron", title=title)
    for axis in axes[:, 2]:
        axis.set_yticks(range(10))
    return axes.tolist()
