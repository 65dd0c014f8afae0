"""Exercises of page 01, spike encoding."""

from snn_core.teaching.exercises import Case, Function, Mistake, Value

EXERCISES = {
    "01.1": Value(
        25 * 3**2,
        hint="The error falls with the square root of T.",
        stronger="The error is proportional to 1/√T. By which factor must T grow for √T to grow by 3?",
        mistakes=(
            Mistake(25 * 3, "Three times the steps divide the error by the square root of 3 only."),
            Mistake(3**2, "That is the factor by which the square root tells you to multiply the 25 steps."),
        ),
    ),
    "01.2": Function(
        cases=(
            Case(
                ([0.0, 0.5, 0.5], 0.5), [0, 1, 0], "A rise by exactly a threshold is worth a spike; after it, no more."
            ),
            Case(
                ([1.0, 1.0, 1.0, 1.0, 1.0], 0.25),
                [1, 1, 1, 1, 0],
                "A large jump takes several steps, one spike in each.",
                mistakes=(
                    Mistake([1, 0, 0, 0, 0], "A spike moves what the receiver knows by one threshold, and no more."),
                ),
            ),
            Case(
                ([0.5, 0.5, 0.0, 0.0, 0.0], 0.25),
                [1, 1, -1, -1, 0],
                "When the grey is a threshold or more below what is known, send OFF.",
                mistakes=(
                    Mistake([1, 1, -1, -1, -1], "An OFF spike takes a threshold off what the receiver knows."),
                    Mistake([1, 1, -1, 0, 0], "A fall by exactly a threshold is worth a spike, too."),
                ),
            ),
            Case(
                ([0.1, 0.2, 0.3, 0.4, 0.3, 0.2, 0.1], 0.25),
                [0, 0, 1, 0, 0, 0, 0],
                "What is less than a threshold away from what is known is not sent, neither up nor down.",
            ),
            Case(
                ([0.0, 0.6, 0.6, 0.6, 0.9, 0.2, 0.2, 0.2], 0.25),
                [0, 1, 1, 0, 1, -1, -1, 0],
                "Compare each grey with what the receiver knows from all spikes so far.",
            ),
        ),
        stronger="Keep `known` as in `hear_rises`: +threshold with each ON, -threshold with each OFF.",
    ),
    "01.3": Function(
        cases=(
            Case((0.5, 3), [1, 0, 0], "0.5 is one spike that is worth 1/2."),
            Case((0.625, 4), [1, 0, 1, 0], "0.625 = 1/2 + 1/8."),
            Case(
                (0.3, 5),
                [0, 1, 0, 0, 1],
                "Never send more than the value: the rest after each spike stays at 0 or above.",
                mistakes=(
                    Mistake(lambda got: len(got) != 5, "Each of the T steps has its digit, the zeros in front, too."),
                ),
            ),
            Case((0.0, 3), [0, 0, 0], "Black never spikes."),
            Case(
                (0.3, 10),
                [0, 1, 0, 0, 1, 1, 0, 0, 1, 1],
                "Every step has its digit, the last one as well as the first.",
            ),
            Case(
                (0.6, 16),
                [1, 0, 0, 1] * 4,
                "Compare the rest itself with what the spike is worth, without any margin.",
            ),
            Case((1.0, 8), [1] * 8, "White, 1.0, gets all ones: T of them, no digit more."),
        ),
        stronger="Go through the steps. If the rest is at least 2^-(t+1), send a spike and take that off the rest.",
    ),
}
