"""Wrong answers to the exercises of page 06."""

import numpy as np


def bump(u):
    return 1 / (1 + 10 * abs(u - 1)) ** 2


def without_slope(g_z, later, u, beta):
    return g_z + (u <= 1) * beta * later


def without_decay(g_z, later, u, beta):
    return g_z * bump(u) + (u <= 1) * later


def slope_on_both(g_z, later, u, beta):
    return bump(u) * (g_z + (u <= 1) * beta * later)


def gated_by_the_spike(g_z, later, u, beta):
    return g_z * bump(u) * (u > 1) + (u <= 1) * beta * later


def own_share_only(g_z, later, u, beta):
    return g_z * bump(u)


def without_square(g_z, later, u, beta):
    return g_z * bump(u) ** 0.5 + (u <= 1) * beta * later


def soft_reset(g_z, later, u, beta):
    return g_z * bump(u) + beta * later


def attached_reset(g_z, later, u, beta):
    return g_z * bump(u) + ((u <= 1) - u * bump(u) * (u > 1)) * beta * later


def attached_at_every_step(g_z, later, u, beta):
    return g_z * bump(u) + ((u <= 1) - u * bump(u)) * beta * later


def fixed_decay(g_z, later, u, beta):
    return g_z * bump(u) + (u <= 1) * 0.5 * later


def fixed_error(g_z, later, u, beta):
    return -bump(u) + (u <= 1) * beta * later


def soft_attached(g_z, later, u, beta):
    return g_z * bump(u) + (1 - bump(u)) * beta * later


def other_way_round(g_z, later, u, beta):
    return g_z * bump(u) + (u > 1) * beta * later


def not_rounded(tau, dt, share):
    return tau / dt * np.log(1 / share)


def in_milliseconds(tau, dt, share):
    return int(tau * np.log(1 / share)) + 1


def always_one_percent(tau, dt, share):
    return int(tau / dt * np.log(100)) + 1


WRONG = {
    "06.1": [
        ([-0.4, -0.6, -0.2], "own share"),
        ([-0.2, -0.7, -0.75], "order"),
        ([-0.4, -0.8, -0.6], "begin at step 3"),
        ([-1.2, -0.8, -0.2], "passes the decay"),
        ([0.75, 0.7, 0.2], "sign"),
        (-0.75, "Begin at step 3"),
    ],
    "06.2": [
        (without_slope, "stands the slope"),
        (without_decay, "passes the decay"),
        (slope_on_both, "over the spike only"),
        (gated_by_the_spike, "two sides"),
        (own_share_only, "lives on"),
        (without_square, "squared"),
        (other_way_round, "lives on"),
        (soft_reset, "soft reset"),
        (attached_reset, "attached"),
        (attached_at_every_step, "attached"),
        (soft_attached, "soft, attached"),
        (fixed_decay, "beta comes as an argument"),
        (fixed_error, "g_z comes as an argument"),
    ],
    "06.3": [
        (not_rounded, "next whole number"),
        (in_milliseconds, "five times"),
        (always_one_percent, "need not be 1 %"),
    ],
}
