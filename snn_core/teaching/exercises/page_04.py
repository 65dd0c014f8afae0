"""Exercises of page 04, layers and readouts."""

import torch

from snn_core import LIF
from snn_core.teaching.exercises import Case, Function, Mistake, Value

BETA = LIF(tau_mem=10.0).beta.item()
PER_INPUT = 0.1 * 0.9 / (1 - BETA**2) + 0.1**2 / (1 - BETA) ** 2  # Var(u) for one input, σ_w = 1


def _outcome(*steps: list[float]) -> torch.Tensor:
    """Return one sample ``[T, 1, C]`` from the values of its classes at each step."""
    return torch.tensor(steps).unsqueeze(1)


EARLY, U_EARLY = _outcome([0.0, 0, 0], [0, 0, 1]), _outcome([0.9, 0.5, 0], [0.8, 0.5, 1.1])
LATE, U_LATE = _outcome([0.0, 0, 0], [1, 1, 0]), _outcome([0.9, 0.1, 0.2], [1.1, 1.4, 0.9])
TIE, U_TIE = _outcome([0.0, 1, 1], [1, 1, 0]), _outcome([0.9, 1.1, 1.2], [50.0, 2.0, 0.1])

EXERCISES = {
    "04.1": Value(
        expected=2 / (800 * PER_INPUT) ** 0.5,
        hint="Which product in the formula has to stay the same?",
        stronger="The bracket depends on p and β only. If n becomes four times as large, what must happen to "
        "the square of σ_w?",
        mistakes=(
            Mistake(0.0275, "The formula holds the square of σ_w."),
            Mistake(0.22, "More inputs already spread the membrane further: do the weights have to grow?"),
            Mistake(0.44, "More inputs already spread the membrane further: do the weights have to grow?"),
            Mistake(0.11, "With the same weights, four times the inputs spread the membrane further."),
        ),
        tolerance=2e-3,  # half of the 0.1143 that section 3 measures is right too
    ),
    "04.2": Value(
        (1 - BETA) / 2,
        hint="Set both terms equal and divide by p.",
        stronger="1 - β² is a product of two factors, and one of them stands on the other side as well. "
        "Cancel it, and collect what has a p.",
        mistakes=(
            Mistake(0.05, "β is exp(-dt/τ), not 1 - dt/τ."),
            Mistake(0.1, "At p = 0.1 section 3 prints 0.50 and 1.10."),
            Mistake(1 - BETA, "1 - β² is (1 - β) times what?"),
            Mistake((1 + BETA) / 2, "Which sign has β in the factor that cancels?"),
        ),
        tolerance=1e-3,
    ),
    "04.3": Function(
        cases=(
            Case((EARLY, U_EARLY), [2], "Only one class spikes."),
            Case((LATE, U_LATE), [1], "Classes 0 and 1 spike together; the membrane decides between them."),
            Case(
                (TIE, U_TIE),
                [2],
                "The membrane of a later step must not count.",
            ),
            Case(
                (torch.cat([TIE, LATE], 1), torch.cat([U_TIE, U_LATE], 1)),
                [2, 1],
                "Each sample has its own first step.",
            ),
        ),
        stronger="The highest score of `first_spike`, with its sign turned, is the number of steps before the first "
        "spike of a sample: the index of that step. Which of the membranes there are above the threshold?",
    ),
}
