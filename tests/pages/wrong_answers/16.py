"""Wrong answers to the exercises of page 16."""


def without_the_root(w, b, mean, variance, scale, shift, epsilon):
    factor = scale / variance
    return [w * factor, (b - mean) * factor + shift]


def mean_is_not_scaled(w, b, mean, variance, scale, shift, epsilon):
    factor = scale / (variance + epsilon) ** 0.5
    return [w * factor, b * factor - mean + shift]


def epsilon_as_a_floor(w, b, mean, variance, scale, shift, epsilon):
    factor = scale / max(variance**0.5, epsilon)
    return [w * factor, (b - mean) * factor + shift]


def bias_is_not_scaled(w, b, mean, variance, scale, shift, epsilon):
    root = (variance + epsilon) ** 0.5
    return [w * scale / root, (b - mean) / root + shift]


def without_epsilon(w, b, mean, variance, scale, shift, epsilon):
    factor = scale / variance**0.5
    return [w * factor, (b - mean) * factor + shift]


def layer_of_the_stream(x, neurons, convolution):
    return x + convolution(neurons(x))


def into_the_neurons(x, neurons, convolution):
    return neurons(x + convolution(x))


def no_shortcut(x, neurons, convolution):
    return neurons(convolution(x))


def shortcut_of_currents(x, neurons, convolution):
    currents = convolution(x)
    return currents + neurons(currents)


def twice_the_neurons(x, neurons, convolution):
    return x + neurons(convolution(neurons(x)))


WRONG = {
    "16.1": [
        ([16 * 28 * 28, 16 * 14 * 14], "24 times"),
        ([16 * 24 * 24, 16 * 24 * 12], "halves both sides"),
        ([24 * 24, 12 * 12], "one map"),
    ],
    "16.2": [
        (layer_of_the_stream, "layer of the stream"),
        (into_the_neurons, "into the neurons"),
        (no_shortcut, "shortcut is missing"),
        (shortcut_of_currents, "as it came"),
        (twice_the_neurons, "Two branches"),
    ],
    "16.3": [
        (without_the_root, "over a root"),
        (mean_is_not_scaled, "mean goes off"),
        (epsilon_as_a_floor, "under the root"),
        (bias_is_not_scaled, "both scaled"),
        (without_epsilon, "under the root"),
    ],
}
