"""Exercises of page 04, layers and readouts."""

import torch

from snn_core import LIF
from snn_core.teaching.exercises import Case, Function, Value

BETA = LIF(tau_mem=10.0).beta.item()


def _outcome(*steps: list[float]) -> torch.Tensor:
    """Return one sample ``[T, 1, C]`` from the values of its classes at each step."""
    return torch.tensor(steps).unsqueeze(1)


EARLY, U_EARLY = _outcome([0.0, 0, 0], [0, 0, 1]), _outcome([0.9, 0.5, 0], [0.8, 0.5, 1.1])
LATE, U_LATE = _outcome([0.0, 0, 0], [1, 1, 0]), _outcome([0.9, 0.1, 0.2], [1.1, 1.4, 0.9])
TIE, U_TIE = _outcome([0.0, 1, 1], [1, 1, 0]), _outcome([0.9, 1.1, 1.2], [3.0, 2.0, 0.1])

EXERCISES = {
    "04.1": Value(
        (1 - BETA) / 2,
        hint="Set both terms equal and divide by p.",
        stronger="Use 1 - β² = (1 - β)(1 + β): what is left is (1 - p)(1 - β) = p(1 + β), to be solved for p.",
        tolerance=1e-3,
    ),
    "04.2": Function(
        cases=(
            Case((EARLY, U_EARLY), [2], "Only one class spikes."),
            Case((LATE, U_LATE), [1], "Classes 0 and 1 spike together; the membrane decides between them."),
            Case(
                (TIE, U_TIE),
                [2],
                "The membrane of a later step, or of a class that has not spiked, must not count.",
            ),
            Case(
                (torch.cat([TIE, LATE], 1), torch.cat([U_TIE, U_LATE], 1)),
                [2, 1],
                "Each sample has its own first step.",
            ),
        ),
        stronger="`first_spike` scores each class. Take the membrane at the step of the highest score, sample by "
        "sample, put minus infinity where a class scores less, and hand it to `predict`.",
    ),
}
