"""Wrong answers to the exercises of page 20."""

import torch


def without_mean(weight, bias, mean, variance, gamma, delta, epsilon):
    factor = gamma / (variance + epsilon).sqrt()
    return weight * factor[:, None], bias * factor + delta


def bias_left(weight, bias, mean, variance, gamma, delta, epsilon):
    factor = gamma / (variance + epsilon).sqrt()
    return weight * factor[:, None], bias - mean * factor + delta


def shift_multiplied(weight, bias, mean, variance, gamma, delta, epsilon):
    factor = gamma / (variance + epsilon).sqrt()
    return weight * factor[:, None], (bias - mean + delta) * factor


def without_root(weight, bias, mean, variance, gamma, delta, epsilon):
    factor = gamma / (variance + epsilon)
    return weight * factor[:, None], (bias - mean) * factor + delta


def without_epsilon(weight, bias, mean, variance, gamma, delta, epsilon):
    factor = gamma / variance.sqrt()
    return weight * factor[:, None], (bias - mean) * factor + delta


def columns(weight, bias, mean, variance, gamma, delta, epsilon):
    factor = gamma / (variance + epsilon).sqrt()
    return weight.T * factor, (bias - mean) * factor + delta


def any_spike(spikes):
    return spikes.amax(1)


def last_of_equals(spikes):
    counts = spikes.cumsum(0)
    busiest = spikes.shape[1] - 1 - counts.flip(1).argmax(1)
    return spikes[torch.arange(len(spikes)), busiest]


def busiest_of_all(spikes):
    return spikes[:, spikes.sum(0).argmax()]


def counts_in_place_of_spikes(spikes):
    return spikes.cumsum(0).amax(1)


def before_this_step(spikes):
    busiest = (spikes.cumsum(0) - spikes).argmax(1)
    return spikes[torch.arange(len(spikes)), busiest]


WRONG = {
    "20.1": [
        (1.0, "starts at 0"),
        (0.75, "spikes per step"),
        (1.3, "That is the current"),
        (3, "number of spikes"),
        (6.0, "Per step"),
        (0.5, "after each step"),
    ],
    "20.2": [
        (without_mean, "mean is missing"),
        (bias_left, "bias of the layer"),
        (shift_multiplied, "shift comes last"),
        (without_root, "root of the variance"),
        (without_epsilon, "under the root"),
        (columns, "one factor for each output"),
    ],
    "20.3": [
        (any_spike, "maximum of the spikes"),
        (last_of_equals, "take the first"),
        (busiest_of_all, "at every step"),
        (counts_in_place_of_spikes, "not its count"),
        (before_this_step, "this step included"),
    ],
}
