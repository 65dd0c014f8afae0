"""Interactive figures: each is a plain function of its parameters, and the same function behind sliders.

One module per explorer; what they share stands in `_base`.
"""

from ._base import Choice, Explorer, Range
from .credit import CreditAssignment, credit
from .encoding import Encoding
from .layer_rates import LayerRates
from .lif_neuron import LIFNeuron, firing_rate
from .neuron_models import NeuronModels
from .prototype_drift import PrototypeDrift, field_path
from .spike_distance import SpikeDistance, spike_train_distance
from .surrogate_gradient import SurrogateGradient, gradient_by_layer

ALL_EXPLORERS: dict[str, type[Explorer]] = {
    "LIFNeuron": LIFNeuron,
    "Encoding": Encoding,
    "NeuronModels": NeuronModels,
    "LayerRates": LayerRates,
    "CreditAssignment": CreditAssignment,
    "SurrogateGradient": SurrogateGradient,
    "SpikeDistance": SpikeDistance,
    "PrototypeDrift": PrototypeDrift,
}

__all__ = [
    "ALL_EXPLORERS",
    "Choice",
    "CreditAssignment",
    "Encoding",
    "Explorer",
    "LIFNeuron",
    "LayerRates",
    "NeuronModels",
    "PrototypeDrift",
    "Range",
    "SpikeDistance",
    "SurrogateGradient",
    "credit",
    "field_path",
    "firing_rate",
    "gradient_by_layer",
    "spike_train_distance",
]
