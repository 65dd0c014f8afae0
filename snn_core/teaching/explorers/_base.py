"""Interactive figures that the kernel draws: a function of its parameters, and the same behind sliders.

An explorer draws its axes, ticks and labels once and keeps that picture. A moved slider changes the data of the moving
artists, draws only these onto the kept picture, and pushes the result into an image widget. That is several times
faster than drawing a new figure.
"""

import io

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ... import _checks
from ..live import Choice, Range
from ..plotting import COLOURS, STYLE


class Explorer:
    """A figure that is a function of its parameters: call it with some of them, or show its `sliders`.

    A subclass states `controls`, draws everything in `build`, where it returns the artists that move, and sets their
    data in `update`.
    """

    controls: dict[str, Range | Choice] = {}
    size = (8.0, 3.2)

    def __init__(self):
        with mpl.rc_context(COLOURS, fname=STYLE):
            self.figure = Figure(figsize=self.size, dpi=90)
            self.canvas = FigureCanvasAgg(self.figure)
            self.moving = self.build()
        self().draw_without_rendering()
        self.figure.set_layout_engine("none")
        for artist in self.moving:  # an animated artist is left out by draw(), but not by savefig()
            artist.set_animated(True)
        self.canvas.draw()
        self.still = self.canvas.copy_from_bbox(self.figure.bbox)

    def build(self) -> list[Artist]:
        """Create the axes and artists in ``self.figure`` and return the artists that `update` changes."""
        raise NotImplementedError

    def update(self, **parameters) -> None:
        """Set the artists' data to what the parameters give."""
        raise NotImplementedError

    def __call__(self, **parameters) -> Figure:
        """Return the figure for these parameters; those not given are at their start.

        Raises:
            ValueError: for a parameter that the explorer does not have.
        """
        for name in parameters:
            _checks.choice("parameter", name, self.controls)
        self.update(**{name: control.start for name, control in self.controls.items()} | parameters)
        return self.figure

    def png(self, **parameters) -> bytes:
        """Return the picture for these parameters."""
        self(**parameters)
        self.canvas.restore_region(self.still)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        buffer = io.BytesIO()
        Image.fromarray(np.asarray(self.canvas.buffer_rgba())).save(buffer, format="png", compress_level=1)
        return buffer.getvalue()

    def sliders(self) -> widgets.VBox:
        """Return one widget per parameter above the picture, which follows them."""
        controls = {name: _widget(control) for name, control in self.controls.items()}
        picture = widgets.Image(format="png", value=self.png())

        def redraw(_) -> None:
            picture.value = self.png(**{name: widget.value for name, widget in controls.items()})

        for widget in controls.values():
            widget.observe(redraw, names="value")
        return widgets.VBox([*controls.values(), picture])


def _widget(control: Range | Choice) -> widgets.Widget:
    style, layout = {"description_width": "200px"}, widgets.Layout(width="510px")
    if isinstance(control, Choice):
        width = max(80, 25 + 8 * max(map(len, control.options)))  # px; what does not fit is cut off
        return widgets.ToggleButtons(
            options=control.options,
            value=control.start,
            description=control.caption,
            style=style | {"button_width": f"{width}px"},
        )
    kind = widgets.IntSlider if isinstance(control.step, int) else widgets.FloatSlider
    low, high, step, start, caption, _ = control
    decimals = len(f"{step:.6f}".rstrip("0").split(".")[1])
    look = {"style": style, "layout": layout, "readout_format": f".{decimals}f"}
    return kind(min=low, max=high, step=step, value=start, description=caption, **look)
