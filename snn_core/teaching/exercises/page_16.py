"""Exercises of page 16, convolutional networks."""

import torch
from torch.nn.functional import conv2d, max_pool2d

from snn_core import LIF
from snn_core.teaching.exercises import Case, Function, Mistake, Value

MAPS = conv2d(torch.zeros(1, 1, 28, 28), torch.zeros(16, 1, 5, 5))
POOLED = max_pool2d(MAPS, 2)
ARRIVING = torch.tensor([0.3, 0.5, 2.0, -1.0])


def above_one(x):
    """Return 1 where a current is above 1: neurons of a single step."""
    return (x > 1).float()


def times_three(x):
    """Return three times what comes in: a convolution of a single weight."""
    return 3 * x


EXERCISES = {
    "16.1": Value(
        [LIF()(currents.unsqueeze(0)).numel() for currents in (MAPS, POOLED)],
        hint="One per map and pixel: a filter of 5 fits 24 times into 28. Pooling by 2 halves both sides.",
        stronger="Without padding 28 pixels become 28 - 5 + 1 = 24. "
        "So count 16 maps of 24 × 24 for the first, and of 12 × 12 for the second.",
        mistakes=(
            Mistake(
                [16 * 28 * 28, 16 * 14 * 14],
                "Without padding a map is smaller than the image: a filter of 5 fits 24 times into 28.",
            ),
            Mistake(
                [24 * 24, 12 * 12],
                "That is one map; there is a membrane per map and pixel.",
            ),
        ),
    ),
    "16.2": Function(
        cases=(
            Case(
                (ARRIVING, above_one, times_three),
                [0.3, 1.5, 3.0, -1.0],
                "Two branches are added: what came in, and the spikes that the neurons make of a current.",
                mistakes=(
                    Mistake(
                        [0.3, 0.5, 5.0, -1.0],
                        "This is a layer of the stream: what it adds is a current. Here it should be spikes.",
                    ),
                    Mistake(
                        [1.0, 1.0, 1.0, 0.0],
                        "This shortcut leads into the neurons: what leaves the layer are spikes alone.",
                    ),
                    Mistake(
                        [0.0, 1.0, 1.0, 0.0],
                        "The shortcut is missing: what came in has to be added.",
                    ),
                    Mistake(
                        [0.9, 2.5, 7.0, -3.0],
                        "This adds the spikes to the current. Around both, x passes as it came.",
                    ),
                ),
            ),
        ),
        stronger="The table of section 4 has this layer in its second row; LIF is `neurons`, and W with BN is "
        "`convolution`.",
    ),
    "16.3": Function(
        cases=(
            Case(
                (2.0, 1.0, 0.0, 4.0, 3.0, 0.0, 0.0),
                [3.0, 1.5],
                "Weight and bias are both scaled, over a root.",
            ),
            Case(
                (2.0, 1.0, 0.5, 4.0, 3.0, -1.0, 0.0),
                [3.0, -0.25],
                "The mean goes off the bias first; shift comes last.",
            ),
            Case(
                (1.0, 0.0, 0.0, 3.0, 4.0, 0.0, 1.0),
                [2.0, 0.0],
                "Epsilon is added under the root.",
            ),
        ),
        stronger="Put w x + b for I into the formula. The factor of x is the weight, all the rest is the bias.",
    ),
}
