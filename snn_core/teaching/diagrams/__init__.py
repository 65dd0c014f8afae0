"""Drawings: a membrane and its circuit, a neuron in slow motion, surrogates on a staircase, a network over time."""

from .bumps import contributions, push_weight, step_and_bump, table_of_surrogates
from .converted import accuracy_and_operations
from .digits import before_and_after, class_lines, follow_digit
from .membrane import rc_circuit
from .recurrent import fold_and_unroll
from .slow_motion import slow_motion
from .trained import map_of_pairs, populations, spared
from .unrolled import unrolled_graph
from .wanted import distance_of_two_spikes, wanted_outputs

__all__ = [
    "accuracy_and_operations",
    "before_and_after",
    "class_lines",
    "contributions",
    "distance_of_two_spikes",
    "fold_and_unroll",
    "follow_digit",
    "map_of_pairs",
    "populations",
    "push_weight",
    "rc_circuit",
    "slow_motion",
    "spared",
    "step_and_bump",
    "table_of_surrogates",
    "unrolled_graph",
    "wanted_outputs",
]
