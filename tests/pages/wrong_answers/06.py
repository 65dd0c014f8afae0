"""Wrong answers to the exercises of page 06."""

import numpy as np


def own_share_only(direct, beta):
    last = len(direct) - 1
    return [own * beta ** (last - t) for t, own in enumerate(direct)]


def all_from_the_end(direct, beta):
    last = len(direct) - 1
    return [sum(direct) * beta ** (last - t) for t in range(len(direct))]


def forward_in_time(direct, beta):
    received, so_far = [], 0.0
    for own in direct:
        so_far = own + beta * so_far
        received.append(so_far)
    return received


def not_rounded(tau, dt, share):
    return tau / dt * np.log(1 / share)


def in_milliseconds(tau, dt, share):
    return int(tau * np.log(1 / share)) + 1


def always_one_percent(tau, dt, share):
    return int(tau / dt * np.log(100)) + 1


WRONG = {
    "06.1": [
        (own_share_only, "go backwards"),
        (all_from_the_end, "is added"),
        (forward_in_time, "go backwards"),
    ],
    "06.2": [
        (not_rounded, "next whole number"),
        (in_milliseconds, "five times"),
        (always_one_percent, "need not be 1 %"),
    ],
}
