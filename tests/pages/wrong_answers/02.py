"""Wrong answers to the exercises of page 02."""

import numpy as np
import torch


def not_a_whole_step(drive, beta, threshold=1.0):
    return np.log(1 - threshold / drive) / np.log(beta)


def at_the_threshold(drive, beta, threshold=1.0):
    if drive <= threshold:
        return np.inf
    return np.ceil(np.log(1 - threshold / drive) / np.log(beta))


def always_threshold_one(drive, beta, threshold=1.0):
    if drive <= 1:
        return np.inf
    return int(np.floor(np.log(1 - 1 / drive) / np.log(beta))) + 1


def no_weak_drive(drive, beta, threshold=1.0):
    return int(np.log(1 - threshold / drive) / np.log(beta)) + 1


def silent_below_the_threshold_only(drive, beta, threshold=1.0):
    if drive < threshold:
        return np.inf
    return int(np.log(1 - threshold / drive) / np.log(beta)) + 1


def gives_up_after_500_steps(drive, beta, threshold=1.0):
    u = 0.0
    for n in range(1, 501):
        u = beta * u + (1 - beta) * drive
        if u > threshold + 1e-9:
            return n
    return np.inf


def returns_the_reset_membrane(current, state, beta):
    u = beta * state + current
    v = -0.5 if u > 1 else u
    return int(u > 1), v, v


def subtracts(current, state, beta):
    u = beta * state + current
    return int(u > 1), u, u - 1.5 * (u > 1)


def spikes_at_the_threshold(current, state, beta):
    u = beta * state + current
    return int(u >= 1), u, -0.5 if u >= 1 else u


def never_below_the_undershoot(current, state, beta):
    u = beta * state + current
    return int(u > 1), u, torch.where(u > 1, -0.5, u.clamp(min=-0.5))


def membrane_first(current, state, beta):
    u = beta * state + current
    return u, (u > 1).float(), torch.where(u > 1, -0.5, u)


WRONG = {
    "02.1": [
        (np.exp(-20 / 5), "dt is on top"),
        (1 - 5 / 20, "Euler's"),
        (0.905, "this page's neuron"),
        (0.951, "steps of 1 ms"),
        (20.0, "left of the membrane|How much"),
    ],
    "02.2": [
        ([(0.6, 0), (0.2, 1), (0.4, 0), (1.1, 1), (0.05, 1)], "before the reset"),
        (
            [(0.6, 0), (1.2, 1), (0.3, 0), (2.05, 1), (0.5, 0)],
            "hard reset, back to 0. The soft one",
        ),
        ([(0.6, 0), (0, 1), (0.3, 0), (0, 1), (0.5, 0)], "after a hard reset"),
        ([(0.6, 0), (1.2, 1), (0.4, 0), (2.1, 1), (1.06, 1)], "half of what was left"),
        ([(0.6, 0), (1.2, 0), (0.4, 1), (2.1, 0), (1.05, 1)], "one step late"),
        ([0.6, 1.2, 0.4, 2.1, 1.05], "five pairs"),
        ([[0.6, 1.2, 0.4, 2.1, 1.05], [0, 1, 0, 1, 1]], "five pairs"),
        ([(0.6, 0), (1.5, 1), (0.8, 0), (2.7, 1), (2.2, 1)], "half of what was left"),
    ],
    "02.3": [
        (returns_the_reset_membrane, "before the reset"),
        (subtracts, "however high"),
        (spikes_at_the_threshold, "Exactly at the threshold"),
        (membrane_first, "the spike first"),
        (never_below_the_undershoot, "Without a spike nothing is reset"),
    ],
    "02.4": [
        (not_a_whole_step, "first whole step"),
        (gives_up_after_500_steps, "many hundreds"),
        (at_the_threshold, "at the threshold is no spike"),
        (always_threshold_one, "argument threshold"),
        (no_weak_drive, "ValueError|never gets"),
        (silent_below_the_threshold_only, "OverflowError(.|\n)*never above"),
    ],
}
