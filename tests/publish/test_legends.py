"""A legend of a larger figure lies on no curve, dot or bar where a free place can be found."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from publish import legends


def drawn(curve, **options):
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.plot(curve, **options)
    axes.legend(["a curve that has a name"], loc="upper left")
    figure.draw_without_rendering()
    return figure, axes


def test_a_legend_on_a_curve_between_its_points_is_seen():
    figure, axes = drawn([0, 9, 9, 9])
    assert legends.covered(axes) > 0
    assert legends.covered(drawn([9, 0, 0, 0])[1]) >= 0
    axes.get_legend().set_loc("lower right")
    figure.draw_without_rendering()
    assert legends.covered(axes) == 0


def test_it_goes_to_the_first_free_place():
    figure, axes = drawn([0, 9, 9, 9])
    assert legends.free_legends(figure) == 0
    assert axes.get_legend()._loc != 2
    place = axes.get_legend().get_window_extent()
    assert axes.get_window_extent().x1 > place.x1


def test_it_leaves_axes_that_are_full():
    figure, axes = drawn(np.tile([0.0, 1.0], 40))
    assert legends.free_legends(figure) == 0
    assert axes.get_legend().get_window_extent().x0 > axes.get_window_extent().x1


def test_it_stays_where_no_place_is_free():
    figure = Figure(figsize=(6, 3))
    first, second = figure.subplots(1, 2)
    for axes in (first, second):
        axes.plot(np.tile([0.0, 1.0], 40))
    first.legend(["a curve that has a name"], loc="upper left")
    assert legends.free_legends(figure) > 0
    assert first.get_legend()._loc == 2


def test_it_falls_away_where_other_axes_have_the_same():
    figure = Figure(figsize=(6, 3))
    first, second = figure.subplots(1, 2)
    first.plot(np.tile([0.0, 1.0], 40), label="a curve that has a name")
    second.plot([0, 9, 9, 9], label="a curve that has a name")
    for axes, place in ((first, "upper left"), (second, "lower right")):
        axes.legend(loc=place)
    assert legends.free_legends(figure) == 0
    assert first.get_legend() is None
    assert second.get_legend() is not None


@pytest.mark.parametrize("draw", ["scatter", "bar"])
def test_dots_and_bars_count(draw):
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    getattr(axes, draw)([0, 1, 2, 3], [9, 9, 1, 1], label="a name")
    axes.legend(loc="upper left")
    figure.draw_without_rendering()
    assert legends.covered(axes) > 0
    assert legends.free_legends(figure) == 0


def test_axes_without_a_legend_cover_nothing():
    assert legends.covered(Figure().subplots()) == 0
