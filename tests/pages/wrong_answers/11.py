"""Wrong answers to the exercises of page 11."""

import math


def without_the_window(lag, delay, tau_e, success):
    return success * math.exp(-delay / tau_e)


def without_the_delay(lag, delay, tau_e, success):
    return success * math.exp(-lag / 20)


def decays_from_the_first_spike(lag, delay, tau_e, success):
    return success * math.exp(-lag / 20 - (lag + delay) / tau_e)


def without_the_input(w, b, x, z, p, R):
    return w + 0.2 * (R - b) * (z - p), b + 0.1 * (R - b)


def spike_for_surprise(w, b, x, z, p, R):
    return w + 0.2 * (R - b) * z * x, b + 0.1 * (R - b)


def expects_first(w, b, x, z, p, R):
    b = b + 0.1 * (R - b)
    return w + 0.2 * (R - b) * (z - p) * x, b


def without_a_critic(w, b, x, z, p, R):
    return w + 0.2 * R * (z - p) * x, b + 0.1 * (R - b)


def keeps_the_expectation(w, b, x, z, p, R):
    return w + 0.2 * (R - b) * (z - p) * x, b


def surprise_turned_round(w, b, x, z, p, R):
    return w + 0.2 * (R - b) * (p - z) * x, b + 0.1 * (R - b)


class NoCritic:
    def success(self, R):
        return R


class Average:
    def success(self, R):
        return R - R.mean()


class Between:
    def success(self, R):
        return R - 1.5


class Punishes:
    def __init__(self):
        self.expected = 0.0

    def success(self, R):
        success = R - self.expected
        self.expected = self.expected + 0.1 * success
        return -success


class Forgets:
    def __init__(self):
        self.expected = 0.0

    def success(self, R):
        self.expected = R
        return R - self.expected


WRONG = {
    "11.1": [
        (without_the_window, "From the second spike"),
        (without_the_delay, "decays with tau_e"),
        (decays_from_the_first_spike, "From the second spike"),
    ],
    "11.2": [
        (without_the_input, "multiply by x"),
        (spike_for_surprise, "STDP's credit"),
        (expects_first, "from before the trial"),
        (without_a_critic, "success is R - b"),
        (keeps_the_expectation, "moves, too"),
        (surprise_turned_round, "Three factors"),
    ],
    "11.3": [
        (NoCritic, "did not learn"),
        (Average, "what the others get"),
        (Between, "Nobody tells"),
        (Punishes, "did not learn"),
        (Forgets, "did not learn"),
    ],
}
