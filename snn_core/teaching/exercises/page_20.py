"""Exercises of page 20, from an ordinary network to a spiking one."""

import torch

from snn_core.teaching.exercises import Case, Function, Mistake, Value

WEIGHT = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])
BIAS = torch.tensor([0.5, -1.0])
MEAN = torch.tensor([0.2, -0.4])
VARIANCE = torch.tensor([4.0, 0.25])
GAMMA = torch.tensor([1.5, -0.5])
DELTA = torch.tensor([0.1, 0.3])
BATCH_NORM = (WEIGHT, BIAS, MEAN, VARIANCE, GAMMA, DELTA)


def folded_by_probing(epsilon: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return weight and bias of the layer with its batch norm, from what PyTorch makes of 0 and of unit inputs."""
    inputs = torch.cat([torch.zeros(1, 3), torch.eye(3)])
    currents = inputs @ WEIGHT.T + BIAS
    outputs = torch.nn.functional.batch_norm(currents, MEAN, VARIANCE, GAMMA, DELTA, eps=epsilon)
    return (outputs[1:] - outputs[0]).T, outputs[0]


def gives(weight: torch.Tensor, bias: torch.Tensor):
    """Return a predicate that knows this weight and bias."""
    return lambda got: torch.allclose(got[0], weight, atol=1e-4) and torch.allclose(got[1], bias, atol=1e-4)


FOLDED = folded_by_probing(0.0)
FACTOR = GAMMA / VARIANCE.sqrt()

TRAINS = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 1, 1], [1, 0, 1], [0, 0, 1], [0, 1, 0]])
BUSIEST = torch.tensor([1.0, 0, 1, 1, 1, 1])
IN_TURN = torch.tensor([[1.0, 0], [0, 1], [1, 0], [0, 1]])

EXERCISES = {
    "20.1": Value(
        expected=1.5,
        hint="Write down the membrane after each step. A spike takes the threshold away, and is worth as much.",
        stronger="With the start: 2.3 (a spike: 0.3), 1.6, 2.9 (a spike: 0.9), 2.2 (a spike). Three spikes, "
        "each worth 2, in four steps.",
        mistakes=(
            Mistake(1, "That is what it says if it starts at 0. It starts at half of its threshold."),
            Mistake(0.75, "That is spikes per step. What is each worth?"),
            Mistake(1.3, "That is the current. What do the spikes say of it?"),
            Mistake(3, "That is the number of spikes. Per step, and times what each is worth."),
            Mistake(6, "That is what all spikes are worth. Per step?"),
        ),
    ),
    "20.2": Function(
        cases=(
            Case(
                (*BATCH_NORM, 0.0),
                FOLDED,
                "Write the batch norm as factor * y + shift, with one factor for each output. Then put Wx + b for y.",
                mistakes=(
                    Mistake(
                        gives(WEIGHT * FACTOR[:, None], BIAS * FACTOR + DELTA),
                        "The mean is missing: it is taken away from the bias before the factor comes.",
                    ),
                    Mistake(
                        gives(WEIGHT * FACTOR[:, None], BIAS - MEAN * FACTOR + DELTA),
                        "The factor multiplies the bias of the layer as well as its weights.",
                    ),
                    Mistake(
                        gives(WEIGHT * FACTOR[:, None], (BIAS - MEAN + DELTA) * FACTOR),
                        "The shift comes last: the factor does not multiply it.",
                    ),
                    Mistake(
                        gives(WEIGHT * (GAMMA / VARIANCE)[:, None], (BIAS - MEAN) * GAMMA / VARIANCE + DELTA),
                        "Divide by the standard deviation, the root of the variance.",
                    ),
                ),
            ),
            Case(
                (*BATCH_NORM, 0.75),
                folded_by_probing(0.75),
                "Now epsilon is 0.75. It is added to the variance, under the root.",
            ),
        ),
        stronger="factor = gamma / sqrt(variance + epsilon), one for each row of the weight: factor[:, None].",
        tolerance=1e-5,
    ),
    "20.3": Function(
        cases=(
            Case(
                (TRAINS,),
                BUSIEST,
                "Who has spiked most changes over time: count up to each step, this step included.",
                mistakes=(
                    Mistake(torch.ones(6), "That is the maximum of the spikes: it says more than any neuron does."),
                    Mistake(
                        lambda got: torch.equal(got, torch.tensor([1.0, 1, 1, 1, 1, 0])),
                        "Of neurons with equally many spikes, take the first.",
                    ),
                    Mistake(
                        TRAINS[:, 1],
                        "That is the train of one neuron. Who is the busiest has to be asked at every step.",
                    ),
                    Mistake(lambda got: got.max() > 1, "Pass on the spike of the busiest neuron, not its count."),
                ),
            ),
            Case(
                (IN_TURN,), IN_TURN[:, 0], "Two neurons that spike in turn: after each second step the first is taken."
            ),
        ),
        stronger="busiest = spikes.cumsum(0).argmax(1), one for each step; then take that entry of each row.",
    ),
}
