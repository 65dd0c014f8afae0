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


def without_the_square(lag, tau_mem, distance, k, error):
    return error * (lag >= 0) / (1 + k * abs(distance)) * np.exp(-lag / tau_mem)


def with_its_sign(lag, tau_mem, distance, k, error):
    return error * (lag >= 0) / (1 + k * max(distance, 0)) ** 2 * np.exp(-lag / tau_mem)


def rule(pre, membrane, error, beta, *, read_first=False, nearest=False, surrogate=True, sign=True):
    trace, change = 0.0, 0.0
    for x, u, delta in zip(pre, membrane, error, strict=True):
        before, trace = trace, (1.0 if x and nearest else beta * trace + x)
        s = 1 / (1 + 10 * abs(u - 1)) ** 2 if surrogate else 1.0
        change += (delta if sign else abs(delta)) * s * (before if read_first else trace)
    return change


def reads_the_trace_first(pre, membrane, error, beta):
    return rule(pre, membrane, error, beta, read_first=True)


def nearest_spike(pre, membrane, error, beta):
    return rule(pre, membrane, error, beta, nearest=True)


def without_s(pre, membrane, error, beta):
    return rule(pre, membrane, error, beta, surrogate=False)


def sign_lost(pre, membrane, error, beta):
    return abs(rule(pre, membrane, error, beta, sign=False))


def no_memory(pre, membrane, error, beta):
    return rule(pre, membrane, error, 0.0)


def no_leak(pre, membrane, error, beta):
    return rule(pre, membrane, error, 1.0)


WRONG = {
    "12.1": [
        (-0.0625, "downhill"),
        (0.125, "once only"),
        (0.25, "at the target"),
        (1 / 36, "not 0.2"),
        (1.0, "Three factors"),
    ],
    "12.2": [
        (both_sides, "leaves no trace"),
        (without_the_error, "the sign"),
        (without_the_surrogate, "s is missing"),
        (not_in_the_same_step, "lag 0"),
        (without_the_square, "squared"),
        (with_its_sign, "without its sign"),
    ],
    "12.3": [
        (reads_the_trace_first, "also the one of the error"),
        (nearest_spike, "Every input adds 1"),
        (without_s, "s is missing"),
        (sign_lost, "counts fully|negative"),
        (no_memory, "remembers"),
        (no_leak, "what is left"),
    ],
}
