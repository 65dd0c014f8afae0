"""Exercises of page 07, the first trained network."""

import numpy as np
import torch

from snn_core.losses import count_cross_entropy
from snn_core.teaching.exercises import Case, Function, Mistake, Value

SILENT = torch.zeros(10, 8, 4)
LOSS = count_cross_entropy(SILENT, torch.arange(8) % 4).item()
ONE_OF_FOUR = SILENT[:3, :2].clone()
ONE_OF_FOUR[1, 0, 2] = 1

EXERCISES = {
    "07.1": Value(
        LOSS,
        hint="Equal counts give equal probabilities.",
        stronger="The loss is minus the logarithm of the probability of the right class, one of four.",
        mistakes=(
            Mistake(1 / 4, "That is the probability of each class, equal for all; the loss is made of it."),
            Mistake(np.log2(4), "Equal probabilities are right; the loss takes the natural logarithm."),
        ),
        tolerance=5e-3,
    ),
    "07.2": Function(
        cases=(
            Case(
                (ONE_OF_FOUR,),
                0.75,
                "A neuron that spikes once, for any sample, is not silent: three of four never do.",
            ),
            Case((torch.ones(3, 2, 4),), 0.0, "Where all neurons spike, none is silent."),
            Case((SILENT,), 1.0, "Where no neuron spikes, all are silent."),
        ),
        stronger="Add up the spikes of each neuron over steps and samples, `sum((0, 1))`. "
        "Which share of these sums is 0?",
    ),
}
