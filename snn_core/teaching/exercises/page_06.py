"""Exercises of page 06, backpropagation through time."""

from snn_core.teaching.exercises import Case, Function, Mistake, Value

AT_1_2 = 1 / 9  # the bump at a membrane of 1.2
AT_0_5 = 1 / 36

EXERCISES = {
    "06.1": Value(
        expected=[-0.75, -0.7, -0.2],
        hint="Begin at step 3, where nothing comes from later. What reaches step 2 from there?",
        stronger="At each step: g_z times s, plus beta times what you found one step later.",
        mistakes=(
            Mistake([-0.4, -0.6, -0.2], "This is each step's own share: what comes from later is missing."),
            Mistake([-0.2, -0.7, -0.75], "The order: g_u[1] comes first in the list."),
            Mistake([-0.4, -0.8, -0.6], "Gradients come from later steps, so begin at step 3."),
            Mistake([-1.2, -0.8, -0.2], "What comes from later passes the decay on its way."),
            Mistake([0.75, 0.7, 0.2], "Which sign has g_z?"),
        ),
    ),
    "06.2": Function(
        cases=(
            Case(
                (-1.0, -0.4, 0.9, 0.5),
                -0.45,
                "Two arrows bring gradient to u: over the spike, and over the state.",
                mistakes=(
                    Mistake(-1.2, "On the way over the spike stands the slope at u - 1."),
                    Mistake(-0.65, "What comes from later passes the decay on its way."),
                    Mistake(-0.3, "The slope stands on the way over the spike only."),
                    Mistake(-0.2, "A silent neuron gets its own share too: the bump has two sides."),
                    Mistake(-0.25, "Without a spike the state lives on, and its share is missing."),
                    Mistake(-0.405, "1 - z - u s is c of the attached reset: detached, c has no part with the slope."),
                    Mistake(-0.4, "1 - s is c of a soft, attached reset: this one is hard and detached."),
                    Mistake(-0.7, "The whole bracket of the bump is squared."),
                ),
            ),
            Case(
                (-1.0, -0.4, 1.2, 0.5),
                -AT_1_2,
                "Here the neuron spikes: what does a hard, detached reset let through?",
                mistakes=(
                    Mistake(-AT_1_2 - 0.2, "This is a soft reset: it keeps the past, a hard one does not."),
                    Mistake(
                        -AT_1_2 + 1.2 * AT_1_2 * 0.2,
                        "This is the attached reset: detached, c has no part with the slope.",
                    ),
                ),
            ),
            Case(
                (0.0, 2.0, 0.5, 0.9),
                1.8,
                "All four numbers come as arguments, whatever their values.",
                mistakes=(
                    Mistake(1.0, "beta comes as an argument, whatever its value."),
                    Mistake(1.8 - AT_0_5, "g_z comes as an argument, whatever its value."),
                ),
            ),
        ),
        stronger="g_z times 1 / (1 + 10 |u - 1|) squared; plus beta times later, if there was no spike.",
    ),
    "06.3": Function(
        cases=(
            Case(
                (20.0, 1.0, 0.01),
                93,
                "Solve exp(-m dt / tau) = share for m; the next whole number is below it.",
            ),
            Case((20.0, 5.0, 0.01), 19, "A step of 5 ms takes credit away five times as fast per step."),
            Case((10.0, 1.0, 0.1), 24, "`share` need not be 1 %."),
        ),
        stronger="m is above tau / dt times the natural logarithm of 1 / share; round down and add 1.",
    ),
}
