"""Wrong answers to the exercises of page 22."""

import math

import torch


def rolled(spikes, steps):
    moved = [spikes[..., axon].roll(late, 0) for axon, late in enumerate(steps)]
    return torch.stack(moved, -1)


def too_early(spikes, steps):
    arrived = torch.zeros_like(spikes)
    for axon, late in enumerate(steps):
        arrived[: len(spikes) - late, :, axon] = spikes[late:, :, axon]
    return arrived


def one_more(spikes, steps):
    arrived = torch.zeros_like(spikes)
    for axon, late in enumerate(steps):
        arrived[late + 1 :, :, axon] = spikes[: len(spikes) - late - 1, :, axon]
    return arrived


def first_sample(spikes, steps):
    arrived = torch.zeros_like(spikes)
    for axon, late in enumerate(steps):
        arrived[late:, 0, axon] = spikes[: max(len(spikes) - late, 0), 0, axon]
    return arrived


def within_sequence(spikes, steps):
    arrived = torch.zeros_like(spikes)
    for axon, late in enumerate(steps):
        arrived[late:, :, axon] = spikes[: len(spikes) - late, :, axon]
    return arrived


def overwritten(spikes, steps):
    for axon, late in enumerate(steps):
        moved = spikes[: max(len(spikes) - late, 0), :, axon].clone()
        spikes[:late, :, axon] = 0
        spikes[late:, :, axon] = moved
    return spikes


def only_ones(spikes, steps):
    arrived = torch.zeros_like(spikes)
    for axon, late in enumerate(steps):
        arrived[late:, :, axon] = spikes[: max(len(spikes) - late, 0), :, axon]
    return (arrived > 0).float()


def one_ear(jitter, spikes, farthest, direction):
    return math.degrees(jitter / math.sqrt(spikes) / farthest)


def in_radians(jitter, spikes, farthest, direction):
    return jitter * math.sqrt(2 / spikes) / farthest


def straight_ahead(jitter, spikes, farthest, direction):
    return math.degrees(jitter * math.sqrt(2 / spikes) / farthest)


def of_one_spike(jitter, spikes, farthest, direction):
    return math.degrees(jitter * math.sqrt(2) / farthest)


WRONG = {
    "22.1": [
        ((200, 20_000), "how many lines"),
        ((600_000, 6_000), "In this order"),
        ((3_000, 600_000), "whose spikes"),
        ((6_200, 620_000), "not 31"),
        (6_000, "Two numbers"),
    ],
    "22.2": [
        (rolled, "goes round"),
        (too_early, "before they are sent"),
        (one_more, "at once"),
        (first_sample, "batch"),
        (within_sequence, "nothing arrives"),
        (overwritten, "not yours"),
        (only_ones, "as it was sent"),
    ],
    "22.3": [
        ([3, 0, 7, 5], "not how long"),
        ([5, 8, 1, 3], "earlier"),
        ([2, 5, -2, 0], "negative"),
        ([3, 6, -1, 1], "negative"),
    ],
    "22.4": [
        (one_ear, "Both ears"),
        (in_radians, "radians"),
        (straight_ahead, "slope"),
        (of_one_spike, "variance"),
    ],
}
