"""Exercises of page 12, BPTT meets STDP."""

import numpy as np

from snn_core.teaching.exercises import Case, Function, Mistake, Value


def is_near(wrong):
    """Return a predicate that knows one wrong result."""
    return lambda got: abs(float(got) - wrong) < 1e-6


EXERCISES = {
    "12.1": Value(
        expected=0.0625,
        hint="Three factors: the error, s at a distance of 0.1, and what is left after two steps.",
        stronger="The error is 1, s is 1 / (1 + 10 * 0.1) squared; each step back multiplies by beta.",
        mistakes=(
            Mistake(-0.0625, "A step downhill: a missing spike strengthens the input."),
            Mistake(0.125, "Two steps back, or the square of s: something is counted once only."),
            Mistake(0.25, "This is g at the target. The input came two steps before."),
            Mistake(0.03125, "The input came two steps before the target: two factors of beta."),
            Mistake(1 / 36, "This membrane is 0.1 below the threshold, not 0.2: s is another one."),
        ),
    ),
    "12.2": Function(
        cases=(
            Case(
                (5.0, 10.0, 0.2, 10.0, 1.0),
                np.exp(-0.5) / 9,
                "Error times s(distance) times the trace at the target.",
                mistakes=(
                    Mistake(is_near(np.exp(-0.5) / 3), "The whole bracket of s is squared."),
                    Mistake(is_near(np.exp(-0.5)), "Error and trace are there; s is missing."),
                ),
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
                mistakes=(
                    Mistake(is_near(-0.5), "Above the threshold the distance counts without its sign."),
                    Mistake(is_near(1 / 9), "The error is a factor: it gives the sign and the size."),
                    Mistake(is_near(0.0), "An input in the step of the target, at lag 0, counts fully."),
                ),
            ),
        ),
        stronger="The trace is exp(-lag / tau_mem), and 0 for a negative lag; s is 1 / (1 + k |distance|)². "
        "Multiply both by the error.",
    ),
    "12.3": Function(
        cases=(
            Case(
                ([1, 0, 0], [0.9, 0.9, 0.8], [0, 0, 1], 0.5),
                1 / 36,
                "The trace in the step of the error, times s there, times the error.",
                mistakes=(
                    Mistake(is_near(1 / 9), "s and the error are there; what is left of the input is not."),
                    Mistake(is_near(0.25), "Trace and error are there; s is missing."),
                    Mistake(is_near(1 / 12), "The whole bracket of s is squared."),
                    Mistake(is_near(0.0), "The trace remembers: the input of step 0 counts in step 2."),
                    Mistake(is_near(1 / 18), "Each step multiplies the trace by beta, also the one of the error."),
                ),
            ),
            Case(
                ([0, 1, 0], [1.2, 1.1, 0.5], [-1, -1, 0], 0.5),
                -0.25,
                "An input in the step of the error counts fully; none before it.",
                mistakes=(
                    Mistake(is_near(0.0), "Add the input to the trace first, then read it."),
                    Mistake(is_near(-1.0), "s depends on the distance to the threshold, not on a spike."),
                ),
            ),
            Case(
                ([1, 1, 0], [0.9, 1.1, 0.9], [0, 1, -1], 0.5),
                0.1875,
                "All steps add up, each with its own error, s and trace.",
                mistakes=(
                    Mistake(is_near(0.125), "Every input adds 1 to the trace: it does not start anew."),
                    Mistake(is_near(0.5625), "The error may be negative, and then takes away."),
                ),
            ),
        ),
        stronger="In each step, in this order: the trace is beta times itself plus the input; s is "
        "1 / (1 + 10 |u - 1|) squared; the weight changes by error times s times trace.",
    ),
}
