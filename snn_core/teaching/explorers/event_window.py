"""The explorer of page 17: the events of one digit in a window of time, at any setting of the camera."""

import numpy as np
import torch

from ...datasets import mnist_mini
from ...events import DURATION, ORIGIN, EventCamera, gaze
from ..live import LiveExplorer, Range


class EventWindow(LiveExplorer):
    """A recording of one digit without noise: its events in a window of time, and its rates over the whole time."""

    model = "event_window"
    about = (
        "What the pixels of an event camera send in a window of time while a digit moves, and the rates of ON and OFF."
    )
    controls = {
        "threshold": Range(0.1, 1.5, 0.05, 0.3, "threshold θ"),
        "refractory": Range(0.0, 50.0, 1.0, 4.0, "blind after an event (ms)", "ms"),
        "start": Range(0, 300, 5, 40, "start of the window (ms)", "ms"),
        "width": Range(1, 100, 1, 20, "width of the window (ms)", "ms"),
    }

    def data(self) -> dict:
        """Return the image as greys from 0 to 255, where it stands at each time, and how memories start."""
        camera = EventCamera()
        times = torch.arange(0, DURATION + camera.step / 2, camera.step)
        places = torch.tensor(ORIGIN) + gaze(times)
        image = (255 * mnist_mini().train_images[0].flatten()).round().int()
        draws = np.random.default_rng(17).uniform(-0.5, 0.5, 34 * 34).round(4)
        rest = {name: getattr(camera, name) for name in ("dark", "gamma", "step")}
        lists = {"image": image.tolist(), "places": places.double().numpy().round(5).tolist(), "draws": draws.tolist()}
        return lists | rest | {"duration": DURATION}
