"""Interactive figures, one module each. A page shows one by a cell of its own: ``LIFNeuron().sliders()``.

Each is computed and drawn by the browser (`snn_core.teaching.live`).
"""

from ..live import Button, Choice, LiveExplorer, Marks, Pad, Range
from .backward_graph import BackwardGraph
from .code_loss_map import CodeLossMap
from .coincidence_line import CoincidenceLine
from .credit import CreditAssignment, credit
from .draw_digit import DrawDigit
from .eligibility import EligibilityTrace
from .encoding import Encoding
from .event_window import EventWindow
from .excite import Excite
from .feature_map import FeatureMap, edge_filter, map_spikes
from .follow_curve import FollowCurve
from .gradient_window import GradientWindow, gradient_window
from .layer_rates import LayerRates
from .lif_neuron import ComeTogether, LIFNeuron, firing_rate
from .local_credit import LocalCredit, local_credit
from .meeting_point import MeetingPoint
from .membrane_sum import MembraneSum
from .neuron_models import NeuronModels
from .prototype_drift import PrototypeDrift
from .push_weight import PushWeight
from .rate_staircase import RateStaircase
from .spike_crossing import SpikeCrossing
from .spike_distance import SpikeDistance
from .stdp_window import STDPWindow, weight_density
from .stop_reading import StopReading
from .threshold_memory import ThresholdMemory, cue_eligibility
from .two_traces import TwoTraces

ALL_EXPLORERS: dict[str, type[LiveExplorer]] = {
    "Excite": Excite,
    "DrawDigit": DrawDigit,
    "ComeTogether": ComeTogether,
    "LIFNeuron": LIFNeuron,
    "Encoding": Encoding,
    "NeuronModels": NeuronModels,
    "LayerRates": LayerRates,
    "BackwardGraph": BackwardGraph,
    "CreditAssignment": CreditAssignment,
    "PushWeight": PushWeight,
    "StopReading": StopReading,
    "CodeLossMap": CodeLossMap,
    "SpikeDistance": SpikeDistance,
    "TwoTraces": TwoTraces,
    "STDPWindow": STDPWindow,
    "GradientWindow": GradientWindow,
    "EligibilityTrace": EligibilityTrace,
    "PrototypeDrift": PrototypeDrift,
    "ThresholdMemory": ThresholdMemory,
    "LocalCredit": LocalCredit,
    "FeatureMap": FeatureMap,
    "EventWindow": EventWindow,
    "MeetingPoint": MeetingPoint,
    "MembraneSum": MembraneSum,
    "SpikeCrossing": SpikeCrossing,
    "RateStaircase": RateStaircase,
    "CoincidenceLine": CoincidenceLine,
    "FollowCurve": FollowCurve,
}

__all__ = [
    "ALL_EXPLORERS",
    "BackwardGraph",
    "Button",
    "Choice",
    "CodeLossMap",
    "CoincidenceLine",
    "ComeTogether",
    "CreditAssignment",
    "DrawDigit",
    "EligibilityTrace",
    "Encoding",
    "EventWindow",
    "Excite",
    "FeatureMap",
    "FollowCurve",
    "GradientWindow",
    "LIFNeuron",
    "LayerRates",
    "LiveExplorer",
    "LocalCredit",
    "Marks",
    "MeetingPoint",
    "MembraneSum",
    "NeuronModels",
    "Pad",
    "PrototypeDrift",
    "PushWeight",
    "Range",
    "RateStaircase",
    "STDPWindow",
    "SpikeCrossing",
    "SpikeDistance",
    "StopReading",
    "ThresholdMemory",
    "TwoTraces",
    "credit",
    "cue_eligibility",
    "edge_filter",
    "firing_rate",
    "gradient_window",
    "local_credit",
    "map_spikes",
    "weight_density",
]
