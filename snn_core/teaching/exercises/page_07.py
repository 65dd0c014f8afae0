"""Exercises of page 07, the first trained network."""

import numpy as np
import torch

from snn_core.losses import count_cross_entropy
from snn_core.teaching.exercises import Case, Function, Mistake, Value

SILENT = torch.zeros(10, 8, 4)
LOSS = count_cross_entropy(SILENT, torch.arange(8) % 4).item()
TWO_OF_FOUR = SILENT[:3, :3].clone()  # one in the first sample, one in the second, none in the last
TWO_OF_FOUR[1, 0, 2] = TWO_OF_FOUR[2, 1, 0] = 1


def _outputs(*samples: list[list[int]]) -> torch.Tensor:
    """Return spikes ``[T, B, C]`` from the spikes ``[T][C]`` of each sample."""
    return torch.tensor(samples, dtype=torch.float32).transpose(0, 1)


QUICK = [[0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0]]
SLOW = [[1, 0, 1], [0, 0, 1], [0, 1, 0], [0, 0, 1]]
NEVER = [[1, 1, 0], [0, 0, 0], [1, 0, 1], [0, 1, 0]]
CAUGHT_UP = [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]]

EXERCISES = {
    "07.1": Value(
        LOSS,
        hint="Equal counts give equal probabilities.",
        stronger="The loss is minus the logarithm of the probability of the right class, one of four.",
        mistakes=(
            Mistake(1 / 4, "That is the probability of each class, equal for all; the loss is made of it."),
            Mistake(1.4, "That is right to one decimal: hand over more of them."),
            Mistake(np.log2(4), "Equal probabilities are right; the loss takes the natural logarithm."),
            Mistake(np.log(10), "That is the loss of ten silent outputs. How many classes are there here?"),
        ),
        tolerance=5e-3,
    ),
    "07.2": Function(
        cases=(
            Case(
                (TWO_OF_FOUR,),
                0.5,
                "A neuron that spikes once, for any sample, is not silent: here two of four never do.",
            ),
            Case((torch.ones(3, 2, 4),), 0.0, "Where all neurons spike, none is silent."),
            Case((SILENT,), 1.0, "Where no neuron spikes, all are silent."),
        ),
        stronger="Add up the spikes of each neuron over steps and samples, `sum((0, 1))`. "
        "Which share of these sums is 0?",
    ),
    "07.3": Value(
        (3, "threshold too high"),
        hint="Go from the input to the output. Which layer is the first whose row looks unlike layer 1? Hand over "
        "a pair, the layer and the cause.",
        stronger="In that layer compare two columns: how high do the membranes come, and how often do its neurons "
        "spike? At the usual threshold of 1, would they?",
        mistakes=(
            Mistake(
                lambda got: str(got[0]) == "5",
                "Layer 5 is silent too, but look at what it hears: could it spike?",
            ),
            Mistake(
                lambda got: str(got[0]) == "1",
                "Layer 1 spikes, and a small gradient only arrives there through the layers behind it.",
            ),
            Mistake(
                lambda got: str(got[0]) == "3" and got[1] == "weights too small",
                "The layer is right. But with weights too small, how high would its membranes come?",
            ),
            Mistake(
                lambda got: str(got[0]) == "3" and got[1] == "surrogate too narrow",
                "The layer is right. A surrogate changes the way back only; does this layer do what it should on "
                "the way forward?",
            ),
            Mistake(
                lambda got: str(got[0]) == "3" and got[1] != "threshold too high",
                "The layer is right. Which cause would keep neurons silent whose membranes are far above 1?",
            ),
        ),
        also=(("3", "threshold too high"),),
    ),
    "07.4": Function(
        cases=(
            Case((_outputs(QUICK), 2), [2], "One neuron alone spikes at every step; it is ahead by 2 after two steps."),
            Case(
                (_outputs(SLOW, QUICK), 2),
                [4, 2],
                "What counts is the lead over the second, not the count itself; and each sample has its own step.",
            ),
            Case((_outputs(NEVER), 2), [4], "A sample that never gets so far ahead takes all T steps."),
            Case(
                (_outputs(CAUGHT_UP), 2), [2], "The first step that is far enough ahead counts, whatever comes later."
            ),
        ),
        stronger="`spikes.cumsum(0)` holds the counts after each step, and its `topk(2).values` the two highest. Where "
        "is their difference at least `lead`? `argmax(0)` of that, as numbers, finds the first step, from 0.",
    ),
}
