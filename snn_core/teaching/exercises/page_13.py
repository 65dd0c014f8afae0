"""Exercises of page 13, online learning."""

import numpy as np

from snn_core.teaching.exercises import Case, Function, Mistake, Value

EXERCISES = {
    "13.1": Value(
        (1_500_000, 15_000),
        hint="Count the weights first, those from the inputs and those among the neurons. On how many "
        "neurons has each of them an influence?",
        stronger="A neuron has 150 incoming weights, and there are 100 neurons. In P every weight meets "
        "every neuron; in what is kept, its own neuron only.",
        mistakes=(
            Mistake(lambda got: np.shape(got) != (2,), "Two numbers are asked for, in brackets: (1, 2)."),
            Mistake((2_000_000, 20_000), "That is 2 n³, for as many inputs as neurons. Here there are 50 inputs."),
            Mistake((1_000_000, 10_000), "The weights from the inputs learn as well."),
            Mistake((500_000, 5_000), "The weights among the neurons learn as well."),
            Mistake((15_000, 150), "That is the number of weights, and of those to one neuron."),
            Mistake((15_000, 1_500_000), "In this order: all of P first, then what is kept."),
            Mistake(
                lambda got: got[0] == 1_500_000 and got[1] == 150,
                "Without V one trace per input serves all. With reset and self each synapse has its own.",
            ),
        ),
    ),
    "13.2": Function(
        cases=(
            Case(
                ([1, 0, 0], [0.0, 1.0, 0.0], 0.5, 1.0),
                [1, 0.5, 0],
                "A reset acts on the *next* step; the rest decays.",
            ),
            Case(
                ([1, 0, 1], [0.5, 0.0, 1.0], 0.8, 0.5),
                [1, 0.6, 1.48],
                "The state goes on with the factor 1 - theta s: by how much does theta z change with w?",
            ),
        ),
        stronger="P[t] = beta (1 - theta s[t-1]) P[t-1] + x[t]: the surrogate is that of the step before, "
        "and it is 0 before the first step.",
    ),
    "13.3": Function(
        cases=(
            Case(
                (2.0, 0.0, 0.0, 0.5, 1.0, 0.5, 0.8),
                (1.0, 0.5, 0.5),
                "Which two numbers decay here, and with which factor? The new trace makes the eligibility.",
            ),
            Case(
                (0.0, 3.0, 0.0, 0.5, -2.0, 0.5, 0.8),
                (0.0, 2.4, -4.8),
                "What is remembered decays with kappa, also when no spike comes in, and meets the signal.",
            ),
            Case(
                (1.0, 1.0, 1.0, 0.1, 3.0, 0.9, 0.5),
                (1.9, 0.69, 2.07),
                "The trace decays with beta, the remembered eligibility with kappa.",
            ),
        ),
        stronger="First the trace of section 1. Then the eligibility: surrogate times new trace, added to "
        "kappa times what was remembered. Then the signal times that.",
    ),
}
