"""Exercises of page 11, three-factor learning."""

import torch

from snn_core.losses import predict
from snn_core.plasticity import PairSTDP, RewardSTDP
from snn_core.tasks import CueAssociation
from snn_core.teaching.exercises import Case, Function, Mistake
from snn_core.training import seed_torch

TASK = CueAssociation(dt=5.0, width=0.2)
LEARNER = RewardSTDP(PairSTDP(a_plus=1.0, a_minus=0.5, dt=5.0), tau_eligibility=40.0, lr=0.1)
AGENTS = 20


def _eligibility(lag: int, delay: int, tau: float) -> float:
    """Return the eligibility, `delay` ms after the second spike, of a pair `lag` ms apart."""
    pre, post = torch.zeros(2, 11 + lag + delay, 1, 1, dtype=torch.float64)
    pre[10], post[10 + lag] = 1, 1
    learner = RewardSTDP(PairSTDP(a_plus=1.0), tau_eligibility=tau)
    state = learner.run(pre, post, torch.zeros(1, 1), learner.initial_state(pre[0], post[0]))
    return state.eligibility.item()


def share_right(critic) -> float:
    """Train agents with the success of a critic, for rewards of 1 and 2; return the last share of right actions."""
    chance = seed_torch(0)
    weight = 0.2 + 0.2 * torch.rand(AGENTS, 3, 15, generator=chance)
    state, course = None, []
    for _ in range(150):
        cue = torch.randint(3, (AGENTS,), generator=chance)
        pre, post = TASK.trial(weight, cue, 20, generator=chance)
        right = (predict(post[:10].sum(0), generator=chance) == cue).float()
        state = LEARNER.run(pre, post, weight, state)
        weight = LEARNER.reward(weight, state, critic.success(right + 1))
        course.append(right)
    return torch.stack(course)[-50:].mean().item()


def learns(answer, *rewards: torch.Tensor) -> str | torch.Tensor | None:
    """Return what a critic says at the last of some rewards; without any, whether agents learn from it."""
    critic = answer() if isinstance(answer, type) else answer
    said = critic.success(torch.full((AGENTS,), 1.0))
    if said is None:
        return None
    if not rewards:
        share = share_right(answer() if isinstance(answer, type) else answer)
        return LEARNT if share > 0.6 else f"right in {share:.0%} of the last 50 trials"
    for reward in rewards:
        said = critic.success(reward)
    return torch.sign(said).flatten()[:2].tolist()


LEARNT = "right in more than 60% of the last 50 trials"
USUAL = [torch.full((AGENTS,), 5.0)] * 300
LESS, MORE = torch.full((AGENTS,), 4.5), torch.full((AGENTS,), 5.5)

W = torch.tensor([1.0, 0.5, 0.2])
X = torch.tensor([1.0, 0.0, 2.0])


def _after(z: float, p: float, reward: float, b: float) -> tuple[torch.Tensor, float]:
    """Return weights and expectation after a trial."""
    surprise = z - p
    return W + 0.2 * (reward - b) * surprise * X, b + 0.1 * (reward - b)


def _mistaken(z: float, p: float, reward: float, b: float) -> tuple[Mistake, ...]:
    """Return the likely mistakes in one trial."""
    weight, moved = _after(z, p, reward, b)
    plain = W + 0.2 * (reward - b) * (z - p)
    return (
        Mistake((plain, moved), "Only synapses whose input was active change: multiply by x."),
        Mistake((W + 0.2 * (reward - b) * z * X, moved), "That is STDP's credit. The surprise is z - p."),
        Mistake((W + 0.2 * (reward - moved) * (z - p) * X, moved), "Use the b from before the trial, then move it."),
        Mistake((W + 0.2 * reward * (z - p) * X, moved), "The success is R - b."),
        Mistake((weight, b), "The expectation moves, too: a tenth of the way to the reward."),
    )


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
                (W, 0.5, X, 1.0, 0.25, 1.0),
                _after(1.0, 0.25, 1.0, 0.5),
                "Three factors: how active the input was, how surprising the spike was, the success.",
                mistakes=_mistaken(1.0, 0.25, 1.0, 0.5),
            ),
            Case(
                (W, 0.5, X, 0.0, 0.75, 0.0),
                _after(0.0, 0.75, 0.0, 0.5),
                "Silence that did not pay: the surprise and the success are both below 0.",
                mistakes=_mistaken(0.0, 0.75, 0.0, 0.5),
            ),
        ),
        stronger="w + 0.2 (R - b)(z - p) x, and b + 0.1 (R - b), both with the b that was given.",
    ),
    "11.3": Function(
        cases=(
            Case(
                (),
                LEARNT,
                "The agents did not learn. Right pays 2 and wrong pays 1: what must be above 0, and what below?",
            ),
            Case(
                (*USUAL, LESS),
                [-1.0, -1.0],
                "After many rewards of 5 all agents get 4.5: less than each is used to, so a success below 0. Nobody "
                "tells an agent which rewards there are, or what the others get.",
            ),
            Case((*USUAL, MORE), [1.0, 1.0], "After many rewards of 5 a 5.5 is more than expected."),
        ),
        stronger="Keep an expectation, a number for each agent. Compute R minus the expectation first, then move the "
        "expectation a part of the way to R, and return what you computed.",
        use=learns,
    ),
}
