"""Wrong answers to the exercises of page 14."""


def without_a_trace(inputs, signals, slopes, beta):
    return sum(x * signal * slope for x, signal, slope in zip(inputs, signals, slopes, strict=True))


def reads_the_trace_first(inputs, signals, slopes, beta):
    trace, gradient = 0.0, 0.0
    for x, signal, slope in zip(inputs, signals, slopes, strict=True):
        gradient += signal * slope * trace
        trace = beta * trace + x
    return gradient


def last_step_only(inputs, signals, slopes, beta):
    trace = 0.0
    for x, signal, slope in zip(inputs, signals, slopes, strict=True):
        trace = beta * trace + x
        gradient = signal * slope * trace
    return gradient


def slope_in_the_trace(inputs, signals, slopes, beta):
    trace, gradient = 0.0, 0.0
    for x, signal, slope in zip(inputs, signals, slopes, strict=True):
        trace = beta * trace + slope * x
        gradient += signal * trace
    return gradient


def from_the_inputs_on(sizes, direct):
    return sum(below * above for below, above in zip(sizes, sizes[1:], strict=False))


def always_layer_by_layer(sizes, direct):
    return sum(below * above for below, above in zip(sizes[1:], sizes[2:], strict=False))


def last_matrix_only(sizes, direct):
    return sizes[-2] * sizes[-1]


WRONG = {
    "14.1": [
        (without_a_trace, "decayed twice"),
        (reads_the_trace_first, "decayed twice|own step"),
        (last_step_only, "own step|every step"),
        (slope_in_the_trace, "signal times slope times trace"),
    ],
    "14.2": [
        (from_the_inputs_on, "skip the first"),
        (always_layer_by_layer, "straight from the classes"),
        (last_matrix_only, "between each two"),
    ],
}
