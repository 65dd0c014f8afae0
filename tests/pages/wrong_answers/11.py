"""Wrong answers to the exercises of page 11."""

import math

import numpy as np


def without_the_window(lag, delay, tau_e, success):
    return success * math.exp(-delay / tau_e)


def without_the_delay(lag, delay, tau_e, success):
    return success * math.exp(-lag / 20)


def decays_from_the_first_spike(lag, delay, tau_e, success):
    return success * math.exp(-lag / 20 - (lag + delay) / tau_e)


def mean_reward(rewards, scores):
    return np.mean(rewards)


def not_squared(rewards, scores):
    return np.mean(rewards * scores) / np.mean(scores)


def normalised_by_nothing(rewards, scores):
    return np.mean(rewards * scores**2)


WRONG = {
    "11.1": [
        (without_the_window, "From the second spike"),
        (without_the_delay, "decays with tau_e"),
        (decays_from_the_first_spike, "From the second spike"),
    ],
    "11.2": [
        (mean_reward, "score squared"),
        (not_squared, "score squared"),
        (normalised_by_nothing, "score squared"),
    ],
}
