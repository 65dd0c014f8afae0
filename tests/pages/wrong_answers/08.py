"""Wrong answers to the exercises of page 08."""

import numpy as np
import torch


def one_spike_without_its_sum(lag, tau):
    beta = np.exp(-1 / tau)
    return 1 - beta**lag, 1 + beta**lag


def no_overlap_in_one_train(lag, tau):
    alone = 1 / tau / (1 - np.exp(-2 / tau))
    return 2 * alone * (1 - np.exp(-lag / tau)), 2 * alone


def with_a_root(lag, tau):
    beta = np.exp(-1 / tau)
    alone = 1 / tau / (1 - beta**2)
    return (2 * alone * (1 - beta**lag)) ** 0.5, (2 * alone * (1 + beta**lag)) ** 0.5


def always_ten(lag, tau):
    beta = np.exp(-1 / 10)
    alone = 1 / 10 / (1 - beta**2)
    return 2 * alone * (1 - beta**lag), 2 * alone * (1 + beta**lag)


def lead(membrane, labels, *, without_own=True):
    """Return the right lead; or, the right class among the others, a lead of at most 0."""
    samples = range(len(labels))
    others = membrane.clone()
    if without_own:
        others[:, samples, labels] = -torch.inf
    return membrane[:, samples, labels] - others.amax(2)


def rewards_a_large_lead(membrane, labels):
    return (1 - lead(membrane, labels)).mean()


def sums_over_steps(membrane, labels):
    return (1 - lead(membrane, labels)).clamp(min=0).sum()


def right_class_among_the_others(membrane, labels):
    return (1 - lead(membrane, labels, without_own=False)).clamp(min=0).mean()


def wrong_sign(membrane, labels):
    return (1 + lead(membrane, labels)).clamp(min=0).mean()


def on_average_only(membrane, labels):
    return (1 - lead(membrane, labels).mean(0)).clamp(min=0).mean()


def always_the_labels_of_the_first_case(membrane, labels):
    first = torch.tensor([0, 1])[: membrane.shape[1]]
    return (1 - lead(membrane, first)).clamp(min=0).mean()


def masked_with_zero(membrane, labels):
    samples = range(len(labels))
    others = membrane.clone()
    others[:, samples, labels] = 0
    return (1 - membrane[:, samples, labels] + others.amax(2)).clamp(min=0).mean()


def without_a_gradient(membrane, labels):
    return (1 - lead(membrane.detach(), labels)).clamp(min=0).mean()


def as_a_number(membrane, labels):
    return (1 - lead(membrane, labels)).clamp(min=0).mean().item()


def with_half_a_gradient(membrane, labels):
    others = membrane.detach().clone()
    others[:, range(len(labels)), labels] = -torch.inf
    return (1 - membrane[:, range(len(labels)), labels] + others.amax(2)).clamp(min=0).mean()


def squared(membrane, labels):
    return (1 - lead(membrane, labels)).clamp(min=0).square().mean()


def over_classes_too(membrane, labels):
    return (1 - lead(membrane, labels)).clamp(min=0).mean() / membrane.shape[2]


def each_class_compared(membrane, labels):
    own = membrane[:, range(len(labels)), labels].unsqueeze(2)
    return (1 - own + membrane).clamp(min=0).mean()


WRONG = {
    "08.1": [((5 / 20) ** 2, "all four"), (25 / 4, "share"), (0.25, "all four")],
    "08.2": [
        (rewards_a_large_lead, "earns nothing"),
        (sums_over_steps, "mean over steps"),
        (right_class_among_the_others, "leave the right class out"),
        (wrong_sign, "The sign"),
        (on_average_only, "before the mean"),
        (always_the_labels_of_the_first_case, "Use the labels"),
        (masked_with_zero, "can be negative"),
        (without_a_gradient, "No network learns by it"),
        (as_a_number, "No network learns by it"),
        (with_half_a_gradient, "has to fall, too"),
        (squared, "not its square"),
        (over_classes_too, "not over classes"),
        (each_class_compared, "not each class"),
    ],
    "08.3": [
        (one_spike_without_its_sum, "sum the squares"),
        (no_overlap_in_one_train, "overlap"),
        (with_a_root, "no root"),
        (always_ten, "Use tau"),
    ],
}
