"""Interactive figures: each is a plain function of its parameters, and the same function behind sliders.

An explorer draws its axes, ticks and labels once and keeps that picture. A moved slider changes the data of the moving
artists, draws only these onto the kept picture, and pushes the result into an image widget. That is several times
faster than drawing a new figure.
"""

import io
from typing import NamedTuple

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from . import _checks
from .datasets import mnist_mini
from .encoding import delta, latency, rate, repeat
from .neurons import LIF
from .plotting import BLUE, STYLE, VERMILION
from .reconstruction import from_delta, from_latency, from_rate


class Range(NamedTuple):
    """A slider from `low` to `high` in steps of `step`, at first at `start`; its caption."""

    low: float
    high: float
    step: float
    start: float
    caption: str


class Choice(NamedTuple):
    """Buttons for a few named options, at first the option `start`; their caption."""

    options: tuple[str, ...]
    start: str
    caption: str


class Explorer:
    """A figure that is a function of its parameters: call it with some of them, or show its `sliders`.

    A subclass states `controls`, draws everything in `build`, where it returns the artists that move, and sets their
    data in `update`.
    """

    controls: dict[str, Range | Choice] = {}
    size = (8.0, 3.2)

    def __init__(self):
        with mpl.rc_context(fname=STYLE):
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
    style, layout = {"description_width": "170px"}, widgets.Layout(width="480px")
    if isinstance(control, Choice):
        return widgets.ToggleButtons(
            options=control.options,
            value=control.start,
            description=control.caption,
            style=style | {"button_width": "80px"},
        )
    kind = widgets.IntSlider if isinstance(control.step, int) else widgets.FloatSlider
    low, high, step, start, caption = control
    return kind(min=low, max=high, step=step, value=start, description=caption, style=style, layout=layout)


class LIFNeuron(Explorer):
    """One LIF neuron under a constant drive: its membrane, its spikes, and its point on the f-I curve."""

    controls = {
        "drive": Range(0.0, 3.0, 0.05, 1.5, "drive R·I"),
        "tau_mem": Range(1.0, 50.0, 1.0, 10.0, "τ_mem (ms)"),
        "threshold": Range(0.2, 2.0, 0.1, 1.0, "threshold θ"),
        "reset": Choice(("soft", "hard"), "soft", "reset"),
    }
    duration, dt = 100.0, 0.1  # ms

    def build(self) -> list[Artist]:
        left, right = self.figure.subplots(1, 2, width_ratios=(3, 2))
        time = np.arange(round(self.duration / self.dt)) * self.dt
        (self.membrane,) = left.plot(time, np.zeros_like(time), color=BLUE, linewidth=1.2)
        (self.spikes,) = left.plot([], [], "v", color=VERMILION, markersize=5, label="spike")
        self.threshold = left.axhline(1.0, color="0.5", linestyle="--", linewidth=1)
        left.set(xlabel="time (ms)", ylabel="membrane u", ylim=(0, 3.2), xlim=(0, self.duration))
        self.drives = np.linspace(0, 3, 301)
        (self.curve,) = right.plot(
            self.drives, np.zeros_like(self.drives), color="0.5", label="closed form, hard reset"
        )
        (self.point,) = right.plot([0], [0], "o", color=VERMILION, label="this neuron")
        right.set(xlabel="drive R·I", ylabel="rate (spikes/s)", xlim=(0, 3), ylim=(0, 400), title="f–I curve")
        right.legend(loc="upper left")
        self.title = left.set_title(" ")
        return [self.membrane, self.spikes, self.threshold, self.curve, self.point, self.title]

    def update(self, *, drive: float, tau_mem: float, threshold: float, reset: str) -> None:
        lif = LIF(tau_mem, threshold=threshold, reset=reset, dt=self.dt)
        current = torch.full((len(self.membrane.get_xdata()), 1, 1), drive * (1 - lif.beta.item()))
        spikes, membrane, _ = lif(current, record=True)
        at = spikes.flatten().numpy() > 0
        u, time = membrane.flatten().detach().numpy(), self.membrane.get_xdata()
        self.membrane.set_ydata(u)
        self.spikes.set_data(time[at], u[at])
        self.threshold.set_ydata([threshold, threshold])
        self.curve.set_ydata(firing_rate(self.drives, tau_mem, threshold))
        measured = 1000 * at.sum() / self.duration
        self.point.set_data([drive], [min(measured, 400)])
        self.title.set_text(f"{at.sum()} spikes in {self.duration:.0f} ms: {measured:.0f} per second")


