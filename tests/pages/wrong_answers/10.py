"""Wrong answers to the exercises of page 10."""

import numpy as np


def by_the_sum(counts, names, classes):
    sums = [
        sum(n for n, name in zip(counts, names, strict=True) if name == c) for c in range(classes)
    ]
    return sums.index(max(sums))


def without_silent_ones(counts, names, classes):
    named = list(zip(counts, names, strict=True))
    members = [[n for n, name in named if name == c and n > 0] for c in range(classes)]
    means = [sum(each) / max(len(each), 1) for each in members]
    return means.index(max(means))


def name_of_the_busiest(counts, names, classes):
    return names[counts.index(max(counts))]


def empty_class_divides_by_zero(counts, names, classes):
    counts, names = np.array(counts), np.array(names)
    with np.errstate(invalid="ignore"):
        means = [counts[names == c].sum() / (names == c).sum() for c in range(classes)]
    return np.argmax(means)


WRONG = {
    "10.1": [
        (0.18 / 0.05, "equal to the weight"),
        (5 * np.log10(0.18 / 0.05), "natural"),
        (-5 * np.log(0.18 / 0.05), "sign"),
    ],
    "10.2": [
        (by_the_sum, "not the sum"),
        (without_silent_ones, "silent"),
        (name_of_the_busiest, "without a name"),
        (empty_class_divides_by_zero, "without a neuron"),
    ],
}
