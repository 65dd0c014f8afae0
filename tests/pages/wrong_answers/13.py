"""Wrong answers to the exercises of page 13."""


def reset_in_the_same_step(x, s, beta, theta):
    course, influence = [], 0.0
    for x_t, s_t in zip(x, s, strict=True):
        influence = beta * (1 - theta * s_t) * influence + x_t
        course.append(influence)
    return course


def without_the_reset(x, s, beta, theta):
    course, influence = [], 0.0
    for x_t in x:
        influence = beta * influence + x_t
        course.append(influence)
    return course


def without_the_threshold(x, s, beta, theta):
    course, influence, before = [], 0.0, 0.0
    for x_t, s_t in zip(x, s, strict=True):
        influence = beta * (1 - before) * influence + x_t
        before = s_t
        course.append(influence)
    return course


def with_the_old_trace(trace, remembered, x, s, told, beta, kappa):
    remembered = kappa * remembered + s * trace
    return beta * trace + x, remembered, told * remembered


def forgets_at_once(trace, remembered, x, s, told, beta, kappa):
    trace = beta * trace + x
    return trace, s * trace, told * s * trace


def surrogate_on_all(trace, remembered, x, s, told, beta, kappa):
    trace = beta * trace + x
    remembered = s * (kappa * remembered + trace)
    return trace, remembered, told * remembered


def one_decay_for_both(trace, remembered, x, s, told, beta, kappa):
    trace = beta * trace + x
    remembered = beta * remembered + s * trace
    return trace, remembered, told * remembered


def signal_remembered(trace, remembered, x, s, told, beta, kappa):
    trace = beta * trace + x
    remembered = kappa * remembered + told * s * trace
    return trace, remembered, remembered


WRONG = {
    "13.1": [
        ((2_000_000, 20_000), "50 inputs"),
        ((1_000_000, 10_000), "from the inputs"),
        ((15_000, 150), "number of weights"),
        ((1_500_000, 150), "each synapse has its own"),
        ((15_000, 1_500_000), "In this order"),
        (1_500_000, "Two numbers"),
    ],
    "13.2": [
        (reset_in_the_same_step, "next"),
        (without_the_reset, "next"),
        (without_the_threshold, "1 - theta s"),
    ],
    "13.3": [
        (with_the_old_trace, "new trace"),
        (forgets_at_once, "kappa"),
        (surrogate_on_all, "kappa"),
        (one_decay_for_both, "kappa"),
        (signal_remembered, "meets the signal"),
    ],
}
