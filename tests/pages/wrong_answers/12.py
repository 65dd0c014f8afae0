"""Wrong answers to the exercises of page 12."""

import numpy as np


def both_sides(lag, tau_mem, distance, k, error):
    return error / (1 + k * abs(distance)) ** 2 * np.exp(-abs(lag) / tau_mem)


def without_the_error(lag, tau_mem, distance, k, error):
    return (lag >= 0) / (1 + k * abs(distance)) ** 2 * np.exp(-lag / tau_mem)


def without_the_surrogate(lag, tau_mem, distance, k, error):
    return error * (lag >= 0) * np.exp(-lag / tau_mem)


def not_in_the_same_step(lag, tau_mem, distance, k, error):
    return error * (lag > 0) / (1 + k * abs(distance)) ** 2 * np.exp(-lag / tau_mem)


def reads_the_trace_first(pre, actual, wanted, beta):
    trace, change = 0.0, 0.0
    for x, z, goal in zip(pre, actual, wanted, strict=True):
        change += (goal - z) * trace
        trace = beta * trace + x
    return change


def wanted_only(pre, actual, wanted, beta):
    trace, change = 0.0, 0.0
    for x, goal in zip(pre, wanted, strict=True):
        trace = beta * trace + x
        change += goal * trace
    return change


def right_spikes_potentiate(pre, actual, wanted, beta):
    trace, change = 0.0, 0.0
    for x, z, goal in zip(pre, actual, wanted, strict=True):
        trace = beta * trace + x
        change += trace if goal else -z * trace
    return change


def nearest_spike(pre, actual, wanted, beta):
    trace, change = 0.0, 0.0
    for x, z, goal in zip(pre, actual, wanted, strict=True):
        trace = 1 if x else beta * trace
        change += (goal - z) * trace
    return change


WRONG = {
    "12.1": [
        (both_sides, "leaves no trace"),
        (without_the_error, "gives the sign"),
        (without_the_surrogate, "times s"),
        (not_in_the_same_step, "lag 0"),
    ],
    "12.2": [
        (reads_the_trace_first, "first, then read"),
        (wanted_only, "anted minus actual"),
        (right_spikes_potentiate, "right spike changes nothing"),
        (nearest_spike, "every input adds 1"),
    ],
}