def firing_rate(drive: np.ndarray, tau_mem: float, threshold: float = 1.0) -> np.ndarray:
    """Return the rate of an LIF neuron with hard reset under a constant drive, in spikes per second.

    ``1000 / (tau_mem ln(drive / (drive - threshold)))`` above the threshold, 0 below.

    >>> firing_rate(np.array([0.5, 2.0]), tau_mem=10.0).round(1).tolist()
    [0.0, 144.3]
    """
    drive = np.asarray(drive, dtype=float)
    above = drive > threshold
    safe = np.where(above, drive, 2 * threshold)
    return np.where(above, 1000 / (tau_mem * np.log(safe / (safe - threshold))), 0.0)


class Encoding(Explorer):
    """A digit, its spikes in one of the codes, and what can be read back from them."""

    controls = {
        "digit": Range(0, 9, 1, 3, "image"),
        "code": Choice(("direct", "rate", "latency", "delta"), "rate", "code"),
        "steps": Range(2, 100, 1, 25, "steps T"),
        "gain": Range(0.05, 1.0, 0.05, 0.5, "gain (rate)"),
        "tau": Range(1.0, 50.0, 1.0, 10.0, "τ (latency, ms)"),
    }
    size = (9.0, 2.8)
    threshold = 0.2

    def build(self) -> list[Artist]:
        left, middle, right = self.figure.subplots(1, 3, width_ratios=(1, 2, 1))
        blank = np.zeros((28, 28))
        self.original = left.imshow(blank, vmin=0, vmax=1)
        self.reconstructed = right.imshow(blank, vmin=0, vmax=1)
        (self.dots,) = middle.plot([], [], ".", markersize=2, color=BLUE)
        middle.set(xlabel="time step", ylabel="pixel", ylim=(-0.5, 783.5), xlim=(-1, 100))
        left.set_title("image")
        self.count, self.error = middle.set_title(" "), right.set_title(" ")
        for axes in (left, right):
            axes.set(xticks=[], yticks=[])
        self.images = mnist_mini().test_images[:10]
        return [self.original, self.reconstructed, self.dots, self.count, self.error]

    def update(self, *, digit: int, code: str, steps: int, gain: float, tau: float) -> None:
        image = self.images[digit].flatten()[None]
        spikes, back = self._encode(image, code, steps, gain, tau)
        step, pixel = spikes.nonzero().numpy().T[[0, -1]]
        self.dots.set_data(step, pixel)
        self.original.set_data(self.images[digit].numpy())
        self.reconstructed.set_data(back.view(28, 28).numpy())
        error = (back - image).square().mean().sqrt().item()
        count = "currents, no spikes" if code == "direct" else f"{len(step):,} spikes"
        self.count.set_text(f"{code}: {count}")
        self.error.set_text(f"read back, error {error:.3f}")

    def _encode(self, image, code, steps, gain, tau):
        if code == "direct":
            return repeat(image, steps), image
        if code == "rate":
            spikes = rate(image, steps, gain=gain, generator=torch.Generator().manual_seed(0))
            return spikes, from_rate(spikes, gain=gain)
        if code == "latency":
            spikes = latency(image, steps, tau=tau, threshold=self.threshold)
            return spikes, from_latency(spikes, tau=tau, threshold=self.threshold)
        fade_in = torch.linspace(0, 1, steps).view(-1, 1, 1) * image
        events = delta(fade_in, threshold=0.1)
        return events[:, :, 0], from_delta(events, threshold=0.1)[-1]


ALL_EXPLORERS: dict[str, type[Explorer]] = {"LIFNeuron": LIFNeuron, "Encoding": Encoding}
