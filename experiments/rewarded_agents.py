"""Train agents that associate cues with actions by a late reward: arms, traces, delays, critics.

``python -m experiments.rewarded_agents`` writes the record that page 11 shows. Agents are
independent: each has a weight matrix of its own, and they learn side by side. Every condition
gets a range of learning rates. For each rate some agents *tune* and others *test*: the rate at
which the tuning agents do best is taken, and only the test agents with that rate are reported.
"""

from itertools import pairwise

import torch
from torch import Tensor

from experiments import parser_for
from snn_core.losses import predict
from snn_core.plasticity import PairSTDP, RewardSTDP, running_mean_step
from snn_core.tasks import CueAssociation
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "trials": 150,
    "last": 50,  # trials that count
    "tuning": 20,
    "testing": 60,
    "tau_eligibility": 40.0,
    "delay": 50.0,
    "arms": ["product", "STDP alone", "reward alone", "unrelated reward", "counting"],
    "arm_rates": [0.006, 0.02, 0.06, 0.2, 0.6, 2.0, 6.0, 20.0],
    "trace_taus": {  # for each delay in ms
        "60": [10.0, 20.0, 30.0, 60.0, 120.0, 360.0, 960.0],
        "180": [30.0, 60.0, 90.0, 180.0, 360.0, 1080.0, 2880.0],
    },
    "trace_rates": [6e-4, 2e-3, 6e-3, 0.02, 0.06, 0.2, 0.6, 2.0, 6.0, 20.0, 60.0, 200.0, 600.0],
    "taus": [10.0, 30.0, 90.0],
    "waits": [2.0, 4.0, 5.0, 6.0],  # in units of tau
    "wait_rates": [0.06, 0.2, 0.6, 2.0, 6.0, 20.0, 60.0, 200.0, 600.0],
    "critics": ["one mean", "per cue, informed", "per cue", "none", "one mean, informed"],
    "offsets": [0.0, 1.0, 2.0],
    "critic_rates": [0.002, 0.006, 0.02, 0.06, 0.2],
}
TASK = CueAssociation(dt=5.0, width=0.2)
STDP = PairSTDP(a_plus=1.0, a_minus=0.5, dt=5.0)
WEAKENING = PairSTDP(a_plus=1.0, a_minus=2.0, dt=5.0)
DEFAULTS = {"arm": 0, "critic": 0, "offset": 0.0, "start": 0.0, "silent": False}


def play(weight: Tensor, cue: Tensor, steps: int, chance, **options) -> tuple[Tensor, ...]:
    """Return spikes of inputs and outputs in one trial, and who acted right ``[B]``."""
    pre, post = TASK.trial(weight, cue, steps, generator=chance, **options)
    action = predict(post[: TASK.cue_steps].sum(0), generator=chance)
    return pre, post, (action == cue).float()


def counted(pre: Tensor, post: Tensor) -> Tensor:
    """Return spikes of the outputs times those of the inputs during the cue, ``[B, M, N]``.

    Divided by the steps of the cue, and blind to the times within it.
    """
    inputs, outputs = (spikes[: TASK.cue_steps].sum(0) for spikes in (pre, post))
    return outputs[:, :, None] * inputs[:, None] / TASK.cue_steps


def meet(arm: Tensor, state, success: Tensor, counts: Tensor):
    """Return what the arm of each agent lets through of eligibility and success."""
    mean = state.eligibility.mean((1, 2), keepdim=True)
    kind = arm.view(-1, 1, 1)
    mark = torch.where(kind == 2, mean, state.eligibility)
    mark = torch.where(kind == 4, counts, mark)
    success = torch.where(arm == 3, success.roll(1), success)
    success = torch.where(arm == 1, 1.0, success)
    return state._replace(eligibility=mark), success


def less_expected(reward: Tensor, cue: Tensor, critic: Tensor, expected: Tensor) -> Tensor:
    """Return R - b, and update the expectations ``[B, cues]``: the first is the one mean."""
    agent = torch.arange(len(cue))
    slot = torch.where((critic == 1) | (critic == 2), cue, 0)
    mean = expected[agent, slot]
    expected[agent, slot] = running_mean_step(mean, reward, 0.1)
    return reward - torch.where(critic == 3, 0.0, mean)


def each_agent(conditions: dict, rates: list[float], agents: int) -> dict[str, Tensor]:
    """Repeat conditions [C] for every rate and agent: each ``[C · rates · agents]``."""
    given = [torch.as_tensor(values) for values in conditions.values()]
    spread = torch.broadcast_tensors(torch.zeros(1), *given)[1:]
    repeated = [values.repeat_interleave(len(rates) * agents) for values in spread]
    own = dict(zip(conditions, repeated, strict=True))
    return own | {"rate": torch.tensor(rates).repeat_interleave(agents).repeat(len(spread[0]))}


def first_weights(agents: int, chance) -> Tensor:
    """Return weights ``[B, 3, 15]`` from 0.2 to 0.4."""
    return 0.2 + 0.2 * torch.rand(agents, 3, 15, generator=chance)


