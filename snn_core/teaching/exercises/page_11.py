"""Exercises of page 11, three-factor learning."""

import numpy as np
import torch

from snn_core.plasticity import PairSTDP, RewardSTDP
from snn_core.teaching.exercises import Case, Function


def _eligibility(lag: int, delay: int, tau: float) -> float:
    """Return the eligibility, `delay` ms after the second spike, of a pair `lag` ms apart."""
    pre, post = torch.zeros(2, 11 + lag + delay, 1, 1, dtype=torch.float64)
    pre[10], post[10 + lag] = 1, 1
    learner = RewardSTDP(PairSTDP(a_plus=1.0), tau_eligibility=tau)
    state = learner.run(pre, post, torch.zeros(1, 1), learner.initial_state(pre[0], post[0]))
    return state.eligibility.item()


SCORES = np.random.default_rng(0).normal(size=200)
REWARDS = 1.0 * (np.abs(SCORES - 0.2) < 1)
TRIED = (0, 1, 2)
SQUARES = [np.mean(((REWARDS - baseline) * SCORES) ** 2) for baseline in TRIED]
CURVATURE, SLOPE, _ = np.polyfit(TRIED, SQUARES, 2)  # the mean square is a parabola of the baseline

EXERCISES = {
    "11.1": Function(
        cases=(
            Case(
                (5.0, 35.0, 25.0, -0.5),
                -0.5 * _eligibility(5, 35, 25.0),
                "From the second spike on e decays with tau_e; success gives the sign.",
            ),
            Case(
                (5.0, 0.0, 25.0, 1.0),
                _eligibility(5, 0, 25.0),
                "Without a delay it is the STDP window of the lag.",
            ),
        ),
        stronger="The pair leaves the STDP window at its lag, exp(-lag / 20). Until the reward comes, that decays "
        "for the delay, with tau_e. The success multiplies what is left.",
    ),
    "11.2": Function(
        cases=(
            Case(
                (REWARDS, SCORES),
                -SLOPE / (2 * CURVATURE),
                "Set the derivative of the mean square by b to zero: each trial counts by its score squared.",
            ),
        ),
        stronger="The mean of R s² equals b times the mean of s².",
    ),
}
