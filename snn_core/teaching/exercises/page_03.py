"""Exercises of page 03, more neuron models."""

import numpy as np
import torch
from torch import Tensor

from snn_core import CuBaLIF
from snn_core.teaching.exercises import Case, Function, Mistake, Value

SPIKE = torch.tensor([1.6, 0, 0, 0]).view(4, 1, 1)
SYNAPTIC = CuBaLIF(alpha=0.5, beta=0.8)
SPIKES, MEMBRANE, _ = SYNAPTIC(SPIKE, record=True)
STATE, CURRENT = SYNAPTIC.states(SPIKE)
HARD = CuBaLIF(alpha=0.5, beta=0.8, reset="hard")(SPIKE, record=True).membrane
WITHOUT_RESET = CuBaLIF(alpha=0.5, beta=0.8, threshold=9.0)(SPIKE, record=True).membrane


def triples(current: Tensor, membrane: Tensor, spikes: Tensor = SPIKES) -> list[list[float]]:
    """Return current, membrane and spike of every step."""
    return torch.stack([current, membrane, spikes], -1).view(-1, 3).tolist()


EXERCISES = {
    "03.1": Value(
        triples(CURRENT, MEMBRANE),
        hint="First the current: half of what it was, plus half of what arrives. Then u: 0.8 of what was left, plus i.",
        stronger="The current halves from step to step, and nothing arrives after the first one. "
        "Only one step brings a spike, and after it u - 1 is left.",
        mistakes=(
            Mistake(
                lambda got: np.shape(got) != (4, 3),
                "What is asked for is a list of four triples, one per step, such as (0.5, 0.25, 0).",
            ),
            Mistake(
                lambda got: np.allclose(np.array(got)[:, 0], 2 * CURRENT.flatten()),
                "Of a new spike only the share 1 - α flows at once.",
            ),
            Mistake(triples(CURRENT, WITHOUT_RESET), "The soft reset takes 1 away after the spike."),
            Mistake(triples(CURRENT, HARD), "That is the hard reset, to 0. The soft one leaves what was above 1."),
            Mistake(triples(CURRENT, STATE), "That is what is left after each step. Asked for is u, before the reset."),
            Mistake(
                lambda got: not np.array(got)[:, 2].any() and np.array(got)[1, 1] > 1,
                "There is a spike where u is above 1.",
            ),
        ),
        tolerance=5e-3,  # two decimals are enough
    ),
    "03.2": Function(
        cases=(
            Case(
                (10.0, 5.0),
                10 * np.log(2),
                "Where is the derivative 0? Bring one exponential to each side, then take the natural logarithm.",
                mistakes=(
                    Mistake(-10 * np.log(2), "A peak before the spike? Check a sign."),
                    Mistake(10 * np.log10(2), "The natural logarithm, np.log."),
                ),
            ),
            Case((5.0, 10.0), 10 * np.log(2), "The two time constants can change places."),
            Case(
                (8.0, 8.0),
                8.0,
                "Two equal time constants make the formula 0/0. Treat them first: where does t·exp(-t/τ) peak?",
            ),
            Case(
                (10.0, 9.5),
                190 * np.log(10 / 9.5),
                "Only equal time constants need a case of their own; nearly equal ones have the formula's peak.",
            ),
            Case((20.0, 20.0), 20.0, "For two equal time constants: where does t·exp(-t/τ) peak?"),
        ),
        stronger="Solve exp(-t/tau_mem) / tau_mem = exp(-t/tau_syn) / tau_syn for t; no sign may be dropped. "
        "For equal time constants, return the time at which the derivative of t·exp(-t/τ) is 0.",
    ),
    "03.3": Function(
        cases=(
            Case(
                (1.0, 0.8, 1.0),
                (1.4, 0, 1.4, 0.9),
                "The threshold is 1 + strength · a, with the a before the step; a decays in every step.",
                mistakes=(
                    Mistake(
                        lambda got: np.isclose(got[0], 0.9),
                        "The first step is that of page 02: the whole input is added, without a factor 1 - beta.",
                    ),
                    Mistake((1.4, 1, 0.4, 1.9), "The threshold is 1 + strength · a: past spikes have raised it."),
                    Mistake((1.4, 0, 1.4, 1.0), "a decays in every step, also without a spike."),
                ),
            ),
            Case(
                (1.6, 0.4, 1.0),
                (1.8, 1, 0.3, 1.9),
                "The reset subtracts the raised threshold; a spike adds 1 to a.",
                mistakes=(
                    Mistake((1.8, 1, 0.8, 1.9), "The soft reset subtracts the raised threshold, not 1."),
                    Mistake((1.8, 1, 0.35, 1.9), "The threshold is made of the a before the step: a changes last."),
                    Mistake((1.8, 1, 0.3, 1.4), "A spike adds 1 to a; strength stands in the threshold only."),
                    Mistake((1.8, 1, 0.3, 2.0), "a decays in every step, also in one with a spike."),
                ),
            ),
            Case((1.0, 1.0, 1.0), (1.5, 0, 1.5, 0.9), "Exactly at the threshold there is no spike: u must be above."),
            Case((0.9, 0.4, 0.5, 0.25, 0.8, 2.0), (1.0, 0, 1.0, 0.4), "Use the arguments beta, rho and strength."),
        ),
        stronger="In this order: u from v and the input; the raised threshold from a; the spike from both; "
        "v is u, minus the raised threshold after a spike; a is rho times a, plus the spike.",
    ),
}
