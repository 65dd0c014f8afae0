"""Let neurons find a pattern that repeats in noise; record how many do, and what it takes.

``python -m experiments.hidden_pattern`` writes the record that page 09 shows. In the pattern each
input that takes part spikes exactly once, at a step drawn at random: none spikes more often. There
are two controls: the steps of the pattern in a new order at each showing, and the pattern from
other inputs at each showing. For stages of 3 s each neuron has the share of slots with the pattern
that it answers (hits), and that of slots without (alarms). Recorded are how many have found the
pattern after each stage, both shares at the half and at the end, and the median step of the first
spike in the pattern. At the half the weights are frozen, and each pattern is played forwards,
backwards and shuffled, against noise. Other strengths of depression have fewer seeds.
"""

import torch
from torch import Generator, Tensor

from experiments import parser_for
from snn_core.encoding import rate
from snn_core.plasticity import PairSTDP
from snn_core.teaching.records import record
from snn_core.teaching.studies.plasticity import RATE, SLOT, listen, slots_with_pattern
from snn_core.training import seed_torch

SETTINGS = {
    "inputs": 2000,
    "of the pattern": 1000,
    "a_plus": 0.015,
    "ratio": 1.15,  # depression over potentiation
    "other ratios": [1.05, 1.1, 1.2, 1.3],
    "drive": 1.6,
    "tau_mem": 10.0,
    "neurons": {"pattern": 10, "other order": 5, "other places": 5},
    "stage": 60,  # slots, 3 s
    "stages": 10,
    "short": 5,  # stages before the test
    "showings": 20,  # of each pattern, in each way
    "found": [0.75, 0.4],  # hits above, alarms below
    "seeds": [0, 1, 2, 3, 4],
    "few": 2,  # of them for the other ratios
}


def groups_of(settings: dict) -> dict[str, slice]:
    """Return which neurons belong to each group."""
    found = {}
    first = 0
    for name, size in settings["neurons"].items():
        found[name] = slice(first, first + size)
        first += size
    return found


def one_spike_each(samples: int, inputs: int, generator: Generator) -> Tensor:
    """Return patterns ``[50, samples, inputs]``: each input spikes once, at a random step."""
    times = torch.randint(SLOT, (samples, inputs), generator=generator)
    return (torch.arange(SLOT)[:, None, None] == times).float()


def shuffled(patterns: Tensor, generator: Generator) -> Tensor:
    """Return patterns ``[50, B, N]`` with their steps in a new order, for each its own."""
    chance = torch.rand(*patterns.shape[:2], 1, generator=generator)
    return patterns.gather(0, chance.argsort(0).expand_as(patterns))


def as_shown(patterns: Tensor, groups: dict[str, slice], generator: Generator) -> Tensor:
    """Return the patterns ``[50, B, N]`` as one slot has them: two groups are shuffled afresh."""
    slot = patterns.clone()
    steps, _, inputs = patterns.shape
    slot[:, groups["other order"]] = shuffled(patterns[:, groups["other order"]], generator)
    moved = patterns[:, groups["other places"]]
    places = torch.rand(moved.shape[1], inputs, generator=generator).argsort(1)
    slot[:, groups["other places"]] = moved.gather(2, places.expand(steps, -1, -1))
    return slot


def noise(samples: int, inputs: int, generator: Generator) -> Tensor:
    """Return one slot of random spikes ``[50, samples, inputs]``."""
    return rate(torch.full((samples, inputs), RATE), SLOT, generator=generator)


def measured(sent: Tensor, shown: Tensor) -> dict[str, Tensor]:
    """Return hits, alarms and the median first step in the pattern, for spikes [slots, 50, B]."""
    answered = sent.amax(1) > 0
    first = torch.where(answered, sent.argmax(1).float(), torch.nan)[shown]
    return {
        "hits": answered[shown].float().mean(0),
        "alarms": answered[~shown].float().mean(0),
        "first": first.nanmedian(0).values,
    }


def answers(weight: Tensor, patterns: Tensor, settings: dict, generator: Generator) -> dict:
    """Return in how many of the showings frozen neurons answer, by what is played."""
    frozen = PairSTDP(a_plus=0.0, a_minus=0.0)
    repeated = weight.repeat_interleave(settings["showings"], 0)
    forwards = patterns.repeat_interleave(settings["showings"], 1)
    played = {
        "forwards": forwards,
        "backwards": forwards.flip(0),
        "shuffled": shuffled(forwards, generator),
        "noise": None,
    }
    before = noise(len(repeated), settings["inputs"], generator)
    found = {}
    for name, pattern in played.items():
        slot = noise(len(repeated), settings["inputs"], generator)
        if pattern is not None:
            slot[..., : settings["of the pattern"]] = pattern
        film = torch.cat([before, slot])
        options = {"drive": settings["drive"], "tau_mem": settings["tau_mem"]}
        spikes = listen(frozen, film, repeated, **options).spikes[SLOT:]
        found[name] = rounded(spikes.amax(0).view(-1, settings["showings"]).mean(1))
    return found


