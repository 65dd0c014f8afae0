"""Exercises of page 02, the LIF neuron."""

import numpy as np
import torch

from snn_core import LIF
from snn_core.teaching.exercises import Case, Function, Mistake, Value

BETA = LIF(tau_mem=20.0, dt=2.0).beta.item()
DRIVEN = torch.full((100, 1, 1), 1.5 * (1 - 0.9))  # a constant drive of 1.5
FIRST = LIF(beta=0.9)(DRIVEN).argmax().item() + 1

EXERCISES = {
    "02.1": Value(
        BETA,
        hint="How much of the membrane is left after one step of dt, if it decays exponentially with tau?",
        stronger="β = exp(-dt / tau).",
        mistakes=(
            Mistake(np.exp(-20 / 2), "That is nearly 0: the neuron would forget everything in one step. dt is on top."),
            Mistake(1 - 2 / 20, "That is Euler's 1 - dt / tau, which is only near the exact decay."),
        ),
        tolerance=1e-3,
    ),
    "02.2": Function(
        cases=(
            Case((1.5, 0.9), FIRST, "Solve D(1 - β^n) = θ for n. A spike falls on the first whole step after it."),
            Case((2.5, 0.5), 1, "Try it with a pencil: 2.5 · 0.5 is already above 1."),
            Case((0.8, 0.9), np.inf, "The membrane never gets higher than the drive."),
            Case((2.0, 0.5), 2, "A membrane at the threshold is no spike yet: the rule is u > θ."),
            Case((3.0, 0.5, 2.0), 2, "Use the argument threshold, not 1."),
        ),
        stronger="n is the first whole number above log(1 - threshold / drive) / log(beta); "
        "without any such n, return np.inf before you take the logarithm.",
    ),
    "02.3": Function(
        cases=(
            Case(
                (0.5, 0.4, 0.5),
                (0.7, 0, 0.7),
                "u = β v + I, with no factor at I; below the threshold nothing is reset.",
            ),
            Case(
                (1.0, 0.4, 0.5),
                (1.2, 1, -0.5),
                "Compare after the input was added. The new state is -0.5, however high u was.",
                mistakes=(
                    Mistake(lambda got: got[0] == -0.5, "The membrane that is returned is the one before the reset."),
                ),
            ),
            Case((1.6, -0.5, 0.5), (1.35, 1, -0.5), "The membrane that is returned is the one before the reset."),
            Case((0.75, 0.5, 0.5), (1.0, 0, 1.0), "Exactly at the threshold there is no spike: u > 1."),
        ),
        stronger="Four lines: integrate (u from the state and the current), compare (u > 1), emit (0 or 1), "
        "reset (the state is -0.5 after a spike, else u). Return u, the spike and the state, in this order.",
    ),
}