def train(
    own: dict[str, Tensor], steps: int, trials: int, rule: PairSTDP = STDP, seed: int = 0
) -> Tensor:
    """Train agents with these conditions, each ``[B]``; return their rewards ``[trials, B]``."""
    chance = seed_torch(seed)
    expected = own["start"][:, None].repeat(1, 3)
    weight = first_weights(len(expected), chance)
    learner = RewardSTDP(rule, own["tau"])
    due = TASK.cue_steps + (own["delay"] / TASK.dt).round().long()
    state = learner.initial_state(weight[:, 0], weight[:, :, 0])
    right = []
    for _ in range(trials):
        cue = torch.randint(3, (len(expected),), generator=chance)
        pre, post, reward = play(weight, cue, steps, chance, silent=own["silent"])
        right.append(reward)
        success = less_expected(reward + own["offset"], cue, own["critic"], expected)
        for begin, end in pairwise(sorted({0, *due.tolist(), steps})):  # to the next due reward
            state = learner.run(pre[begin:end], post[begin:end], weight, state)
            remembered, given = meet(own["arm"], state, success, counted(pre, post))
            weight = learner.reward(weight, remembered, own["rate"] * given * (due == end))
    return torch.stack(right)


def tuned(
    settings: dict, rates: list[float], steps: int, rule: PairSTDP = STDP, **conditions
) -> dict:
    """Train agents under conditions [C]; return the tests' right actions in % and the rates.

    Returns:
        "final": the means of the last trials ``[C, tests]``; "rates": the rate taken ``[C]``.
    """
    tuning, last = settings["tuning"], settings["last"]
    agents = tuning + settings["testing"]
    own = each_agent(DEFAULTS | conditions, rates, agents)
    right = 100 * train(own, steps, settings["trials"], rule)
    right = right.view(len(right), -1, len(rates), agents)
    best = right[-last:, ..., :tuning].mean((0, 3)).argmax(1)
    tests = right[:, torch.arange(len(best)), best, tuning:]  # [trials, C, tests]
    final = tests[-last:].mean(0)
    return {
        "final": rounded(final),
        "rates": [rates[index] for index in best],
    }


def rounded(values: Tensor) -> list:
    """Return percentages with one decimal, as lists."""
    return (values.double() * 10).round().div(10).tolist()


def arms(settings: dict) -> dict:
    """Return what each arm reaches, and at which rate; at last, the product with A- above A+."""
    kinds = torch.arange(len(settings["arms"]))
    fixed = {"tau": settings["tau_eligibility"], "delay": settings["delay"]}
    found = tuned(settings, settings["arm_rates"], 20, arm=kinds, **fixed)
    weakening = tuned(settings, settings["arm_rates"], 20, WEAKENING, **fixed)
    finals, rates = (found[key] + weakening[key] for key in ("final", "rates"))
    return {
        name: {"final": final, "rate": rate}
        for name, final, rate in zip([*settings["arms"], "weakening"], finals, rates, strict=True)
    }


def traces(settings: dict) -> dict:
    """Return for each delay what is reached with each time constant of the eligibility."""
    found = {}
    for delay, taus in settings["trace_taus"].items():
        steps = TASK.cue_steps + round(float(delay) / TASK.dt)
        options = {"tau": torch.tensor(taus), "delay": float(delay)}
        each = tuned(settings, settings["trace_rates"], steps, **options)
        found[delay] = each
        means = [round(sum(one) / len(one), 1) for one in each["final"]]
        print(delay, means, each["rates"], flush=True)
    return found


def delays(settings: dict) -> dict:
    """Return for each time constant what is reached at each wait, with spikes, then in silence."""
    waits = torch.tensor(settings["waits"])
    silent = torch.arange(2 * len(waits)) >= len(waits)
    found = {}
    for tau in settings["taus"]:
        steps = TASK.cue_steps + round(settings["waits"][-1] * tau / TASK.dt)
        options = {"tau": tau, "delay": tau * waits.repeat(2), "silent": silent}
        each = tuned(settings, settings["wait_rates"], steps, **options)
        half = len(waits)
        found[f"{tau:g}"] = {
            name: {"final": each["final"][part], "rates": each["rates"][part]}
            for name, part in (("spikes", slice(half)), ("silence", slice(half, None)))
        }
        print(tau, [round(sum(one) / len(one), 1) for one in each["final"]], flush=True)
    return found


def critics(settings: dict) -> dict:
    """Return what is reached with each critic when a number is added to every reward."""
    offsets = torch.tensor(settings["offsets"])
    kinds = torch.arange(len(settings["critics"])).repeat_interleave(len(offsets))
    informed = (kinds == 1) | (kinds == 4)
    start = torch.where(informed, (offsets + 1 / 3).repeat(len(settings["critics"])), 0.0)
    options = {"critic": kinds, "offset": offsets.repeat(len(settings["critics"])), "start": start}
    fixed = {"tau": settings["tau_eligibility"], "delay": settings["delay"]}
    found = tuned(settings, settings["critic_rates"], 20, **options, **fixed)
    count = len(offsets)
    return {
        name: {
            "final": found["final"][count * i : count * (i + 1)],
            "rates": found["rates"][count * i : count * (i + 1)],
        }
        for i, name in enumerate(settings["critics"])
    }


def main(arguments: list[str] | None = None) -> None:
    """Train all agents and write the record."""
    told = parser_for(__doc__, SETTINGS, "trials", "tuning", "testing").parse_args(arguments)
    settings = SETTINGS | vars(told)
    results = {}
    for part in (arms, traces, critics, delays):
        results[part.__name__] = part(settings)
        print(part.__name__, flush=True)
    print(record("rewarded_agents", settings, results))


if __name__ == "__main__":
    main()
