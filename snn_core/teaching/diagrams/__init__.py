"""Drawings of how a spiking network computes: the graph with its loop over time, and unrolled."""

from .recurrent import fold_and_unroll
from .unrolled import unrolled_graph

__all__ = ["fold_and_unroll", "unrolled_graph"]
