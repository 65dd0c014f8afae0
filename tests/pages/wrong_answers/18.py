"""Wrong answers to the exercises of page 18."""

import torch


def without_slope(error, x, a, weight, threshold):
    passed = error * (a > 0)
    return passed @ weight, passed.T @ x, -(passed * a).sum(0)


def times_threshold(error, x, a, weight, threshold):
    passed = error * (a > 0) * threshold
    return passed @ weight, passed.T @ x, -(passed * a).sum(0)


def wrong_sign(error, x, a, weight, threshold):
    passed = error * (a > 0) / threshold
    return passed @ weight, passed.T @ x, (passed * a).sum(0)


def transposed(error, x, a, weight, threshold):
    passed = error * (a > 0) / threshold
    return passed @ weight, x.T @ passed, -(passed * a).sum(0)


def not_summed(error, x, a, weight, threshold):
    passed = error * (a > 0) / threshold
    return passed @ weight, passed.T @ x, -passed * a


def silent_ones_too(error, x, a, weight, threshold):
    passed = error / threshold
    return passed @ weight, passed.T @ x, -(passed * (x @ weight.T) / threshold).sum(0)


def first_layer(network):
    with torch.no_grad():
        network[0].threshold /= 10
    return network


def louder_below(network):
    with torch.no_grad():
        network[0].weight *= 3
    return network


def all_layers(network):
    with torch.no_grad():
        for layer in network:
            layer.threshold.fill_((3 / layer.weight.shape[1]) ** 0.5 / 2)
    return network


def not_enough(network):
    with torch.no_grad():
        network[1].threshold /= 2
    return network


WRONG = {
    "18.1": [
        (6.0, "what the line says"),
        (6.4, "larger or smaller"),
        (2.8, "divide by it"),
        (1.4, "half a unit"),
        (5.0, "First the drive"),
    ],
    "18.2": [
        (without_slope, "slope of the line"),
        (times_threshold, "Divide by"),
        (wrong_sign, "sign"),
        (transposed, "shape"),
        (not_summed, "sum over"),
        (silent_ones_too, "silent"),
    ],
    "18.3": [
        (first_layer, r"network\[1\]"),
        (louder_below, r"network\[1\]"),
        (all_layers, "were well"),
        (not_enough, r"network\[1\]"),
    ],
}
