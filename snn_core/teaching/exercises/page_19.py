"""Exercises of page 19, gradients of spike times."""

import torch

from snn_core.spike_times import Dynamics, membrane_slope, spike_time
from snn_core.teaching.exercises import Case, Function, Mistake, Value

ARRIVES = 3.0  # the gradient by the spike time that is sent back
NEURON = Dynamics()
SLOW = Dynamics(tau_mem=20.0, tau_syn=4.0, threshold=0.5)
ARRIVALS = torch.tensor([0.0, 4.0, 18.0], dtype=torch.float64)
LOST = torch.tensor([0.0, 4.0, torch.inf], dtype=torch.float64)
WEIGHTS = torch.tensor([1.6, 0.8, 1.4], dtype=torch.float64)
WEIGHT = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
NEVER = torch.inf
BATCH = torch.tensor([[NEVER, 1.0, NEVER], [NEVER, 2.0, 3.0], [NEVER, NEVER, NEVER], [4.0, 1.0, NEVER]])


def sent_back(answer: object, weights: torch.Tensor, arrivals: torch.Tensor, neuron: Dynamics) -> torch.Tensor | None:
    """Apply an autograd function and send 3 back; return what arrives at the weights, None for nothing."""
    weights = weights.clone().requires_grad_()
    spike = answer.apply(weights, arrivals, neuron)
    (gradient,) = torch.autograd.grad(ARRIVES * spike, weights, allow_unused=True)
    return gradient


def by_differences(weights: torch.Tensor, arrivals: torch.Tensor, neuron: Dynamics) -> torch.Tensor:
    """Return three times how the spike moves with each weight, by trying."""
    moves = []
    for nudge in 1e-6 * torch.eye(len(weights), dtype=weights.dtype):
        later, sooner = (spike_time(arrivals, weights + sign * nudge, neuron) for sign in (1, -1))
        moves.append(ARRIVES * (later - sooner) / 2e-6)
    return torch.stack(moves)


SLOPE = membrane_slope(spike_time(ARRIVALS, WEIGHTS, NEURON), ARRIVALS, WEIGHTS, NEURON)
MOVES = by_differences(WEIGHTS, ARRIVALS, NEURON)


def near(got: torch.Tensor, wrong: torch.Tensor) -> bool:
    """Tell whether this wrong result was given."""
    return torch.allclose(got, wrong, rtol=1e-4)


def woken(asleep: list[bool], each: float) -> torch.Tensor:
    """Return the weights with `each` added to those of the neurons asleep."""
    return WEIGHT + each * torch.tensor(asleep).float()[:, None]


EXERCISES = {
    "19.1": Value(
        expected=5 * torch.log(torch.tensor(5.0)).item(),
        hint="Try the first input alone, then both. A solution counts if it comes after the inputs that it uses.",
        stronger="With both inputs: z = (0.5 * 1 + 1.5 * 3) / (0.5 + 1.5 - 1), and t = 5 ln z.",
        mistakes=(
            Mistake(5, "That is z. The time in ms is t = 5 ln z."),
            Mistake(1.6094, "That is ln z. The synapse's 5 ms are missing: z = exp(t / 5)."),
            Mistake(5 * 0.916290731874155, "The threshold is missing: it is taken away from the sum of the weights."),
            Mistake(5 * 2.19722457733622, "The first input has come as well: it stands in both sums."),
        ),
        tolerance=1e-3,
    ),
    "19.2": Function(
        cases=(
            Case(
                (WEIGHTS, ARRIVALS, NEURON),
                MOVES,
                "Minus the rise of each weight over the one slope, and the gradient that arrives times that.",
                mistakes=(
                    Mistake(
                        lambda got: near(got, MOVES / ARRIVES),
                        "The gradient that arrives is forgotten: the chain rule multiplies by it.",
                    ),
                    Mistake(
                        lambda got: near(got, -MOVES),
                        "The sign: more weight, an earlier spike.",
                    ),
                    Mistake(
                        lambda got: near(got, MOVES * SLOPE),
                        "The slope is missing: how far must the crossing go back to undo the rise?",
                    ),
                    Mistake(
                        lambda got: near(got / got[0], MOVES / MOVES[0]),
                        "The ratios are right, the slope is not: it is a sum over all inputs, each with its weight.",
                    ),
                ),
            ),
            Case(
                (WEIGHTS.flip(0), ARRIVALS / 3, SLOW),
                by_differences(WEIGHTS.flip(0), ARRIVALS / 3, SLOW),
                "Another neuron: take its constants from ctx.neuron.",
            ),
            Case(
                (WEIGHTS, LOST, NEURON),
                by_differences(WEIGHTS, LOST, NEURON),
                "The third input never comes: its own gradient is 0, the others are as before.",
                mistakes=(
                    Mistake(
                        torch.zeros(3, dtype=torch.float64),
                        "This neuron spikes. Ask the spike whether it is infinite, not the ages.",
                    ),
                ),
            ),
            Case(
                (WEIGHTS / 3, ARRIVALS, NEURON),
                torch.zeros(3, dtype=torch.float64),
                "This neuron is silent: nothing moves, so its gradient is 0.",
                mistakes=(
                    Mistake(lambda got: got.isnan().any(), "A silent neuron has an infinite age: it gives NaN."),
                ),
            ),
        ),
        stronger="slope = sum of weights * rise(age); return -gradient * potential(age) / slope, or zeros if the "
        "spike is infinite.",
        use=sent_back,
        tolerance=1e-5,
    ),
    "19.3": Function(
        cases=(
            Case(
                (WEIGHT, BATCH, 1.0, 0.6),
                woken([True, False, True], 0.5),
                "Neurons 0 and 2 are silent in three of four samples. Who gets more, and how much for each weight?",
                mistakes=(
                    Mistake(woken([True, False, True], 1.0), "The sum of the weights grows by `by`: share it out."),
                    Mistake(woken([True, True, True], 0.5), "Only those who are silent too often are woken."),
                    Mistake(
                        woken([False, True, False], 0.5), "That wakes those who spike. Silent is an infinite time."
                    ),
                    Mistake(WEIGHT, "Nobody was woken. An infinite time is a silent sample."),
                ),
            ),
            Case(
                (WEIGHT, BATCH, 4.0, 0.75),
                WEIGHT,
                "In *more* than the share: three of four is not more than 0.75.",
            ),
            Case(
                (WEIGHT, BATCH, 4.0, 0.2),
                woken([True, True, True], 2.0),
                "Another `by` and another `share`: both come as arguments.",
            ),
        ),
        stronger="silent = the mean of times.isinf() over the batch, compared with share; add by / N where it is true.",
    ),
}
