"""Drawings: a membrane and its circuit, a neuron in slow motion, a network with its loop over time, and unrolled."""

from .membrane import rc_circuit
from .recurrent import fold_and_unroll
from .slow_motion import slow_motion
from .unrolled import unrolled_graph

__all__ = ["fold_and_unroll", "rc_circuit", "slow_motion", "unrolled_graph"]
