"""Exercises of page 22, memory and delays."""

import torch

from snn_core.teaching.exercises import Case, Function, Mistake, Value

TRAIN = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])[:, None]  # two axons, four steps
BOTH = torch.cat([TRAIN, 1 - TRAIN], 1)  # a batch of two
OVERWRITTEN = "what came in, overwritten"
DEGREES = 180 / torch.pi
LIMIT = 0.1 * (2 / 40) ** 0.5 / 0.765 * DEGREES  # of 40 spikes an ear, straight ahead


def _apart_from_input(answer, spikes: torch.Tensor, steps: list[int]) -> object:
    """Call the answer, and say so in place of its result if it changes the spikes that it gets."""
    before = spikes.clone()
    got = answer(spikes, steps)
    return got if torch.equal(spikes, before) else OVERWRITTEN


EXERCISES = {
    "22.1": Value(
        (6_000, 600_000),
        hint="How long must one spike be kept, at most? And how often is it kept?",
        stronger="A line has one slot of one bit for each step of the longest delay. There is one line for each of 200 "
        "axons, or for each of 20,000 synapses.",
        mistakes=(
            Mistake(
                lambda got: not isinstance(got, (tuple, list)) or len(got) != 2,
                "Two numbers are asked for, in brackets: (1, 2).",
            ),
            Mistake((6_200, 620_000), "With a delay of 30 steps a spike waits for 30 of them, not 31."),
            Mistake((200, 20_000), "That is how many lines there are. How many slots has each?"),
            Mistake((600_000, 6_000), "In this order: per axon, then per synapse."),
            Mistake((3_000, 600_000), "Per axon: whose spikes wait, those of who sends or of who hears?"),
        ),
    ),
    "22.2": Function(
        cases=(
            Case(
                (TRAIN, [0, 0]),
                TRAIN,
                "With a delay of 0 everything arrives at once.",
            ),
            Case(
                (TRAIN, [2, 1]),
                torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0], [0.0, 1.0]])[:, None],
                "A spike of step t arrives at step t + d: later, and nothing comes back in at the front.",
                mistakes=(
                    Mistake(OVERWRITTEN, "The spikes that came in are not yours to change: fill a new tensor."),
                    Mistake(
                        torch.tensor([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])[:, None],
                        "These spikes arrive before they are sent.",
                    ),
                    Mistake(
                        torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])[:, None],
                        "What leaves at the end must not come back in at the front: `roll` goes round.",
                    ),
                ),
            ),
            Case(
                (BOTH, [1, 0]),
                torch.tensor(
                    [
                        [[0.0, 0.0], [0.0, 1.0]],
                        [[1.0, 1.0], [0.0, 0.0]],
                        [[0.0, 1.0], [1.0, 0.0]],
                        [[0.0, 0.0], [1.0, 1.0]],
                    ]
                ),
                "The batch stays as it is: each of its samples waits by itself.",
            ),
            Case(
                (TRAIN, [5, 1]),
                torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0]])[:, None],
                "After a delay longer than the sequence nothing arrives. What does a negative end of a slice mean?",
            ),
            Case(
                (TRAIN / 2, [1, 0]),
                torch.tensor([[0.0, 0.0], [0.5, 0.5], [0.0, 0.5], [0.0, 0.0]])[:, None],
                "A value arrives as it was sent, 0.5 as 0.5.",
            ),
        ),
        use=_apart_from_input,
        stronger="For each axon: the first d steps are 0, and then come the spikes from step 0 on, "
        "`arrived[d:, :, n] = spikes[: T - d, :, n]`.",
    ),
    "22.3": Value(
        [4, 7, 0, 2],
        hint="Who fires last? How long has each of the others to wait for that one?",
        stronger="Axon 2 fires last, at step 7, and need not wait. Each delay is 7 less the step of its axon.",
        mistakes=(
            Mistake(lambda got: min(got) < 0, "A delay cannot be negative: all have to wait for the last one."),
            Mistake([3, 0, 7, 5], "These are the steps at which they fire, not how long each waits."),
            Mistake(
                lambda got: len({a + b for a, b in zip(got, [3, 0, 7, 5], strict=True)}) == 1,
                "They meet. Could they meet earlier?",
            ),
        ),
    ),
    "22.4": Function(
        cases=(
            Case(
                (0.1, 160, 0.765, 0.0),
                LIMIT / 2,
                "The difference of two means: each has a variance of jitter² / spikes.",
                mistakes=(
                    Mistake(LIMIT / 2 / 2**0.5, "Both ears jitter. What is the variance of a difference?"),
                    Mistake(LIMIT / 2 / DEGREES, "These are radians."),
                ),
            ),
            Case((0.1, 40, 0.765, 0.0), LIMIT, "A fourth of the spikes: half as near."),
            Case(
                (0.2, 160, 0.765, 60.0),
                2 * LIMIT,
                "How many degrees is one ms here? Ask the slope of farthest · sin(direction).",
            ),
        ),
        stronger="The standard deviation is jitter · √(2 / spikes), in ms. Divide by farthest · cos(direction), the ms "
        "for each radian, and turn radians into degrees.",
        tolerance=1e-4,
    ),
}
