"""Wrong answers to the exercises of page 15."""

import torch


def one_number_per_neuron(inputs, hidden, outputs):
    return -(-inputs * hidden // (inputs + hidden + outputs))


def as_much_is_enough(inputs, hidden, outputs):
    return -(-inputs * hidden // (inputs + 2 * hidden + outputs))


def not_whole(inputs, hidden, outputs):
    return inputs * hidden / (inputs + 2 * hidden + outputs)


def sign_of_the_signal(error, weight):
    return (error @ weight).sign()


def not_scaled(error, weight):
    return error @ weight.sign()


def zero_counts_as_plus(error, weight):
    signs = torch.where(weight >= 0, 1.0, -1.0)
    return error @ signs * (weight.norm() / signs.norm())


def without_a_second_trace(eligibility, said, beta):
    return sum(q[:, None] * e for e, q in zip(eligibility, said, strict=True))


def decayed_too_late(eligibility, said, beta):
    second = gradient = 0.0
    for e, q in zip(eligibility, said, strict=True):
        gradient = gradient + q[:, None] * second
        second = beta * second + e
    return gradient


def signals_of_the_inputs(eligibility, said, beta):
    second = gradient = 0.0
    for e, q in zip(eligibility, said, strict=True):
        second = beta * second + e
        gradient = gradient + q * second
    return gradient


def a_trace_of_the_signal(eligibility, said, beta):
    trace = gradient = 0.0
    for e, q in zip(eligibility, said, strict=True):
        trace = beta * trace + q
        gradient = gradient + trace[:, None] * e
    return gradient


WRONG = {
    "15.1": [
        (one_number_per_neuron, "2 hidden"),
        (as_much_is_enough, "not equal"),
        (not_whole, "2 hidden"),
    ],
    "15.2": [
        (without_a_second_trace, "all of them so far"),
        (decayed_too_late, "all of them so far"),
        (signals_of_the_inputs, "Each neuron has its own q"),
        (a_trace_of_the_signal, "all of them so far"),
    ],
    "15.3": [
        (sign_of_the_signal, "sign of each weight"),
        (not_scaled, "scale the matrix"),
        (zero_counts_as_plus, "sign of 0"),
    ],
}
