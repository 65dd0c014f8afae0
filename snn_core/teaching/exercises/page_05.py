"""Exercises of page 05, surrogate gradients."""

import torch

from snn_core import Surrogate
from snn_core.teaching.exercises import Case, Function, Mistake, Value, forward_and_gradient

DISTANCES = torch.tensor([-1.0, -0.1, 0.0, 0.05, 0.4])
ARRIVES = torch.tensor([1.0, -2.0, 3.0, -4.0, 5.0])  # what `forward_and_gradient` sends back
BUMP = Surrogate("fast_sigmoid", scale=10)
TRIANGLE = torch.tensor([0.0, 0.05, -0.05, 0.095, -3.0])

EXERCISES = {
    "05.1": Value(
        expected=-0.25,
        hint="Three factors: what the loss says to the spike, the bump at x = -0.1, and what the "
        "weight does to the membrane.",
        stronger="No spike: z - 1 = -1. The bump: 1 / (1 + 10 * 0.1) squared. The input spike: 1.",
        mistakes=(
            Mistake(0.25, "Which sign has z - 1, when there is no spike but one is wanted?"),
            Mistake(0, "This is the true gradient. The bump stands in place of the 0."),
            Mistake(-1, "The bump is missing: the membrane is 0.1 away from the threshold."),
            Mistake(-0.5, "The whole bracket is squared: 1 / (1 + |kx|) is the curve without it."),
        ),
    ),
    "05.2": Value(
        expected="last",
        hint="Follow the two paths backwards from the loss. Which of them crosses a spike?",
        stronger="The outputs never spike, so nothing stops the way from the loss to the last matrix. "
        "The first matrix lies behind the hidden spikes.",
        mistakes=(
            Mistake(["last"], "Hand over the word alone, without the list."),
            Mistake("first", "From the first matrix to the loss the path crosses the hidden spikes."),
            Mistake("both", "The hidden neurons still have the true step."),
            Mistake("none", "A LeakyIntegrator sends no spikes: what is the slope of its membrane?"),
        ),
    ),
    "05.3": Function(
        cases=(
            Case(
                (DISTANCES,),
                ((DISTANCES > 0).float(), ARRIVES * BUMP.derivative(DISTANCES)),
                "Forward: 1 where x is above 0, and 0 elsewhere. Backward: two factors.",
                mistakes=(
                    Mistake(
                        lambda got: torch.equal(got[1], BUMP.derivative(DISTANCES)),
                        "The gradient that arrives is forgotten: the chain rule multiplies by it.",
                    ),
                    Mistake(
                        lambda got: torch.allclose(got[1], ARRIVES.abs() * BUMP.derivative(DISTANCES)),
                        "The gradient that arrives may be negative, and keeps its sign.",
                    ),
                    Mistake(
                        lambda got: not set(got[0].tolist()) <= {0.0, 1.0},
                        "The forward pass stays a step: every number that leaves it is 0 or 1.",
                    ),
                    Mistake(
                        lambda got: torch.equal(got[0], (DISTANCES >= 0).float()),
                        "At x = 0 there is no spike: the membrane has to lie above the threshold.",
                    ),
                    Mistake(
                        lambda got: torch.allclose(got[1], ARRIVES * BUMP.derivative(DISTANCES).sqrt()),
                        "The whole bracket is squared: 1 / (1 + |kx|) is the curve without it.",
                    ),
                    Mistake(
                        lambda got: torch.allclose(got[1], ARRIVES * BUMP.derivative(DISTANCES) * (DISTANCES > 0)),
                        "The bump has two sides: gated by the spike, a silent neuron would stay deaf.",
                    ),
                    Mistake(
                        lambda got: torch.allclose(got[1], ARRIVES * Surrogate(scale=1).derivative(DISTANCES)),
                        "The steepness k = 10 is missing.",
                    ),
                    Mistake(
                        lambda got: not got[1].any(),
                        "This is the true gradient, 0. Put the bump in its place.",
                    ),
                    Mistake(
                        lambda got: (got[1] / ARRIVES > 1).any(),
                        "The bump is never higher than 1, on both sides: mind the absolute value.",
                    ),
                ),
            ),
        ),
        stronger="forward returns (x > 0) as numbers of x's own type; backward returns the gradient "
        "times 1 / (1 + 10 |x|) squared.",
        use=forward_and_gradient,
    ),
    "05.4": Function(
        cases=(
            Case(
                (TRIANGLE, 10.0, 0.1),
                [1, 0.5, 0.5, 0.1, 0.1],
                "The triangle falls on both sides of 0, and nowhere below the floor.",
                mistakes=(
                    Mistake(
                        lambda got: got[2] > 1,
                        "The triangle falls on both sides: the distance counts without its sign.",
                    ),
                    Mistake(
                        lambda got: got[4] == 0,
                        "Far away the triangle is 0: here the floor should hold it up.",
                    ),
                    Mistake(
                        lambda got: got[0] > 1,
                        "The floor is a lowest value; it is not added to the triangle.",
                    ),
                ),
            ),
            Case(
                (TRIANGLE, 4.0, 0.3),
                [1, 0.8, 0.8, 0.62, 0.3],
                "Another k and another floor: both come as arguments.",
                mistakes=(
                    Mistake(
                        lambda got: got[1] < 0.8,
                        "The steepness is the argument k, whatever its value.",
                    ),
                    Mistake(
                        lambda got: got[4] < 0.3,
                        "The floor is the argument floor, whatever its value.",
                    ),
                ),
            ),
        ),
        stronger="Take 1 - k |x|, then replace whatever is below the floor by the floor: `clamp`.",
    ),
}
