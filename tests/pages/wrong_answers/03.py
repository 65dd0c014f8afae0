"""Wrong answers to the exercises of page 03."""

import numpy as np


def decadic(tau_mem, tau_syn):
    return tau_mem * tau_syn / (tau_mem - tau_syn) * np.log10(tau_mem / tau_syn)


def divides_by_zero(tau_mem, tau_syn):
    return tau_mem * tau_syn / (tau_mem - tau_syn) * np.log(tau_mem / tau_syn)


def negative_in_the_other_order(tau_mem, tau_syn):
    return tau_mem * tau_syn / abs(tau_mem - tau_syn) * np.log(tau_mem / tau_syn)


def same_threshold(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = beta * v + current
    z = int(u > 1)
    return u, z, u - z, rho * a + z


def subtracts_one(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = beta * v + current
    z = int(u > 1 + strength * a)
    return u, z, u - z, rho * a + z


def adapts_first(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    u = beta * v + current
    a = rho * a
    z = int(u > 1 + strength * a)
    return u, z, u - (1 + strength * a) * z, a + z


WRONG = {
    "03.1": [
        (decadic, "natural"),
        (divides_by_zero, "ZeroDivisionError[^~]*equal time constants"),
        (negative_in_the_other_order, "change places"),
    ],
    "03.2": [
        (same_threshold, "threshold is 1"),
        (subtracts_one, "raised threshold"),
        (adapts_first, "raised threshold|a before the step"),
    ],
}
