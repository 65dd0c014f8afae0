"""Wrong answers to the exercises of page 07."""

import numpy as np


def share_of_zeros(spikes):
    return (spikes == 0).float().mean().item()


def silent_in_a_sample(spikes):
    return (spikes.sum(0) == 0).float().mean().item()


def how_many(spikes):
    return (spikes.sum((0, 1)) == 0).sum().item()


WRONG = {
    "07.1": [
        (0.0, "[Ee]qual counts"),
        (np.log(2), "[Ee]qual counts"),
        (0.25, "probability"),
        (2, "natural logarithm"),
    ],
    "07.2": [
        (share_of_zeros, "never"),
        (silent_in_a_sample, "any sample"),
        (how_many, "three of four"),
    ],
}
