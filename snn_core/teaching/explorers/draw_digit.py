"""The explorer of page 00: draw a digit, and a spiking network reads it."""

from ...datasets import mnist_mini
from ...neurons import LIF
from ..live import Button, LiveExplorer, Pad, Range
from ..records import recorded

GREYS = 15  # the brightest of the grey values that are sent
SIDE = 28
FIRST = 2  # the test digit that is shown first: nobody takes it for another


def examples() -> list[str]:
    """Return the first test digit of each class as a drawing, one hexadecimal digit a pixel."""
    digits = mnist_mini()
    places = [(digits.test_labels == digit).nonzero()[0].item() for digit in range(10)]
    greys = (GREYS * digits.test_images[places].flatten(1)).round().int().tolist()
    return ["".join(f"{grey:x}" for grey in image) for image in greys]


class DrawDigit(LiveExplorer):
    """A pad to draw on, the spikes that a trained network makes of the drawing, and its answer."""

    model = "draw_digit"
    about = (
        "A pad to draw a digit on, the pixels, centred, that have sent a spike, the spikes of the hidden "
        "neurons and of ten output neurons, and the digit that the network reads."
    )
    controls = {
        "drawing": Pad(SIDE, examples()[FIRST], "drawing"),
        "time": Range(0, 25, 1, 25, "time (ms)", "ms"),
        "clear": Button("Clear"),
        "example": Button("A test digit"),
    }
    dt, pace = 1.0, 10  # ms; steps in a second of the reader

    def data(self) -> dict:
        """Return the settings and the rounded weights of the recorded network, and ten test digits."""
        found = recorded("drawn_digits")
        settings, layers = found.settings, found.results["layers"]
        neuron = {"beta": LIF(settings["tau_mem"]).beta.item(), "threshold": 1.0, "reset": "soft"}
        shape = {"neurons": settings["hidden"], "neuron": neuron, "layers": layers}
        time = {"steps": settings["steps"], "dt": self.dt, "pace": self.pace}
        return shape | time | {"faint": settings["faint"], "examples": examples()}
