"""Exercises of page 06, backpropagation through time."""

from snn_core.teaching.exercises import Case, Function

EXERCISES = {
    "06.1": Function(
        cases=(
            Case(
                ([0.0, 0.0, 1.0], 0.5),
                [0.25, 0.5, 1],
                "What arrives at step t has passed step t + 1: go backwards.",
            ),
            Case(
                ([1.0, 2.0, 4.0], 0.5),
                [3, 4, 4],
                "What comes from later is added to what comes at the step itself.",
            ),
        ),
        stronger="Begin at the last step with nothing from later. At each step: the direct part of this step, "
        "plus beta times what you found one step later.",
    ),
    "06.2": Function(
        cases=(
            Case(
                (20.0, 1.0, 0.01),
                93,
                "Solve exp(-k dt / tau) = share for k; the next whole number is below it.",
            ),
            Case((20.0, 5.0, 0.01), 19, "A step of 5 ms takes credit away five times as fast per step."),
            Case((10.0, 1.0, 0.1), 24, "`share` need not be 1 %."),
        ),
        stronger="k is above tau / dt times the natural logarithm of 1 / share; round down and add 1.",
    ),
}
