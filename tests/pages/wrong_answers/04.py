"""Wrong answers to the exercises of page 04."""

import numpy as np
import torch

from snn_core.losses import first_spike, max_membrane, predict, spike_count


def lower_class_wins(spikes, membrane):
    return predict(first_spike(spikes))


def highest_membrane(spikes, membrane):
    return predict(max_membrane(membrane))


def most_spikes(spikes, membrane):
    return predict(spike_count(spikes))


def membrane_of_any_step(spikes, membrane):
    first = first_spike(spikes)
    tied = first == first.max(1, keepdim=True).values
    return predict(torch.where(tied, membrane.amax(0), -torch.inf))


def membrane_as_a_bonus(factor):
    def decoder(spikes, membrane):
        own = torch.where((spikes > 0) & (spikes.cumsum(0) == 1), membrane, 0).sum(0)
        return predict(first_spike(spikes) + factor * own)

    return decoder


def one_step_for_all_samples(spikes, membrane):
    step = spikes.sum((1, 2)).nonzero()[0, 0]
    return predict(torch.where(spikes[step] > 0, membrane[step], -torch.inf))


WRONG = {
    "04.1": [
        (0.0275, "the square"),
        (0.22, "have to grow"),
        (0.44, "have to grow"),
        (0.11, "With the same weights"),
        (0.5, "Which product"),
    ],
    "04.2": [
        (0.05, "not 1 - dt"),
        (0.1, "0.50 and 1.10"),
        (1 - np.exp(-1 / 10), "times what"),
        ((1 + np.exp(-1 / 10)) / 2, "Which sign"),
        (0.3, "both terms"),
    ],
    "04.3": [
        (lower_class_wins, "decides between"),
        (highest_membrane, "must not count"),
        (most_spikes, "decides between"),
        (membrane_of_any_step, "of a later step"),
        (one_step_for_all_samples, "its own first step"),
        *((membrane_as_a_bonus(factor), "of a later step") for factor in (0.1, 0.2, 0.5, 1)),
    ],
}
