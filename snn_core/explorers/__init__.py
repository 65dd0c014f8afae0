"""Interactive figures: each is a plain function of its parameters, and the same function behind sliders.

One module per explorer; what they share stands in `_base`.
"""

from ._base import Choice, Explorer, Range
from .encoding import Encoding
from .lif_neuron import LIFNeuron, firing_rate
from .surrogate_gradient import SurrogateGradient, gradient_by_layer

ALL_EXPLORERS: dict[str, type[Explorer]] = {
    "LIFNeuron": LIFNeuron,
    "Encoding": Encoding,
    "SurrogateGradient": SurrogateGradient,
}

__all__ = [
    "ALL_EXPLORERS",
    "Choice",
    "Encoding",
    "Explorer",
    "LIFNeuron",
    "Range",
    "SurrogateGradient",
    "firing_rate",
    "gradient_by_layer",
]
