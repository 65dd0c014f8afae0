"""Exercises of page 14, local learning."""

from snn_core.teaching.exercises import Case, Function

EXERCISES = {
    "14.1": Function(
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
    "14.2": Function(
        cases=(
            Case(
                ([784, 256, 10], False),
                2560,
                "No signal goes back to the inputs: skip the first pair of sizes.",
            ),
            Case(
                ([196, 100, 100, 10], False),
                11000,
                "One matrix between each two neighbours above the inputs.",
            ),
            Case(
                ([196, 100, 50, 10], True),
                1500,
                "Each hidden layer has its own matrix, straight from the classes.",
            ),
        ),
        stronger="Feedback alignment: the products of neighbours in sizes[1:], added up. "
        "Direct: the number of classes times the number of all hidden neurons.",
    ),
}
