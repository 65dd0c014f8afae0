"""Drawings: a membrane and its circuit, a neuron in slow motion, surrogates, moving spikes, networks, fields."""

from .adjoint import forward_and_adjoint
from .bills import energy_bills, energy_dots, mark_ratios, mark_readers
from .bumps import contributions, push_weight, step_and_bump, table_of_surrogates
from .by_time import digit_by_time, patterns_by_time, yin_yang_sign
from .converted import error_by_steps
from .crossing import crossing, crossing_triangle
from .delays import probed_past, signals_apart, swapped_parts, waiting_spikes
from .digits import before_and_after, class_lines, follow_digit
from .event_pixel import event_pixel
from .fields import fields
from .following import against_rate, following, shared_error, taking_turns
from .four_ways import accuracy_by_depth, angles_measured, four_ways
from .membrane import rc_circuit
from .membrane_sums import membrane_sums, neighbours
from .online import cue_and_recall, gradient_so_far, influence_tables, recall_trial, swaps_measured
from .recurrent import fold_and_unroll
from .signals_measured import gradients_measured, without_each
from .slow_motion import slow_motion
from .synapse import competing_weights, synapse_lanes
from .trained import map_of_pairs, populations, spared
from .two_ears import jeffress_row, learnt_delays, two_detectors
from .unlabelled_measured import labels_needed, late_inhibition
from .unrolled import unrolled_graph
from .waiting import waiting_synapse
from .walk_back import gradient_walks_back, product_lanes
from .wanted import distance_of_two_spikes, wanted_outputs
from .wants import what_a_synapse_wants

__all__ = [
    "accuracy_by_depth",
    "against_rate",
    "angles_measured",
    "before_and_after",
    "class_lines",
    "competing_weights",
    "contributions",
    "crossing",
    "crossing_triangle",
    "cue_and_recall",
    "digit_by_time",
    "distance_of_two_spikes",
    "energy_bills",
    "energy_dots",
    "error_by_steps",
    "event_pixel",
    "fields",
    "fold_and_unroll",
    "follow_digit",
    "following",
    "forward_and_adjoint",
    "four_ways",
    "gradient_so_far",
    "gradient_walks_back",
    "gradients_measured",
    "influence_tables",
    "jeffress_row",
    "labels_needed",
    "late_inhibition",
    "learnt_delays",
    "map_of_pairs",
    "mark_ratios",
    "mark_readers",
    "membrane_sums",
    "neighbours",
    "patterns_by_time",
    "populations",
    "probed_past",
    "product_lanes",
    "push_weight",
    "rc_circuit",
    "recall_trial",
    "signals_apart",
    "slow_motion",
    "spared",
    "step_and_bump",
    "swapped_parts",
    "swaps_measured",
    "shared_error",
    "taking_turns",
    "synapse_lanes",
    "table_of_surrogates",
    "two_detectors",
    "unrolled_graph",
    "waiting_spikes",
    "waiting_synapse",
    "wanted_outputs",
    "what_a_synapse_wants",
    "without_each",
    "yin_yang_sign",
]
