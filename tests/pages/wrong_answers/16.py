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


WRONG = {
    "16.1": [
        ([16 * 28 * 28, 16 * 14 * 14], "24 times"),
        ([16 * 24 * 24, 16 * 24 * 12], "halves both sides"),
        ([24 * 24, 12 * 12], "one map"),
    ],
    "16.2": [
        (without_the_root, "over a root"),
        (mean_is_not_scaled, "mean goes off"),
        (epsilon_as_a_floor, "under the root"),
        (bias_is_not_scaled, "both scaled"),
        (without_epsilon, "under the root"),
    ],
}
