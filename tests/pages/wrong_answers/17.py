"""Wrong answers to the exercises of page 17."""

import numpy as np


def lowest_byte_first(x, y, t, p):
    return [x, y, p << 7 | t & 127, t >> 8 & 255, t >> 16 & 255]


def without_polarity(x, y, t, p):
    return [x, y, t >> 16, t >> 8 & 255, t & 255]


def polarity_adds_one(x, y, t, p):
    return [x, y, p + (t >> 16), t >> 8 & 255, t & 255]


def seven_bits(x, y, t, p):
    return [x, y, p << 7 | t >> 16, t >> 8 & 127, t & 127]


def not_cut_to_bytes(x, y, t, p):
    return [x, y, p << 7 | t >> 16, t >> 8, t]


def from_the_start_of_the_bin(dt, tau):
    return np.exp(dt / tau)


def from_the_middle_of_the_bin(dt, tau):
    return np.exp(dt / tau / 2)


def mean_of_the_ratios(dt, tau):
    return (np.exp(dt / tau) - 1) * tau / dt


def not_inverted(dt, tau):
    return (1 - np.exp(-dt / tau)) * tau / dt


WRONG = {
    "17.1": [
        ([0, 0, -1, 0, 1], "the one before"),
        ([0, 1, 0, 0, 1], "very first value"),
        ([0, 1, 0, 0, 0], "either direction"),
        ([0, 1, -1, -1, 1], "only then"),
    ],
    "17.2": [
        (lowest_byte_first, "highest byte first"),
        (without_polarity, "adds 128"),
        (polarity_adds_one, "highest bit"),
        (seven_bits, "8 bits of each"),
        (not_cut_to_bytes, "8 bits of each"),
    ],
    "17.3": [
        (0.25, "not worth nothing"),
        (1.0, "dark one that moves left"),
        (0.75, "single frame show"),
    ],
    "17.4": [
        (from_the_start_of_the_bin, "averaged over its place"),
        (from_the_middle_of_the_bin, "averaged over its place"),
        (mean_of_the_ratios, "Divide the means"),
        (not_inverted, "inverse"),
    ],
}
