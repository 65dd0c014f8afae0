"""Wrong answers to the exercises of page 02."""

import numpy as np


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


def returns_the_reset_membrane(current, state, beta):
    u = beta * state + current
    v = -0.5 if u > 1 else u
    return v, int(u > 1), v


def subtracts(current, state, beta):
    u = beta * state + current
    return u, int(u > 1), u - 1.5 * (u > 1)


def spikes_at_the_threshold(current, state, beta):
    u = beta * state + current
    return u, int(u >= 1), -0.5 if u >= 1 else u


WRONG = {
    "02.1": [
        (np.exp(-20 / 2), "dt is on top"),
        (1 - 2 / 20, "Euler's"),
        (20.0, "left of the membrane|How much"),
    ],
    "02.2": [
        (not_a_whole_step, "first whole step"),
        (at_the_threshold, "at the threshold is no spike"),
        (always_threshold_one, "argument threshold"),
        (no_weak_drive, "ValueError|never gets"),
    ],
    "02.3": [
        (returns_the_reset_membrane, "before the reset"),
        (subtracts, "however high"),
        (spikes_at_the_threshold, "Exactly at the threshold"),
    ],
}
