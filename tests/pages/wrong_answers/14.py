"""Wrong answers to the exercises of page 14."""

import numpy as np


def without_a_trace(inputs, signals, slopes, beta):
    return sum(x * signal * slope for x, signal, slope in zip(inputs, signals, slopes, strict=True))


def reads_the_trace_first(inputs, signals, slopes, beta):
    trace, gradient = 0.0, 0.0
    for x, signal, slope in zip(inputs, signals, slopes, strict=True):
        gradient += signal * slope * trace
        trace = beta * trace + x
    return gradient


def last_step_only(inputs, signals, slopes, beta):
    trace = 0.0
    for x, signal, slope in zip(inputs, signals, slopes, strict=True):
        trace = beta * trace + x
        gradient = signal * slope * trace
    return gradient


def slope_in_the_trace(inputs, signals, slopes, beta):
    trace, gradient = 0.0, 0.0
    for x, signal, slope in zip(inputs, signals, slopes, strict=True):
        trace = beta * trace + slope * x
        gradient += signal * trace
    return gradient


def shares(z, R):
    each = np.exp(R @ z - (R @ z).max())
    return each / each.sum()


def right(label, count):
    return np.eye(count)[label]


def without_the_softmax(z, R, label):
    return R.T @ (R @ z - right(label, len(R)))


def of_the_other_sign(z, R, label):
    return R.T @ (right(label, len(R)) - shares(z, R))


def spiking_neurons_only(z, R, label):
    return z * (R.T @ (shares(z, R) - right(label, len(R))))


def not_turned(z, R, label):
    error = shares(z, R) - right(label, len(R))
    return R[:, : len(R)] @ error


WRONG = {
    "14.1": [
        ((-0.8, -0.16), "leaks"),
        ((-0.5, -0.2), "through the weight"),
        ((0.4, 0.16), "negative"),
        ((-0.16, -0.4), "BPTT first"),
    ],
    "14.2": [
        (without_a_trace, "decayed twice"),
        (reads_the_trace_first, "decayed twice|own step"),
        (last_step_only, "own step|every step"),
        (slope_in_the_trace, "signal times slope times trace"),
    ],
    "14.3": [
        (without_the_softmax, "half"),
        (of_the_other_sign, "half"),
        (spiking_neurons_only, "half|silent"),
        (not_turned, "turned"),
    ],
}
