"""Drawings: the graph of a network with its loop over time, and unrolled; surrogates on a staircase."""

from .bumps import push_weight, step_and_bump, table_of_surrogates
from .recurrent import fold_and_unroll
from .unrolled import unrolled_graph

__all__ = [
    "fold_and_unroll",
    "push_weight",
    "step_and_bump",
    "table_of_surrogates",
    "unrolled_graph",
]
