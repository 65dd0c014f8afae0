"""Wrong answers to the exercises of page 08."""

import numpy as np


def one_spike_without_its_sum(lag, tau):
    beta = np.exp(-1 / tau)
    return 1 - beta**lag, 1 + beta**lag


def no_overlap_in_one_train(lag, tau):
    alone = 1 / tau / (1 - np.exp(-2 / tau))
    return 2 * alone * (1 - np.exp(-lag / tau)), 2 * alone


def with_a_root(lag, tau):
    beta = np.exp(-1 / tau)
    alone = 1 / tau / (1 - beta**2)
    return (2 * alone * (1 - beta**lag)) ** 0.5, (2 * alone * (1 + beta**lag)) ** 0.5


def always_ten(lag, tau):
    beta = np.exp(-1 / 10)
    alone = 1 / 10 / (1 - beta**2)
    return 2 * alone * (1 - beta**lag), 2 * alone * (1 + beta**lag)


WRONG = {
    "08.1": [((5 / 20) ** 2, "all four"), (25 / 4, "share"), (0.25, "all four")],
    "08.2": [
        (one_spike_without_its_sum, "times the sum"),
        (no_overlap_in_one_train, "overlap"),
        (with_a_root, "no root"),
        (always_ten, "Use tau"),
    ],
}
