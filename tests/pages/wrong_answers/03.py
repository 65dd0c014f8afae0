"""Wrong answers to the exercises of page 03."""

import numpy as np


def decadic(tau_mem, tau_syn):
    return tau_mem * tau_syn / (tau_mem - tau_syn) * np.log10(tau_mem / tau_syn)


def divides_by_zero(tau_mem, tau_syn):
    return tau_mem * tau_syn / (tau_mem - tau_syn) * np.log(tau_mem / tau_syn)


def gives_nan(tau_mem, tau_syn):
    tau_mem, tau_syn = np.array([tau_mem]), np.array([tau_syn])
    return (tau_mem * tau_syn / (tau_mem - tau_syn) * np.log(tau_mem / tau_syn)).item()


def negative(tau_mem, tau_syn):
    return tau_mem * tau_syn / (tau_syn - tau_mem) * np.log(tau_mem / tau_syn)


def negative_in_the_other_order(tau_mem, tau_syn):
    return tau_mem * tau_syn / abs(tau_mem - tau_syn) * np.log(tau_mem / tau_syn)


def zero_if_equal(tau_mem, tau_syn):
    if tau_mem == tau_syn:
        return 0.0
    return divides_by_zero(tau_mem, tau_syn)


def equal_if_near(tau_mem, tau_syn):
    return tau_mem if abs(tau_mem - tau_syn) < 1 else divides_by_zero(tau_mem, tau_syn)


def same_threshold(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = beta * v + current
    z = int(u > 1)
    return u, z, u - z, rho * a + z


def scales_the_input(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = beta * v + (1 - beta) * current
    threshold = 1 + strength * a
    z = int(u > threshold)
    return u, z, u - threshold * z, rho * a + z


def subtracts_one(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = beta * v + current
    z = int(u > 1 + strength * a)
    return u, z, u - z, rho * a + z


def adapts_first(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = beta * v + current
    a = rho * a
    z = int(u > 1 + strength * a)
    return u, z, u - (1 + strength * a) * z, a + z


def fires_at_the_threshold(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = beta * v + current
    threshold = 1 + strength * a
    z = int(u >= threshold)
    return u, z, u - threshold * z, rho * a + z


def adds_the_strength(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = beta * v + current
    threshold = 1 + strength * a
    z = int(u > threshold)
    return u, z, u - threshold * z, rho * a + strength * z


def its_own_constants(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = 0.5 * v + current
    threshold = 1 + 0.5 * a
    z = int(u > threshold)
    return u, z, u - threshold * z, 0.9 * a + z


WRONG = {
    "03.1": [
        ([(1.6, 1.6, 1), (0.8, 1.28, 1), (0.4, 0.624, 0), (0.2, 0.6992, 0)], "share 1 - α"),
        (
            [(0.8, 0.8, 0), (0.4, 1.04, 1), (0.2, 1.032, 1), (0.1, 0.9256, 0)],
            "0.8 of what was left",
        ),
        ([(0.8, 0.8, 0), (0.4, 1.04, 1), (0.2, 1.032, 0), (0.1, 0.9256, 0)], "takes 1 away"),
        ([(0.8, 0.8, 0), (0.4, 0.04, 1), (0.2, 0.232, 0), (0.1, 0.2856, 0)], "after each step"),
        ([(0.8, 0.8, 0), (0.4, 1.04, 0), (0.2, 0.232, 0), (0.1, 0.2856, 0)], "u is above 1"),
        ([(0.8, 0.8, 0), (0.4, 1.04, 1), (0.2, 0.2, 0), (0.1, 0.26, 0)], "the hard reset"),
        ([0.8, 1.04, 0.232, 0.2856], "four triples"),
    ],
    "03.2": [
        (decadic, "natural"),
        (divides_by_zero, "ZeroDivisionError[^~]*0/0"),
        (gives_nan, "nan[^~]*0/0"),
        (negative, "a sign"),
        (zero_if_equal, "equal time constants"),
        (equal_if_near, "nearly equal"),
        (negative_in_the_other_order, "change places"),
    ],
    "03.3": [
        (scales_the_input, "without a factor"),
        (same_threshold, "past spikes"),
        (subtracts_one, "raised threshold, not 1"),
        (adapts_first, "a changes last"),
        (fires_at_the_threshold, "Exactly at the threshold"),
        (adds_the_strength, "threshold only"),
        (its_own_constants, "arguments beta"),
    ],
}