def rounded(shares: Tensor) -> list[float | None]:
    """Return numbers as a record keeps them."""
    return [None if share != share else round(share, 3) for share in shares.tolist()]


def run(seed: int, ratio: float, settings: dict) -> tuple[list[dict[str, Tensor]], dict]:
    """Let all groups listen; return what was measured at each stage, and the answers."""
    generator = seed_torch(seed)
    groups = groups_of(settings)
    samples = sum(settings["neurons"].values())
    of_pattern = settings["of the pattern"]
    patterns = one_spike_each(samples, of_pattern, generator)
    shown = slots_with_pattern(settings["stages"] * settings["stage"], generator)
    rule = PairSTDP(a_plus=settings["a_plus"], a_minus=ratio * settings["a_plus"])
    ears = torch.full((samples, 1, settings["inputs"]), 0.5)
    stages: list[dict[str, Tensor]] = []
    tested: dict = {}
    for slots in torch.arange(len(shown)).split(settings["stage"]):
        sent = []
        for slot in slots:
            arrivals = noise(samples, settings["inputs"], generator)
            if shown[slot]:
                arrivals[..., :of_pattern] = as_shown(patterns, groups, generator)
            options = {"drive": settings["drive"], "tau_mem": settings["tau_mem"]}
            heard = listen(rule, arrivals, ears, **options)
            ears = heard.ears
            sent.append(heard.spikes)
        stages.append(measured(torch.stack(sent), shown[slots]))
        if len(stages) == settings["short"]:
            own = groups["pattern"]
            tested = answers(ears.weight[own], patterns[:, own], settings, seed_torch(seed + 100))
    print(seed, ratio, rounded(stages[-1]["hits"]), flush=True)
    return stages, tested


def summary(runs: list[tuple[list[dict[str, Tensor]], dict]], settings: dict) -> dict[str, dict]:
    """Return what the record keeps of runs with one ratio; neurons of all seeds in a row."""
    shares = {
        kind: torch.stack(
            [torch.stack([stage[kind] for stage in stages]) for stages, _ in runs], dim=1
        )
        for kind in ("hits", "alarms", "first")
    }  # [stage, seed, neuron]
    high, low = settings["found"]
    passed = (shares["hits"] > high) & (shares["alarms"] < low)
    kept: dict[str, dict] = {"found": {}, "ever found": {}, "ends": {}, "late ends": {}}
    for name, own in groups_of(settings).items():
        kept["found"][name] = passed[..., own].flatten(1).sum(1).tolist()
        kept["ever found"][name] = int(passed[..., own].any(0).sum())
        for key, stage in (("ends", settings["short"]), ("late ends", settings["stages"])):
            kept[key][name] = [
                rounded(shares[kind][stage - 1][:, own].flatten()) for kind in ("hits", "alarms")
            ]
    own = groups_of(settings)["pattern"]
    steps = shares["first"][:, :, own].flatten(1)
    kept["first"] = {
        str(stage): rounded(steps[stage - 1])
        for stage in (3, settings["short"], settings["stages"])
        if stage <= settings["stages"]
    }
    kept["played"] = {way: sum((tested[way] for _, tested in runs), []) for way in runs[0][1]}
    return kept


def main(arguments: list[str] | None = None) -> None:
    """Run every seed, with each ratio, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "stages", "short", "seeds")
    settings = SETTINGS | vars(parser.parse_args(arguments))
    torch.set_num_threads(1)
    results = summary(
        [run(seed, settings["ratio"], settings) for seed in settings["seeds"]], settings
    )
    others: dict[str, dict] = {}
    for ratio in settings["other ratios"]:
        few = settings["seeds"][: settings["few"]]
        whole = summary([run(seed, ratio, settings) for seed in few], settings)
        others[str(ratio)] = {
            key: whole[key] for key in ("found", "ever found", "ends", "late ends")
        }
    record("hidden_pattern", settings, results | {"others": others})


if __name__ == "__main__":
    main()
