"""Exercises of page 10, digits without labels."""

import numpy as np
import torch
from torch import Tensor

from snn_core.teaching.exercises import Case, Function, Mistake, Value

LAGS = np.linspace(0, 30, 300_001)  # ms
TURNS = LAGS[np.argmax(0.18 * np.exp(-LAGS / 5) < 0.05)]

WEIGHT = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8], [0.6, 0.8, 0.0]])
IMAGE = torch.tensor([0.0, 0.8, 0.6])  # drives of 0, 0.96 and 0.64
FAIR = torch.zeros(3)
UNFAIR = torch.tensor([0.1, 0.9, 0.2])  # the third is furthest above its own
DEAF = torch.full((3,), 2.0)


def stepped(threshold: Tensor, winner: int | None, lr: float, rho: float) -> tuple[Tensor, Tensor]:
    """Return what one step makes of the weights and of the thresholds if this neuron wins."""
    weight = WEIGHT.clone()
    wins = torch.zeros(3)
    if winner is not None:
        moved = weight[winner] + lr * (IMAGE - weight[winner])
        weight[winner] = moved / moved.norm()
        wins[winner] = 1.0
    return weight, threshold + rho * (wins - 1 / 3)


def _moved_rows(got: tuple) -> list[int]:
    return (got[0] - WEIGHT).abs().amax(1).gt(1e-6).nonzero().flatten().tolist()


EXERCISES = {
    "10.1": Value(
        TURNS,
        hint="Set the trace times κ equal to the weight.",
        stronger="κ exp(-lag / τ) = w. Divide by κ and take the natural logarithm of both sides.",
        mistakes=(
            Mistake(5 * np.log10(0.18 / 0.05), "The logarithm is the natural one."),
            Mistake(-TURNS, "The sign: the postsynaptic spike comes later, at a lag above 0."),
        ),
        tolerance=1e-3,
    ),
    "10.2": Function(
        cases=(
            Case(
                (WEIGHT, FAIR, IMAGE, 0.5, 0.3),
                stepped(FAIR, 1, 0.5, 0.3),
                "All thresholds are 0, so the largest drive wins. Return two things: weights and thresholds.",
                mistakes=(
                    Mistake(lambda got: isinstance(got, Tensor), "Return two things: weights, then thresholds."),
                    Mistake(lambda got: len(_moved_rows(got)) > 1, "Only the winner learns; the other rows stay."),
                    Mistake(lambda got: _moved_rows(got) == [], "The winner's row has not moved."),
                    Mistake(
                        lambda got: abs(got[0][1].norm() - 1) > 1e-4,
                        "The winner's weights have lost their length of 1.",
                    ),
                    Mistake(
                        lambda got: got[1][1] < 0 < got[1][0],
                        "Whose threshold should rise, the winner's or the others'?",
                    ),
                    Mistake(
                        lambda got: (got[1][[0, 2]] == 0).all(),
                        "All thresholds adapt: those of the losers, too, which won less than their share.",
                    ),
                    Mistake(
                        lambda got: (got[1] >= 0).all() and got[1].any(),
                        "The fair share is missing: what does a neuron without a win get?",
                    ),
                ),
            ),
            Case(
                (WEIGHT, UNFAIR, IMAGE, 0.2, 0.1),
                stepped(UNFAIR, 2, 0.2, 0.1),
                "Other thresholds, another lr and rho.",
                mistakes=(
                    Mistake(
                        lambda got: _moved_rows(got) == [1],
                        "The largest drive has not won here: compare each with its own threshold.",
                    ),
                ),
            ),
            Case(
                (WEIGHT, DEAF, IMAGE, 0.5, 0.3),
                stepped(DEAF, None, 0.5, 0.3),
                "No drive is above its threshold: nobody wins, and all thresholds fall.",
            ),
        ),
        stronger="drive = weight @ x. The winner is the argmax of drive - threshold, if that is above 0. Its row "
        "becomes row + lr (x - row), divided by its length. Thresholds change by rho times (1 for the winner, 0 for "
        "the others, minus 1 / M).",
        tolerance=1e-5,
    ),
    "10.3": Function(
        cases=(
            Case(
                ([2, 2, 2, 5], [0, 0, 0, 1], 2),
                1,
                "The mean, not the sum: many neurons alone do not win.",
            ),
            Case(
                ([2, 9, 3, 0], [0, -1, 1, 1], 2),
                0,
                "Those without a name have no say; silent ones count.",
            ),
            Case(([1, 4], [0, 2], 4), 2, "A class without a neuron has the mean 0."),
        ),
        stronger="For each class, collect the counts of the neurons with its name, zeros too, and divide their sum "
        "by their number, at least 1. The answer is the class of the largest mean.",
    ),
}
