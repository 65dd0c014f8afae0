"""The explorer of page 07: stop a trained network at any step, and take its answer."""

from ...datasets import mnist_mini
from ...losses import accuracy
from ..live import LiveExplorer, Range
from ..records import recorded
from ..studies.first_network import stopped_outputs

GREYS = 15  # the brightest of the grey values that are sent


class StopReading(LiveExplorer):
    """The output spikes of a trained network for one of fifty digits, up to a step, and its answer there."""

    model = "stop_reading"
    about = (
        "A digit, the spikes of ten output neurons up to a step and their counts, and how many of "
        "fifty digits are read rightly if the network is stopped there."
    )
    controls = {
        "digit": Range(0, 49, 1, 18, "test digit"),
        "step": Range(1, 30, 1, 2, "stop after step"),
    }

    def data(self) -> dict:
        """Return images, one hexadecimal digit a pixel; labels; spikes, a bit for each class; how many are right."""
        stopped = recorded("first_network").results["stopped"]
        digits = mnist_mini()
        places = stopped["places"]
        labels = digits.test_labels[places]
        right = [round(len(places) * accuracy(counts, labels)) for counts in stopped_outputs().cumsum(0)]
        greys = (GREYS * digits.test_images[places].flatten(1)).round().int().tolist()
        return {
            "images": ["".join(f"{grey:x}" for grey in image) for image in greys],
            "labels": labels.tolist(),
            "masks": stopped["masks"],
            "right": right,
        }
