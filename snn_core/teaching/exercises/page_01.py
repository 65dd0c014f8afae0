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
            Case((0, 11), 1.0, "The first step belongs to the brightest pixel."),
            Case(
                (5, 11),
                0.5,
                "Use the number of steps that is given.",
                mistakes=(
                    Mistake(1 - 5 / 11, "There are T - 1 intervals between T steps."),
                    Mistake(1 - 5 / 12, "There are T - 1 intervals between T steps."),
                ),
            ),
            Case((1, 5), 0.75, "Use the number of steps that is given."),
            Case((10, 11), 0.0, "The last step belongs to a pixel that is nearly black."),
            Case((3, 10), 2 / 3, "Use the number of steps that is given."),
            Case((30, 32), 1 / 31, "The rule is the same for late steps and long trains."),
            Case((199, 200), 0.0, "The rule is the same for late steps and long trains."),
        ),
        stronger="Solve step = (T - 1)(1 - x) for x.",
    ),
    "01.3": Function(
        cases=(
            Case((0.5, 3), [1, 0, 0], "0.5 is one spike that is worth 1/2."),
            Case((0.625, 4), [1, 0, 1, 0], "0.625 = 1/2 + 1/8."),
            Case(
                (0.3, 5),
                [0, 1, 0, 0, 1],
                "Never send more than the value: the rest after each spike stays at 0 or above.",
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
        ),
        stronger="Go through the steps. If the rest is at least 2^-(t+1), send a spike and take that off the rest.",
    ),
}
