"""Exercises of page 09, STDP."""

import torch

from snn_core.plasticity import TripletSTDP
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


EXERCISES = {
    "09.1": Function(
        cases=(
            Case((0.0, 0.8, 0.75), 0.6, "Without a spike the trace decays by alpha."),
            Case((1.0, 0.8, 0.75), 1.0, "A spike sets the trace; it does not add to what was there."),
        ),
        stronger="After a spike the trace is 1, whatever it was; without one it is alpha times what it was.",
    ),
    "09.2": Function(
        cases=(
            Case((1.0, 1.0, 0.3), 0.5, "Equal forces meet in the middle, for every mu."),
            Case((1.0, 3.0, 1.0), 0.25, "Solve up · (1 - w)^mu = down · w^mu for w."),
            Case((1.0, 3.0, 0.1), 1 / (1 + 3.0**10), "The mu-th root of the ratio counts."),
        ),
        stronger="Divide by w^mu and take the mu-th root: (1 - w) / w is the mu-th root of down / up.",
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
                "The means of the traces are geometric series.",
            ),
            Mistake(lambda got: 0 < got < 1, "That is in spikes per ms. Mind ms and s."),
        ),
        tolerance=5e-3,
    ),
}
