"""The explorer of page 01: an image in four codes, millisecond by millisecond."""

from ...datasets import mnist_mini
from ..live import Choice, LiveExplorer, Range


class Encoding(LiveExplorer):
    """A digit, the spikes of each millisecond in one of the codes, and what is known of it so far."""

    model = "encoding"
    about = "An image, its spikes of one millisecond after the other, and the image read back so far."
    controls = {
        "code": Choice(("random rate", "regular rate", "latency", "delta"), "random rate", "code"),
        "digit": Range(0, 9, 1, 5, "digit"),
        "steps": Range(4, 100, 1, 50, "steps T"),
        "gain": Range(0.1, 1.0, 0.1, 1.0, "gain (rates)"),
        "time": Range(0, 100, 1, 25, "time (ms)", "ms"),
    }
    dt, pace, hold = 1.0, 10, 15  # ms; steps in a second; steps of rest at the end

    def data(self) -> dict:
        """Return one image of each digit, as grey values from 0 to 255, and how fast they are shown."""
        digits = mnist_mini()
        places = [(digits.train_labels == digit).nonzero()[0].item() for digit in range(10)]
        images = (255 * digits.train_images[places].flatten(1)).round().int().tolist()
        return {"images": images, "dt": self.dt, "pace": self.pace, "hold": self.hold}
