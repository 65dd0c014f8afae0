"""Exercises of page 10, digits without labels."""

import numpy as np

from snn_core.teaching.exercises import Case, Function, Mistake, Value

LAGS = np.linspace(0, 30, 300_001)  # ms
TURNS = LAGS[np.argmax(0.18 * np.exp(-LAGS / 5) < 0.05)]

EXERCISES = {
    "10.1": Value(
        TURNS,
        hint="Set the trace times κ equal to the weight.",
        stronger="κ exp(-lag / τ) = w. Divide by κ and take the natural logarithm of both sides.",
        mistakes=(
            Mistake(5 * np.log10(0.18 / 0.05), "The logarithm is the natural one."),
            Mistake(-TURNS, "The sign: the postsynaptic spike comes later, at a lag above 0."),
        ),
        tolerance=1e-3,
    ),
    "10.2": Function(
        cases=(
            Case(
                ([2, 2, 2, 5], [0, 0, 0, 1], 2),
                1,
                "The mean, not the sum: many neurons alone do not win.",
            ),
            Case(
                ([2, 9, 3, 0], [0, -1, 1, 1], 2),
                0,
                "Those without a name have no say; silent ones count.",
            ),
            Case(([1, 4], [0, 2], 4), 2, "A class without a neuron has the mean 0."),
        ),
        stronger="For each class, collect the counts of the neurons with its name, zeros too, and divide their sum "
        "by their number, at least 1. The answer is the class of the largest mean.",
    ),
}
