"""Exercises of page 21, energy."""

import torch

from snn_core.teaching.exercises import Case, Function, Mistake, Value

SPIKE, STEP, MESSAGE = 5.9, 14.6, 5.2  # pJ: a spike at a synapse, a neuron for a step, a message


def _train(*places: tuple[int, int, int], shape: tuple[int, int, int]) -> torch.Tensor:
    """Return spikes of some shape ``[T, B, N]`` at some places."""
    spikes = torch.zeros(shape)
    for place in places:
        spikes[place] = 1
    return spikes


EXERCISES = {
    "21.1": Value(
        30 * (50 * SPIKE + MESSAGE) + 50 * 10 * STEP,
        hint="Three parts: what spikes cost at the synapses that they meet, what neurons cost in all steps, messages.",
        stronger="Each of the 30 spikes meets the synapses of all 50 neurons, and each is one message. "
        "Each of the 50 neurons lives through 10 steps.",
        mistakes=(
            Mistake(30 * (50 * SPIKE + MESSAGE), "This layer has states. What do silent steps cost?"),
            Mistake(30 * (50 * SPIKE + MESSAGE) + 50 * STEP, "Each neuron pays for every step, not once."),
            Mistake(30 * 50 * SPIKE + 50 * 10 * STEP, "Every spike has to be sent as well."),
            Mistake(
                10 * 30 * (50 * SPIKE + MESSAGE) + 50 * 10 * STEP,
                "The 30 spikes are those of all steps together.",
            ),
            Mistake(30 * SPIKE + 30 * MESSAGE + 50 * 10 * STEP, "How many synapses does one spike meet?"),
        ),
        tolerance=1e-4,
    ),
    "21.2": Function(
        cases=(
            Case(
                (_train((0, 0, 0), (1, 0, 2), shape=(3, 1, 4)), 5),
                10.0,
                "Each spike meets one synapse of each neuron.",
            ),
            Case(
                (_train((0, 0, 0), (1, 0, 2), (2, 1, 3), (2, 1, 0), shape=(3, 2, 4)), 5),
                10.0,
                "For one image: the second axis of the spikes is that of the images.",
            ),
            Case((torch.zeros(3, 2, 4), 5), 0.0, "Without a spike nothing is added."),
        ),
        stronger="Add up all spikes, times the number of neurons, divided by the number of images, spikes.shape[1].",
    ),
    "21.3": Function(
        cases=(
            Case((0.1, 0.2, 5.0, 1), 5.3 / 5.1, "For a batch of 1 both read each weight for themselves."),
            Case(
                (0.1, 0.2, 5.0, 10),
                0.8 / 5.1,
                "Of the two, only the ordinary layer shares the read: B images pay it together.",
            ),
            Case(
                (0.9, 3.7, 5.0, 4), 5.85 / 5.9, "A number costs an addition and a multiplication; a spike an addition."
            ),
        ),
        stronger="What a number costs in the ordinary layer, divided by what a spike costs in the other.",
    ),
}
