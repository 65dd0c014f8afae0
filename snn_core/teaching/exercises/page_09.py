"""Exercises of page 09, STDP."""

import numpy as np
import torch

from snn_core.plasticity import PairSTDP, TripletSTDP
from snn_core.teaching.exercises import Case, Function, Mistake, Value

RULE = TripletSTDP()
SPIKES_PER_MS = torch.tensor([[[0.01], [0.01]], [[0.01], [0.03]]]).double()  # of pre and post, [2, B, 1]: their means


def _turning_rate() -> float:
    """Return the rate of the post neuron, in spikes per second, at which the mean change is zero."""
    state = RULE.initial_state(*SPIKES_PER_MS)
    for _ in range(2000):  # until the traces stand still
        pairing, state = RULE.pair(*SPIKES_PER_MS, state)
    drift = RULE.change(pairing, torch.full((1, 1), 0.5), per_sample=True).flatten()
    low, high = (drift / SPIKES_PER_MS[1].flatten()).tolist()  # drift over rate is linear in the rate
    return 10 - 20 * low / (high - low)


def _rate(x: float, y: float, slow: float) -> float:
    """Return the turning rate for given means of the three traces at one spike per ms."""
    return 1000 * RULE.a_minus * y / (RULE.a3_plus * x * slow)


def _with_own_step(alpha: float) -> float:
    """Return the mean of a trace that counts the spike of its own step, at one spike per ms."""
    return 1 / (1 - alpha)


def _by_pairs(lag_0: float, far: bool = True) -> float:
    """Return the change of exercise 1, given what lag 0 does, with or without the pair of lag 30."""
    return 0.1 / 2 + (0.1 / 8 if far else 0) + lag_0 - 0.04 / 4


SOFT = (
    ([1, 0, 0], [0, 1, 0], 0.75, 0.5, 0.1, 0.1),
    ([0, 1, 0], [1, 0, 0], 0.75, 0.5, 0.1, 0.1),
    ([0, 1], [0, 1], 0.25, 0.5, 0.2, 0.1),
    ([1, 0, 1, 1], [0, 1, 1, 0], 0.5, 0.5, 0.1, 0.1),
    ([1, 1, 0, 1, 0, 1], [1, 0, 1, 1, 1, 0], 0.75, 0.9, 0.2, 0.3),
)


def _ends(bound: str, pre: list, post: list, weight: float, alpha: float, up: float, down: float) -> float:
    """Return the weight to which the core's pair rule leads."""
    tau = -1 / float(np.log(alpha))
    rule = PairSTDP(tau, tau, a_plus=up, a_minus=down, bound=bound)
    sides = [torch.tensor(side, dtype=torch.float64).view(-1, 1, 1) for side in (pre, post)]
    return rule(*sides, torch.tensor([[weight]], dtype=torch.float64)).item()


def _early(pre: list, post: list, weight: float, alpha: float, up: float, down: float) -> float:
    """Return where a soft weight ends if y takes its spike before it is read."""
    x = 0.0
    y = 0.0
    for now_pre, now_post in zip(pre, post, strict=True):
        x = alpha * x + now_pre
        y = alpha * y + now_post
        weight -= down * weight * y * now_pre
        weight += up * (1 - weight) * x * now_post
    return weight


def _swapped(pre: list, post: list, weight: float, alpha: float, up: float, down: float) -> float:
    """Return where a weight ends if potentiation goes with w and depression with 1 - w."""
    x = 0.0
    y = 0.0
    for now_pre, now_post in zip(pre, post, strict=True):
        x = alpha * x + now_pre
        y = alpha * y
        weight -= down * (1 - weight) * y * now_pre
        weight += up * weight * x * now_post
        y += now_post
    return weight


HINTS = (
    "Pre, then post: potentiation by up · (1 - w) · x.",
    "Post, then pre: depression by down · w · y.",
    "Both spike in one step: x has taken the pre spike, y not yet the post spike.",
    "Within a step depression comes first, and potentiation starts from the weight that it left.",
    "Do both traces fade by alpha in every step, also without a spike?",
)


def _soft_case(arguments: tuple, hint: str) -> Case:
    """Return a case with the mistakes that differ from the right result."""
    right = _ends("soft", *arguments)
    mistakes = (
        (_ends("additive", *arguments), "That is the additive bound. The soft one has factors (1 - w) and w."),
        (_early(*arguments), "Your y has taken the post spike before it is read."),
        (_swapped(*arguments), "The factors are the wrong way round: near 1 potentiation has to die out."),
    )
    found = tuple(Mistake(wrong, said) for wrong, said in mistakes if abs(wrong - right) > 1e-6)
    return Case(arguments, right, hint, found)


EXERCISES = {
    "09.1": Value(
        _by_pairs(0.1),
        hint="Four pairs: each pre spike with each post spike. For each, the lag, its sign, and how often it halves.",
        stronger="The lags are 10, 30, -20 and 0 ms. A lag of 0 counts as causal.",
        mistakes=(
            Mistake(_by_pairs(0.0), "A pair is missing: two spikes at the same time, which count as causal."),
            Mistake(_by_pairs(-0.04), "Two spikes at the same time count as causal, not as too late."),
            Mistake(_by_pairs(0.1 - 0.04), "The pair at the same time is causal only. It does not depress as well."),
            Mistake(_by_pairs(0.1, far=False), "Every pair counts, also the first pre spike with the last post spike."),
        ),
        tolerance=1e-4,
    ),
    "09.2": Function(
        cases=tuple(_soft_case(arguments, hint) for arguments, hint in zip(SOFT, HINTS, strict=True)),
        stronger="Five lines in the loop: x fades and takes pre; y fades; weight -= down · weight · y if pre; "
        "weight += up · (1 - weight) · x if post; y takes post.",
    ),
    "09.3": Value(
        _turning_rate(),
        hint="Potentiation goes with p·q², depression with p·q. Only x counts the spike of its own step. "
        "Mind ms and s.",
        stronger="A trace that counts its own step has the mean p / (1 - α), one that does not p α / (1 - α). "
        "Set A₋ p q times the mean of y for q = 1 equal to A₃ p q² times those of x and the slow trace.",
        mistakes=(
            Mistake(
                _rate(*map(_with_own_step, (RULE.alpha_plus, RULE.alpha_minus, RULE.alpha_y))),
                "Here all three traces count the spike of their own step. Only x does.",
            ),
            Mistake(
                _rate(RULE.tau_plus, RULE.tau_minus, RULE.tau_y),
                "With the time constants in place of the sums over steps, this is continuous time. "
                "Here time goes in steps of 1 ms.",
            ),
            Mistake(lambda got: 0 < got < 1, "That is in spikes per ms. Mind ms and s."),
        ),
        tolerance=5e-3,
    ),
}
