"""Wrong answers to the exercises of page 07."""

import numpy as np
import torch


def share_of_zeros(spikes):
    return (spikes == 0).float().mean().item()


def silent_in_a_sample(spikes):
    return (spikes.sum(0) == 0).float().mean().item()


def how_many(spikes):
    return (spikes.sum((0, 1)) == 0).sum().item()


def of_the_first_sample(spikes):
    return (spikes[:, 0].sum(0) == 0).float().mean().item()


def of_the_last_sample(spikes):
    return (spikes[:, -1].sum(0) == 0).float().mean().item()


def sure(spikes, lead):
    best, second = spikes.cumsum(0).topk(2).values.unbind(-1)
    return best - second >= lead


def from_zero(spikes, lead):
    return sure(spikes, lead).float().argmax(0)


def count_alone(spikes, lead):
    return (spikes.cumsum(0).amax(-1) >= lead).float().argmax(0) + 1


def one_when_never(spikes, lead):
    return sure(spikes, lead).float().argmax(0) + 1


def steps_not_sure(spikes, lead):
    return torch.clamp((~sure(spikes, lead)).sum(0) + 1, max=len(spikes))


def for_the_batch(spikes, lead):
    return sure(spikes, lead).all(1).float().argmax() + 1 + torch.zeros(spikes.shape[1])


WRONG = {
    "07.1": [
        (0.0, "[Ee]qual counts"),
        (np.log(2), "[Ee]qual counts"),
        (0.25, "probability"),
        (1.4, "one decimal"),
        (2, "natural logarithm"),
        (2.30, "ten silent outputs"),
    ],
    "07.2": [
        (share_of_zeros, "never"),
        (silent_in_a_sample, "any sample"),
        (how_many, "two of four"),
        (of_the_first_sample, "any sample"),
        (of_the_last_sample, "any sample"),
    ],
    "07.3": [
        (("5", "weights too small"), "what it hears"),
        (("1", "weights too small"), "Layer 1 spikes"),
        (("3", "weights too small"), "how high"),
        (("3", "surrogate too narrow"), "way forward"),
        (("3", "wrong axis"), "far above 1"),
        ((5, "threshold too high"), "what it hears"),
        ((3, "state kept"), "The layer is right"),
        ("threshold too high", "a pair, the layer"),
    ],
    "07.4": [
        (from_zero, "after two steps"),
        (count_alone, "lead over the second"),
        (one_when_never, "all T steps"),
        (steps_not_sure, "whatever comes later"),
        (for_the_batch, "its own step"),
    ],
}
