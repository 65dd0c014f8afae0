"""Exercises of page 23, following a signal."""

import torch

from snn_core.teaching.exercises import Case, Function, Mistake, Value

RMS = 12**-0.5
FALLING = [1.0, 0.5, 0.25, 0.0, -1.0]


def _traces(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows)


EXERCISES = {
    "23.1": Value(
        0.1 * RMS,
        hint="First the jump d: what leaks away in a millisecond, x / τ, is what the spikes of a millisecond bring.",
        stronger="d = x / (f τ), with f in spikes per millisecond. Then the error of a saw of this size.",
        mistakes=(
            Mistake(0.1, "This is the jump. The error saws between −d/2 and d/2: what is its root mean square?"),
            Mistake(0.0001 * RMS, "Mind the units: 100 spikes per second are how many per millisecond?"),
            Mistake(0.1 / 12, "The mean square of a saw is d² / 12. Its root?"),
            Mistake(0.03, "Nearly: but you have rounded too far. Give three digits, or the expression."),
            Mistake(0.028, "Nearly: but you have rounded too far. Give three digits, or the expression."),
            Mistake(0.05, "This is the largest error. What is its root mean square?"),
            Mistake(0.2 * RMS, "The curve's mean is 0.5: half as much leaks away as from 1."),
        ),
        tolerance=2e-4,
    ),
    "23.2": Function(
        cases=(
            Case(([0.8], 0.5, 1.0), [1], "An error of 0.8 with a jump of 1: is −0.2 better?"),
            Case(
                ([0.4, 0.4], 0.5, 1.0),
                [0, 0],
                "With a jump of 1 a spike would turn an error of 0.4 into one of −0.6.",
            ),
            Case(([1.0], 0.5, 0.25), [4], "Several neurons may spike at one value: go on while it helps."),
            Case(([1.0], 0.5, 0.1), [10], "As many neurons spike at one value as it takes: there is no limit."),
            Case(
                ([0.5], 0.5, 1.0), [0], "From 0.5 to −0.5: a spike leaves the error as large as it was. Does it help?"
            ),
            Case(([1.5], 0.5, 1.0), [1], "From 0.5 to −0.5: the second spike leaves the error as large. Does it help?"),
            Case(
                ([0.8, 0.8, 0.8, 0.8], 0.5, 1.0),
                [1, 0, 1, 0],
                "The estimate decays before each value, and keeps what its spikes have added.",
            ),
            Case((FALLING, 0.9, 0.25), [4, 0, 0, 0, 0], "Where the curve is below the estimate, none helps."),
        ),
        stronger="Each time: estimate *= beta, count = 0; while value - estimate > jump / 2 add a jump, count it.",
    ),
    "23.3": Function(
        cases=(
            Case(
                (_traces([1.0, 0.0], [0.0, 2.0]), torch.tensor([3.0, 4.0]), 0.0),
                torch.tensor([3.0, 2.0]),
                "Without a penalty two traces at two times meet any curve exactly.",
                mistakes=(Mistake(_traces([3.0], [2.0]), "The right weights, but of shape [N, 1]: return shape [N]."),),
            ),
            Case(
                (_traces([1.0], [1.0], [1.0], [1.0]), torch.tensor([1.0, 2.0, 3.0, 6.0]), 0.0),
                torch.tensor([3.0]),
                "One trace that is always 1: the best weight is the mean.",
            ),
            Case(
                (_traces([1.0], [1.0], [1.0], [1.0]), torch.tensor([1.0, 2.0, 3.0, 6.0]), 0.5),
                torch.tensor([2.0]),
                "Set the gradient of the mean squared error, plus penalty times the squared weights, to 0.",
                mistakes=(
                    Mistake(torch.tensor([3.0]), "Where does the penalty come in?"),
                    Mistake(torch.tensor([8 / 3]), "The penalty adds to the mean squared error, not to the sum."),
                    Mistake(torch.tensor([2.4]), "Half the penalty: the 2 of the gradient stands before both terms."),
                ),
            ),
            Case(
                (_traces([1.0, 1.0], [2.0, 1.0], [3.0, 1.0]), torch.tensor([0.0, 2.0, 4.0]), 0.0),
                torch.tensor([2.0, -2.0]),
                "A line through three points: slope and offset.",
            ),
            Case(
                (_traces([1.0, 1.0], [2.0, 1.0], [3.0, 1.0]), torch.tensor([0.0, 2.0, 4.0]), 0.1),
                torch.tensor([560 / 373, -340 / 373]),
                "With two traces: the penalty sums the squares of single weights. Which entries does it add to?",
            ),
        ),
        stronger="Solve (tracesᵀ traces / T + penalty · identity) weights = tracesᵀ wanted / T.",
        tolerance=1e-4,
    ),
}
