"""Exercises of page 14, local learning."""

import numpy as np

from snn_core.teaching.exercises import Case, Function, Mistake, Value

THIRD = 1 / 3
EXERCISES = {
    "14.1": Value(
        (-0.4, -0.16),
        hint="What is left of the spike at steps 1, 2 and 3? BPTT adds up the errors of all three, OTTT takes one.",
        stronger="Left is 1, then β, then β². Multiply each by the surrogate of its step, add up, and multiply by "
        "w and e. OTTT keeps the summand of step 1.",
        mistakes=(
            Mistake((-0.16, -0.4), "In this order: BPTT first, then OTTT."),
            Mistake((0.4, 0.16), "The error is negative: more spikes are wanted."),
            Mistake((-0.8, -0.16), "The spike leaks: less of it is left at each step."),
            Mistake((-0.5, -0.2), "The error reaches the spike through the weight w."),
            Mistake((-0.24, -0.16), "The spike leaks by a *factor* β: 1, β, β²."),
            Mistake((-0.24, -0.08), "At step 1 the spike has just arrived: nothing of it has leaked yet."),
            Mistake((-0.2, -0.08), "At step 1 the spike has just arrived: nothing of it has leaked yet."),
        ),
    ),
    "14.2": Function(
        cases=(
            Case(
                ([1, 0, 0], [0, 0, 2], [1, 1, 1], 0.5),
                0.5,
                "The trace of step 0 has decayed twice by step 2.",
            ),
            Case(
                ([0, 1, 0], [0, 3, 0], [1, 1, 1], 0.5),
                3.0,
                "An input counts in its own step: add it to the trace first.",
            ),
            Case(
                ([1, 1, 0], [1, 1, 1], [0.5, 1, 1], 0.5),
                2.75,
                "Add signal times slope times trace at every step.",
            ),
        ),
        stronger="Keep two numbers: the trace, beta times itself plus the input, and the gradient. "
        "In this order, add signal times slope times the new trace to the gradient at each step.",
    ),
    "14.3": Function(
        cases=(
            Case(
                (np.zeros(2), np.eye(2), 0),
                [-0.5, 0.5],
                "Without spikes both classes have a share of a half. What is the right answer's error then?",
            ),
            Case(
                (np.array([1.0, 0.0]), np.array([[0.0, 1.0], [float(np.log(2)), 0.0]]), 1),
                [-float(np.log(2)) * THIRD, THIRD],
                "The scores are R z, their softmax 1/3 and 2/3. The error goes back through the same R, turned.",
            ),
            Case(
                (np.array([1.0, 1.0, 0.0]), np.array([[1.0, -1, 2], [0, 0, 1], [2, -2, 0]]), 2),
                [-1.0, 1.0, 1.0],
                "A neuron that is silent now is told something too: its signal does not depend on its own spike.",
            ),
        ),
        stronger="First y = R z, one score per class. Then its softmax, minus 1 at the label. Then R turned "
        "(transposed) times that, one number per neuron.",
    ),
}
