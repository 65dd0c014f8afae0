"""A curve, what spikes make of it, and the spikes: a figure of page 23."""

from matplotlib.axes import Axes
from torch import Tensor

from ... import _checks
from ..palette import BLACK, BLUE, VERMILION
from ..plotting import decorate, panels, raster


def following(curve: Tensor, estimate: Tensor, spikes: Tensor) -> list[Axes]:
    """Draw a curve with an estimate of it, and below it the spikes that the estimate is made of.

    Args:
        curve, estimate: ``[T, B, 1]``, of which the first sample is drawn.
        spikes: ``[T, B, N]``, in steps of 1 ms.

    Raises:
        ValueError: if the estimate does not fit the curve, or the spikes are not 0 and 1.
    """
    _checks.shape("estimate", estimate, curve.shape)
    axes = panels(2, stacked=True, height=3.4, ratios=(3, 0.5))
    axes[0].plot(estimate[:, 0], color=BLUE, label="estimate")
    axes[0].plot(curve[:, 0], color=BLACK, label="curve")
    raster(spikes[:, 0], axes[1], size=6, color=VERMILION)
    axes[1].set_yticks([])
    decorate(axes[0], y="value")
    decorate(axes[1], x="time (ms)", y="spikes")
    return axes
