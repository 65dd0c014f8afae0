"""Interactive figures: each is a plain function of its parameters, and the same function behind sliders.

One module per explorer; what they share stands in `_base`.
"""

from ._base import Choice, Explorer, Range
from .credit import CreditAssignment, credit
from .eligibility import EligibilityTrace, pair_eligibility
from .encoding import Encoding
from .event_window import EventWindow, events_in_window
from .feature_map import FeatureMap, edge_filter, map_spikes
from .gradient_window import GradientWindow, gradient_window
from .layer_rates import LayerRates
from .lif_neuron import LIFNeuron, firing_rate
from .local_credit import LocalCredit, local_credit
from .neuron_models import NeuronModels
from .prototype_drift import PrototypeDrift, field_path
from .spike_distance import SpikeDistance, spike_train_distance
from .stdp_window import STDPWindow, weight_density
from .surrogate_gradient import SurrogateGradient, gradient_by_layer
from .threshold_memory import ThresholdMemory, cue_eligibility

ALL_EXPLORERS: dict[str, type[Explorer]] = {
    "LIFNeuron": LIFNeuron,
    "Encoding": Encoding,
    "NeuronModels": NeuronModels,
    "LayerRates": LayerRates,
    "CreditAssignment": CreditAssignment,
    "SurrogateGradient": SurrogateGradient,
    "SpikeDistance": SpikeDistance,
    "STDPWindow": STDPWindow,
    "GradientWindow": GradientWindow,
    "EligibilityTrace": EligibilityTrace,
    "PrototypeDrift": PrototypeDrift,
    "ThresholdMemory": ThresholdMemory,
    "LocalCredit": LocalCredit,
    "FeatureMap": FeatureMap,
    "EventWindow": EventWindow,
}

__all__ = [
    "ALL_EXPLORERS",
    "Choice",
    "CreditAssignment",
    "EligibilityTrace",
    "Encoding",
    "EventWindow",
    "Explorer",
    "FeatureMap",
    "GradientWindow",
    "LIFNeuron",
    "LayerRates",
    "LocalCredit",
    "NeuronModels",
    "PrototypeDrift",
    "Range",
    "STDPWindow",
    "SpikeDistance",
    "SurrogateGradient",
    "ThresholdMemory",
    "credit",
    "cue_eligibility",
    "edge_filter",
    "events_in_window",
    "field_path",
    "firing_rate",
    "gradient_by_layer",
    "gradient_window",
    "local_credit",
    "map_spikes",
    "pair_eligibility",
    "spike_train_distance",
    "weight_density",
]
