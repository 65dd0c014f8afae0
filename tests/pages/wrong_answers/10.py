"""Wrong answers to the exercises of page 10."""

import numpy as np
import torch


def by_the_sum(counts, names, classes):
    sums = [
        sum(n for n, name in zip(counts, names, strict=True) if name == c) for c in range(classes)
    ]
    return sums.index(max(sums))


def without_silent_ones(counts, names, classes):
    named = list(zip(counts, names, strict=True))
    members = [[n for n, name in named if name == c and n > 0] for c in range(classes)]
    means = [sum(each) / max(len(each), 1) for each in members]
    return means.index(max(means))


def name_of_the_busiest(counts, names, classes):
    return names[counts.index(max(counts))]


def empty_class_divides_by_zero(counts, names, classes):
    counts, names = np.array(counts), np.array(names)
    with np.errstate(invalid="ignore"):
        means = [counts[names == c].sum() / (names == c).sum() for c in range(classes)]
    return np.argmax(means)


def one_step(weight, threshold, x, lr, rho, *, winner=None, length=True, fair=True, sign=1):
    weight = weight.clone()
    above = weight @ x - threshold
    wins = torch.zeros(len(weight))
    winner = above.argmax() if winner is None else winner
    if above.max() > 0:
        wins[winner] = 1
        moved = weight[winner] + lr * (x - weight[winner])
        weight[winner] = moved / moved.norm() if length else moved
    share = 1 / len(weight) if fair else 0
    return weight, threshold + sign * rho * (wins - share)


def forgets_the_length(*arguments):
    return one_step(*arguments, length=False)


def only_the_winner_adapts(weight, threshold, x, lr, rho):
    weight, _ = one_step(weight, threshold, x, lr, rho)
    changed = threshold.clone()
    changed[(weight @ x - threshold).argmax()] += rho
    return weight, changed


def largest_drive(weight, threshold, x, lr, rho):
    return one_step(weight, threshold, x, lr, rho, winner=(weight @ x).argmax())


def rewards_winners(*arguments):
    return one_step(*arguments, sign=-1)


def all_learn(weight, threshold, x, lr, rho):
    moved = weight + lr * (x - weight)
    return moved / moved.norm(dim=1, keepdim=True), one_step(weight, threshold, x, lr, rho)[1]


def always_one_winner(weight, threshold, x, lr, rho):
    deaf = (weight @ x <= threshold).all()
    raised = one_step(weight, threshold - 5 * deaf, x, lr, rho)
    return raised[0], raised[1] + 5 * deaf


def weights_alone(*arguments):
    return one_step(*arguments)[0]


def nobody_moves(weight, threshold, x, lr, rho):
    return weight, one_step(weight, threshold, x, lr, rho)[1]


WRONG = {
    "10.1": [
        (0.18 / 0.05, "equal to the weight"),
        (5 * np.log10(0.18 / 0.05), "natural"),
        (-5 * np.log(0.18 / 0.05), "sign"),
    ],
    "10.2": [
        (forgets_the_length, "length of 1"),
        (only_the_winner_adapts, "losers, too"),
        (largest_drive, "its own threshold"),
        (rewards_winners, "Whose threshold"),
        (all_learn, "Only the winner"),
        (weights_alone, "two things"),
        (nobody_moves, "not moved"),
        (always_one_winner, "nobody wins"),
    ],
    "10.3": [
        (by_the_sum, "not the sum"),
        (without_silent_ones, "silent"),
        (name_of_the_busiest, "without a name"),
        (empty_class_divides_by_zero, "without a neuron"),
    ],
}
