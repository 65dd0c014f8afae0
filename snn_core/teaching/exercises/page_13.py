"""Exercises of page 13, online learning."""

from snn_core.teaching.exercises import Case, Function

EXERCISES = {
    "13.1": Function(
        cases=(
            Case(
                ([1, 0], [0.0, 0.0], 2.0, 0.5),
                2.5,
                "The influence dy/dw decays with kappa; it meets y - wanted.",
            ),
            Case(
                ([1, 1, 0], [0.0, 1.0, 1.0], 1.0, 0.5),
                1.5625,
                "Each step adds its error times the influence so far.",
            ),
        ),
        stronger="Keep three numbers: y; the influence, kappa times itself plus the spike; and the gradient, "
        "which grows at each step by (y - wanted) times the influence.",
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
                "The reset factor, page 06, is c = 1 - theta s.",
            ),
        ),
        stronger="P[t] = beta (1 - theta s[t-1]) P[t-1] + x[t]: the surrogate is that of the step before, "
        "and it is 0 before the first step.",
    ),
}
