"""Exercises of page 03, more neuron models."""

import numpy as np

from snn_core.teaching.exercises import Case, Function

EXERCISES = {
    "03.1": Function(
        cases=(
            Case(
                (10.0, 5.0),
                10 * np.log(2),
                "The natural logarithm of tau_mem / tau_syn, in this order.",
            ),
            Case((5.0, 10.0), 10 * np.log(2), "The two time constants can change places."),
            Case((8.0, 8.0), 8.0, "At equal time constants the membrane follows t·exp(-t/τ)."),
        ),
        stronger="The formula of section 2 holds as it stands, in both orders, if no sign is dropped. "
        "For equal time constants, return the time at which the derivative of t·exp(-t/τ) is 0.",
    ),
    "03.2": Function(
        cases=(
            Case(
                (1.0, 0.8, 1.0),
                (1.4, 0, 1.4, 0.9),
                "The threshold is 1 + strength · a, with the a before the step; a decays in every step.",
            ),
            Case(
                (1.6, 0.4, 1.0),
                (1.8, 1, 0.3, 1.9),
                "The reset subtracts the raised threshold; a spike adds 1 to a.",
            ),
        ),
        stronger="In this order: u from v and the input; the raised threshold from a; the spike from both; "
        "v is u, minus the raised threshold after a spike; a is rho times a, plus the spike.",
    ),
}
