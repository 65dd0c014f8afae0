"""Exercises of page 15, one task for every rule."""

import torch

from snn_core.teaching.exercises import Case, Function

ERROR = torch.tensor([[1.0, -1.0]])
WEIGHT = torch.tensor([[3.0, -1.0], [2.0, 1.0]])
WITH_ZERO = torch.tensor([[3.0, -1.0], [0.0, 1.0]])
SCALE = (11 / 3) ** 0.5  # the norm of WITH_ZERO over that of its signs

COLUMN = torch.tensor([[1.0]])
ELIGIBILITY = torch.tensor([[1.0, 0.0], [3.0, 1.0]])

EXERCISES = {
    "15.1": Function(
        cases=(Case((784, 256, 10), 154), Case((8, 2, 4), 2)),
        hint="BPTT keeps T (inputs + 2 hidden + outputs) numbers, RTRL inputs times hidden. "
        "The past must be larger, not equal.",
        stronger="Divide inputs times hidden by what BPTT keeps per step, round down and add 1.",
    ),
    "15.2": Function(
        cases=(
            Case(
                ([COLUMN, 0 * COLUMN, 2 * COLUMN], [torch.tensor([q]) for q in (0.0, 4.0, 2.0)], 0.5),
                [[6.5]],
                "This is the table of section 1. What meets q: the eligibility of this step, or all of them so far?",
            ),
            Case(
                ([ELIGIBILITY, ELIGIBILITY], [torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.0])], 0.8),
                [[1.8, 0.0], [3.0, 1.0]],
                "The second trace decays by beta, then takes in this step's eligibility, before it meets q. "
                "Each neuron has its own q, for all of its synapses.",
            ),
        ),
        stronger="second = beta * second + e, then add q[:, None] * second, in every step.",
    ),
    "15.3": Function(
        cases=(
            Case(
                (ERROR, WEIGHT),
                [[0.0, -(15**0.5)]],
                "The sign of each weight, not of the signal; then scale the matrix.",
            ),
            Case((ERROR, WITH_ZERO), [[SCALE, -2 * SCALE]], "The sign of 0 is 0, of no norm."),
        ),
        stronger="error @ signs, times the norm of the weights over the norm of the signs.",
    ),
}
