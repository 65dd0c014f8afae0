"""Exercises of page 02, the LIF neuron."""

import numpy as np
import torch

from snn_core import LIF
from snn_core.teaching.exercises import Case, Function, Mistake, Value

BETA = LIF(tau_mem=20.0, dt=5.0).beta.item()
DRIVEN = torch.full((100, 1, 1), 1.5 * (1 - 0.9))  # a constant drive of 1.5
FIRST = LIF(beta=0.9)(DRIVEN).argmax().item() + 1
LATE = LIF(beta=0.99)(torch.full((2000, 1, 1), 1.001 * (1 - 0.99), dtype=torch.float64)).argmax().item() + 1
INPUT = torch.tensor([0.6, 0.9, 0.3, 1.9, 0.5]).view(5, 1, 1)
SOFT = LIF(beta=0.5)(INPUT, record=True)
HARD = LIF(beta=0.5, reset="hard")(INPUT, record=True)


def pairs(membrane: torch.Tensor, spikes: torch.Tensor) -> list[tuple[float, float]]:
    """Return membrane and spike of every step."""
    return list(zip(membrane.flatten().tolist(), spikes.flatten().tolist(), strict=True))


def tensors(*values: float) -> tuple[torch.Tensor, ...]:
    """Return every value as a tensor, so that an answer may be written for numbers or for tensors."""
    return tuple(torch.tensor(value) for value in values)


EXERCISES = {
    "02.1": Value(
        BETA,
        hint="How much of the membrane is left after one step of dt, if it decays exponentially with tau?",
        stronger="β = exp(-dt / tau).",
        mistakes=(
            Mistake(np.exp(-20 / 5), "That is nearly 0: the neuron would forget everything in one step. dt is on top."),
            Mistake(np.exp(-1 / 10), "That is the β of this page's neuron at 1 ms. Here both τ and dt are others."),
            Mistake(np.exp(-1 / 20), "That is β for steps of 1 ms. Here a step lasts 5 ms."),
            Mistake(1 - 5 / 20, "That is Euler's 1 - dt / tau, which is only near the exact decay."),
        ),
        tolerance=1e-3,
    ),
    "02.2": Value(
        pairs(SOFT.membrane, SOFT.spikes),
        hint="Four columns: before, half of it, u, after. Each u is half of what was left, plus the input.",
        stronger="Spikes come at steps 1, 3 and 4, counted from 0. After a spike u - 1 is left; half of it goes on.",
        mistakes=(
            Mistake(
                lambda got: np.shape(got) != (5, 2),
                "What is asked for is a list of five pairs, one per step, such as (0.25, 0).",
            ),
            Mistake(
                pairs(SOFT.membrane - SOFT.spikes, SOFT.spikes),
                "That is what is left after each step. What is recorded is u, before the reset.",
            ),
            Mistake(
                pairs(HARD.membrane, HARD.spikes),
                "That is a hard reset, back to 0. The soft one keeps what was above the threshold.",
            ),
            Mistake(
                pairs(HARD.membrane * (1 - HARD.spikes), HARD.spikes),
                "That is what is left after a hard reset, back to 0. Asked for are a soft reset, and u before it.",
            ),
            Mistake(
                pairs(SOFT.membrane, torch.cat([torch.zeros(1, 1, 1), SOFT.spikes[:-1]])),
                "Your spikes are one step late: add the input first, then compare.",
            ),
        ),
        tolerance=2e-3,  # all are whole hundredths: another second decimal is wrong
        each="step",
    ),
    "02.3": Function(
        cases=(
            Case(
                tensors(0.5, 0.4, 0.5),
                (0, 0.7, 0.7),
                "u = β v + I, with no factor at I; below the threshold nothing is reset.",
                mistakes=(Mistake((0.7, 0, 0.7), "Return the spike first, then the membrane, then the new state."),),
            ),
            Case(
                tensors(1.0, 0.4, 0.5),
                (1, 1.2, -0.5),
                "Compare after the input was added. The new state is -0.5, however high u was.",
                mistakes=(
                    Mistake(lambda got: got[1] == -0.5, "The membrane that is returned is the one before the reset."),
                ),
            ),
            Case(
                tensors(1.6, -0.5, 0.5), (1, 1.35, -0.5), "The membrane that is returned is the one before the reset."
            ),
            Case(
                tensors(-0.6, -0.5, 0.5),
                (0, -0.85, -0.85),
                "The input may also pull the membrane below -0.5. Without a spike nothing is reset.",
            ),
            Case(tensors(0.75, 0.5, 0.5), (0, 1.0, 1.0), "Exactly at the threshold there is no spike: u > 1."),
        ),
        stronger="Four lines: integrate (u from the state and the current), compare (u > 1), emit (0 or 1), "
        "reset (the state is -0.5 after a spike, else u). Return the spike, u and the state, in this order.",
    ),
    "02.4": Function(
        cases=(
            Case((1.5, 0.9), FIRST, "Solve D(1 - β^n) = θ for n. A spike falls on the first whole step after it."),
            Case((2.5, 0.5), 1, "Try it with a pencil: 2.5 · 0.5 is already above 1."),
            Case((0.8, 0.9), np.inf, "The membrane never gets higher than the drive."),
            Case((1.0, 0.9), np.inf, "A drive of θ brings the membrane ever nearer to θ, but never above it."),
            Case((2.0, 0.5), 2, "A membrane at the threshold is no spike yet: the rule is u > θ."),
            Case((3.0, 0.5, 2.0), 2, "Use the argument threshold, not 1."),
            Case((1.5, 0.9, 2.0), np.inf, "Compare the drive with the argument threshold, not with 1."),
            Case((1.001, 0.99), LATE, "Just above the threshold it may take many hundreds of steps."),
        ),
        stronger="n is the first whole number above log(1 - threshold / drive) / log(beta); "
        "without any such n, return np.inf before you take the logarithm.",
    ),
}
