"""The explorer of page 17: the events of one digit in a window of time, at any setting of the camera."""

import numpy as np
import torch
from matplotlib.artist import Artist

from ...datasets import mnist_mini
from ...events import DURATION, SENSOR_SIZE, EventCamera
from ..palette import BLUE, VERMILION
from ._base import Explorer, Range


class EventWindow(Explorer):
    """A simulated recording of one digit: its events in a window of time, and its rate over the whole time."""

    controls = {
        "threshold": Range(0.1, 1.5, 0.05, 0.3, "threshold θ"),
        "refractory": Range(0.0, 50.0, 1.0, 4.0, "refractory time (ms)"),
        "start": Range(0, 300, 5, 40, "start of the window (ms)"),
        "width": Range(1, 100, 1, 20, "width of the window (ms)"),
    }
    size = (8.5, 3.4)
    bin = 5.0  # ms, of the rate

    def build(self) -> list[Artist]:
        self.digit, self.setting = mnist_mini().train_images[:1], None
        left, right = self.figure.subplots(1, 2, width_ratios=(1, 1.6))
        self.counts = left.imshow(np.zeros(SENSOR_SIZE[1::-1]), cmap="RdBu", vmin=-3, vmax=3)
        left.set(xticks=[], yticks=[])
        edges = np.arange(0, DURATION + self.bin, self.bin)
        self.curves = [
            right.stairs(0.1 + 0 * edges[1:], edges, color=color, label=name, baseline=None)
            for name, color in (("OFF", VERMILION), ("ON", BLUE))
        ]
        self.span = right.axvspan(0, 1, color="0.5", alpha=0.3)
        right.set(xlabel="time (ms)", ylabel="events per ms (log)", xlim=(0, 320), yscale="log", ylim=(0.1, 200))
        right.legend(loc="upper right")
        self.titles = [left.set_title(" "), right.set_title(" ")]
        return [self.counts, self.span, *self.curves, *self.titles]

    def update(self, *, threshold: float, refractory: float, start: float, width: float) -> None:
        if self.setting != (threshold, refractory):  # moving the window alone needs no new recording
            camera = EventCamera(threshold=threshold, refractory=refractory)
            (self.events,) = camera.record(self.digit, generator=torch.Generator().manual_seed(0))
            self.setting = threshold, refractory
        off, on = events_in_window(self.events, start, width)
        self.counts.set_data(on - off)
        for polarity, curve in enumerate(self.curves):
            times = self.events["t"][self.events["p"] == polarity] / 1000
            curve.set_data(np.maximum(np.histogram(times, curve.get_data().edges)[0] / self.bin, 0.1))
        self.span.set(x=start, width=width)
        self.titles[0].set_text(f"{on.sum()} ON, {off.sum()} OFF in the window")
        self.titles[1].set_text(f"{len(self.events):,} events in all")


def events_in_window(events: np.ndarray, start: float, width: float) -> np.ndarray:
    """Return how many OFF and ON events each pixel sent from `start` on for `width`, both in ms: ``[2, 34, 34]``.

    >>> from snn_core.events import EVENT
    >>> events = np.array([(3, 4, 1000, 1), (3, 4, 2000, 1), (5, 6, 2999, 0)], EVENT)
    >>> counts = events_in_window(events, 2.0, 1.0)
    >>> counts[1, 4, 3].item(), counts.sum().item()
    (1, 2)
    """
    counts = np.zeros(SENSOR_SIZE[::-1], int)
    inside = events[(events["t"] >= 1000 * start) & (events["t"] < 1000 * (start + width))]
    np.add.at(counts, (inside["p"], inside["y"], inside["x"]), 1)
    return counts
