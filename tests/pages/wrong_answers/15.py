"""Wrong answers to the exercises of page 15."""

import torch


def one_number_per_neuron(inputs, hidden, outputs):
    return -(-inputs * hidden // (inputs + hidden + outputs))


def as_much_is_enough(inputs, hidden, outputs):
    return -(-inputs * hidden // (inputs + 2 * hidden + 2 * outputs))


def not_whole(inputs, hidden, outputs):
    return inputs * hidden / (inputs + 2 * hidden + 2 * outputs)


def sign_of_the_signal(error, weight):
    return (error @ weight).sign()


def not_scaled(error, weight):
    return error @ weight.sign()


def zero_counts_as_plus(error, weight):
    signs = torch.where(weight >= 0, 1.0, -1.0)
    return error @ signs * (weight.norm() / signs.norm())


WRONG = {
    "15.1": [
        (one_number_per_neuron, "2 hidden"),
        (as_much_is_enough, "not equal"),
        (not_whole, "2 hidden"),
    ],
    "15.2": [
        (sign_of_the_signal, "sign of each weight"),
        (not_scaled, "scale the matrix"),
        (zero_counts_as_plus, "sign of 0"),
    ],
}
