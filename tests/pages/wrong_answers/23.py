"""Wrong answers to the exercises of page 23."""

import math

import torch

RMS = 1 / math.sqrt(12)


def counted(curve, beta, jump, enough, most=100, leak=True):
    estimate, counts = 0.0, []
    for value in curve:
        estimate *= beta if leak else 1
        count = 0
        while value - estimate > enough and count < most:
            estimate += jump
            count += 1
        counts.append(count)
    return counts


def waits_for_a_whole_jump(curve, beta, jump):
    return counted(curve, beta, jump, jump)


def any_error(curve, beta, jump):
    return counted(curve, beta, jump, 0)


def one_at_most(curve, beta, jump):
    return counted(curve, beta, jump, jump / 2, most=1)


def four_at_most(curve, beta, jump):
    return counted(curve, beta, jump, jump / 2, most=4)


def rounded(curve, beta, jump):
    estimate, counts = 0.0, []
    for value in curve:
        estimate *= beta
        counts.append(max(0, round((value - estimate) / jump)))
        estimate += jump * counts[-1]
    return counts


def spikes_at_a_tie(curve, beta, jump):
    return counted(curve, beta, jump, math.nextafter(jump / 2, 0))


def no_leak(curve, beta, jump):
    return counted(curve, beta, jump, jump / 2, leak=False)


def no_penalty(traces, wanted, penalty):
    return torch.linalg.lstsq(traces, wanted[:, None]).solution[:, 0]


def penalty_on_the_sum(traces, wanted, penalty):
    square = traces.T @ traces + penalty * torch.eye(traces.shape[1])
    return torch.linalg.solve(square, traces.T @ wanted)


def penalty_everywhere(traces, wanted, penalty):
    square = traces.T @ traces / len(traces) + penalty
    return torch.linalg.pinv(square) @ traces.T @ wanted / len(traces)


def penalty_by_neuron(traces, wanted, penalty):
    size = traces.shape[1]
    square = traces.T @ traces / len(traces) + penalty / size * torch.eye(size)
    return torch.linalg.solve(square, traces.T @ wanted / len(traces))


def a_column(traces, wanted, penalty):
    square = traces.T @ traces / len(traces) + penalty * torch.eye(traces.shape[1])
    return torch.linalg.solve(square, traces.T @ wanted[:, None] / len(traces))


def half_the_penalty(traces, wanted, penalty):
    return a_column(traces, wanted, penalty / 2)[:, 0]


def correlations(traces, wanted, penalty):
    return traces.T @ wanted / len(traces)


def each_alone(traces, wanted, penalty):
    return traces.T @ wanted / len(traces) / (traces.square().mean(0) + penalty)


WRONG = {
    "23.1": [
        (0.1, "This is the jump"),
        (0.0001 * RMS, "Mind the units"),
        (0.1 / 12, "Its root"),
        (0.05, "largest error"),
        (0.03, "rounded too far"),
        (0.028, "rounded too far"),
        (0.2 * RMS, "half as much"),
        (0.5 * RMS, "First the jump d"),
    ],
    "23.2": [
        (waits_for_a_whole_jump, "is −0.2 better"),
        (any_error, "into one of −0.6"),
        (one_at_most, "Several neurons may spike"),
        (four_at_most, "there is no limit"),
        (spikes_at_a_tie, "as large as it was"),
        (rounded, "the second spike"),
        (no_leak, "decays before each value"),
    ],
    "23.3": [
        (no_penalty, "Where does the penalty"),
        (penalty_on_the_sum, "not to the sum"),
        (a_column, "return shape"),
        (half_the_penalty, "Half the penalty"),
        (correlations, "meet any curve exactly"),
        (each_alone, "slope and offset"),
        (penalty_everywhere, "Which entries"),
        (penalty_by_neuron, "Which entries"),
    ],
}
