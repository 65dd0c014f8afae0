"""Exercises of page 12, BPTT meets STDP."""

import numpy as np

from snn_core.teaching.exercises import Case, Function

EXERCISES = {
    "12.1": Function(
        cases=(
            Case(
                (5.0, 10.0, 0.2, 10.0, 1.0),
                np.exp(-0.5) / 9,
                "Error times s(distance) times the trace at the target.",
            ),
            Case(
                (-5.0, 10.0, 0.2, 10.0, 1.0),
                0.0,
                "A spike after the target leaves no trace at the target.",
            ),
            Case(
                (0.0, 10.0, -0.2, 10.0, -0.5),
                -1 / 18,
                "At lag 0 it counts fully; the error gives the sign, s is even.",
            ),
        ),
        stronger="The trace is exp(-lag / tau_mem), and 0 for a negative lag; s is 1 / (1 + k |distance|)². "
        "Multiply both by the error.",
    ),
    "12.2": Function(
        cases=(
            Case(
                ([1, 0, 0], [0, 0, 0], [1, 0, 1], 0.5),
                1.25,
                "Wanted minus actual; add to the trace first, then read.",
            ),
            Case(
                ([0, 1, 0], [0, 0, 1], [1, 0, 0], 0.5),
                -0.5,
                "The error is wanted minus actual; the trace starts at 0.",
            ),
            Case(
                ([1, 1, 0], [0, 1, 0], [0, 1, 1], 0.5),
                0.75,
                "A right spike changes nothing; every input adds 1.",
            ),
        ),
        stronger="At each step, in this order: the trace is beta times itself plus the input; "
        "the weight changes by wanted minus actual, times the trace.",
    ),
}
