"""Let agents find a goal on a line of places by reward-modulated STDP, with four kinds of success.

``python -m experiments.line_walkers`` writes the record that page 11 shows: how often the goal is
found per move, for agents whose success is the surprise (reward and what is now expected, less what
was), the reward less its running mean, the reward less what was expected at the place, or the
surprise of another agent. Each kind has its time constant of the eligibility and its learning rate:
those at which the tuning agents do best. Only the test agents with these are reported.
"""

from itertools import product

import torch
from torch import Tensor

from experiments import parser_for
from snn_core.losses import predict
from snn_core.plasticity import PairSTDP, RewardSTDP, running_mean_step
from snn_core.tasks import CueAssociation
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "places": 7,
    "goal": 4,
    "moves": 300,
    "last": 100,  # moves that count
    "tuning": 20,
    "testing": 100,
    "discount": 0.9,
    "critic_rate": 0.3,
    "mean_rate": 0.02,
    "expected": 1.0,
    "mean_expected": 1 / 3,
    "taus": [20.0, 60.0, 200.0, 600.0],
    "kinds": [
        "surprise",
        "reward less its mean",
        "reward less that of the place",
        "another's surprise",
    ],
    "rates": [0.002, 0.006, 0.02, 0.06, 0.2, 0.6],
}
STDP = PairSTDP(a_plus=1.0, a_minus=0.5, dt=5.0)


class Walkers:
    """Agents on lines of places, each with weights, expectations and a success of its own.

    Args:
        settings: as in `SETTINGS`.
        agents: how many.
        chance: source of all randomness.
    """

    def __init__(self, settings: dict, agents: int, chance: torch.Generator):
        self.settings = settings
        self.chance = chance
        places = settings["places"]
        self.line = CueAssociation(places, actions=2, dt=5.0, width=0.2)
        self.who = torch.arange(agents)
        self.weight = 0.2 + 0.2 * torch.rand(agents, 2, 5 * places, generator=chance)
        self.value = torch.full((agents, places), settings["expected"])
        self.mean = torch.full((agents,), settings["mean_expected"])
        self.place = self.ends()

    def ends(self) -> Tensor:
        """Return an end of the line for each agent, by chance."""
        right = torch.randint(2, self.who.shape, generator=self.chance)
        return right * (self.settings["places"] - 1)

    def move(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Move each agent by one place; return spikes of both sides, the new places, rewards."""
        steps = self.line.cue_steps
        pre, post = self.line.trial(self.weight, self.place, steps, generator=self.chance)
        right = predict(post.sum(0), generator=self.chance)
        there = (self.place + 2 * right - 1).clamp(0, self.settings["places"] - 1)
        return pre, post, there, (there == self.settings["goal"]).float()

    def success(self, reward: Tensor, there: Tensor, kind: str) -> Tensor:
        """Return the success of each agent, and update what it expects."""
        kept = self.settings["discount"] * self.value[self.who, there] * (1 - reward)
        less_value = reward - self.value[self.who, self.place]
        surprise = less_value + kept
        of_place = kind == "reward less that of the place"
        move = self.settings["critic_rate"] * (less_value if of_place else surprise)
        self.value[self.who, self.place] += move
        less_mean = reward - self.mean
        self.mean = running_mean_step(self.mean, reward, self.settings["mean_rate"])
        kinds = (surprise, less_mean, less_value, surprise.roll(1))
        return dict(zip(self.settings["kinds"], kinds, strict=True))[kind]


def train(settings: dict, kind: str, tau: float, rate: float, agents: int, seed: int) -> Tensor:
    """Return the rewards of agents that learn with one kind of success ``[moves, B]``."""
    walkers = Walkers(settings, agents, seed_torch(seed))
    learner = RewardSTDP(STDP, tau, lr=rate)
    state, rewards = None, []
    for _ in range(settings["moves"]):
        pre, post, there, reward = walkers.move()
        state = learner.run(pre, post, walkers.weight, state)
        success = walkers.success(reward, there, kind)
        walkers.weight = learner.reward(walkers.weight, state, success)
        walkers.place = torch.where(reward > 0, walkers.ends(), there)
        rewards.append(reward)
    return torch.stack(rewards)


def tuned(settings: dict, kind: str) -> dict:
    """Return the goals per 100 moves of the test agents with what suits tuning agents best.

    Returns:
        "course": for blocks of 25 moves, the mean of the agents; "final": of each agent; "tau" and
        "rate": those taken.
    """
    last = settings["last"]
    tuning = {
        (tau, rate): train(settings, kind, tau, rate, settings["tuning"], 0)[-last:].mean()
        for tau, rate in product(settings["taus"], settings["rates"])
    }
    tau, rate = max(tuning, key=tuning.get)
    rewards = 100 * train(settings, kind, tau, rate, settings["testing"], 1)
    course = rewards.unflatten(0, (-1, 25)).mean((1, 2))
    final = rewards[-last:].mean(0)
    return {
        "course": [round(each, 2) for each in course.tolist()],
        "final": [round(each, 1) for each in final.tolist()],
        "tau": tau,
        "rate": rate,
    }


def main(arguments: list[str] | None = None) -> None:
    """Train all agents and write the record."""
    told = parser_for(__doc__, SETTINGS, "moves", "tuning", "testing").parse_args(arguments)
    settings = SETTINGS | vars(told)
    results = {}
    for kind in settings["kinds"]:
        results[kind] = tuned(settings, kind)
        final = results[kind]["final"]
        taken = results[kind]["tau"], results[kind]["rate"]
        print(kind, *taken, min(final), sum(final) / len(final), flush=True)
    print(record("line_walkers", settings, results))


if __name__ == "__main__":
    main()
