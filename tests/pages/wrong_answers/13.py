"""Wrong answers to the exercises of page 13."""


def spike_for_influence(z, wanted, w, kappa):
    y, gradient = 0.0, 0.0
    for spike, goal in zip(z, wanted, strict=True):
        y = kappa * y + w * spike
        gradient += (y - goal) * spike
    return gradient


def last_step_only(z, wanted, w, kappa):
    y, influence = 0.0, 0.0
    for spike, goal in zip(z, wanted, strict=True):
        y = kappa * y + w * spike
        influence = kappa * influence + spike
        gradient = (y - goal) * influence
    return gradient


def weight_in_the_influence(z, wanted, w, kappa):
    y, gradient = 0.0, 0.0
    for spike, goal in zip(z, wanted, strict=True):
        y = kappa * y + w * spike
        gradient += (y - goal) * y
    return gradient


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


WRONG = {
    "13.1": [
        (spike_for_influence, "decays with kappa"),
        (last_step_only, "decays with kappa"),
        (weight_in_the_influence, "decays with kappa"),
    ],
    "13.2": [
        (reset_in_the_same_step, "next"),
        (without_the_reset, "next"),
        (without_the_threshold, "1 - theta s"),
    ],
}
