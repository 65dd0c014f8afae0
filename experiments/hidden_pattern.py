"""Let neurons find a pattern that repeats in noise; record how many do, and what it takes.

``python -m experiments.hidden_pattern`` writes the record that page 09 shows. Beside the pattern
there are two controls: the columns of the pattern in a new order at each showing, and the pattern
from other inputs at each showing. For stages of 3 s it records, for each neuron, the share of slots
with the pattern that it answers (hits), that of slots without (alarms), and the median step of the
first spike in the pattern. At the end of the shorter time the weights are frozen, and each pattern
is played forwards and backwards 20 times. Other strengths of depression have fewer seeds.
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
    "showings": 20,  # of each pattern, forwards and backwards
    "seeds": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    "few": 3,  # of them for the other ratios
}


def groups_of(settings: dict) -> dict[str, slice]:
    """Return which neurons belong to each group."""
    found = {}
    first = 0
    for name, size in settings["neurons"].items():
        found[name] = slice(first, first + size)
        first += size
    return found


def as_shown(patterns: Tensor, groups: dict[str, slice], generator: Generator) -> Tensor:
    """Return the patterns ``[50, B, N]`` as one slot has them: two groups are shuffled afresh."""
    slot = patterns.clone()
    steps, _, inputs = patterns.shape
    mixed = patterns[:, groups["other order"]]
    order = torch.rand(*mixed.shape[:2], 1, generator=generator).argsort(0).expand_as(mixed)
    slot[:, groups["other order"]] = mixed.gather(0, order)
    moved = patterns[:, groups["other places"]]
    places = torch.rand(moved.shape[1], inputs, generator=generator).argsort(1)
    slot[:, groups["other places"]] = moved.gather(2, places.expand(steps, -1, -1))
    return slot


def noise(samples: int, inputs: int, generator: Generator) -> Tensor:
    """Return one slot of random spikes ``[50, samples, inputs]``."""
    return rate(torch.full((samples, inputs), RATE), SLOT, generator=generator)


def measured(sent: Tensor, shown: Tensor) -> dict[str, list[float]]:
    """Return hits, alarms and the median first step in the pattern, for spikes [slots, 50, B]."""
    answered = sent.amax(1) > 0
    first = torch.where(answered, sent.argmax(1).float(), torch.nan)[shown].nanmedian(0).values
    return {
        "hits": answered[shown].float().mean(0).tolist(),
        "alarms": answered[~shown].float().mean(0).tolist(),
        "first": [None if step != step else step for step in first.tolist()],
    }


def answers(weight: Tensor, patterns: Tensor, settings: dict, generator: Generator) -> dict:
    """Return in how many of the showings frozen neurons answer their pattern, by direction."""
    frozen = PairSTDP(a_plus=0.0, a_minus=0.0)
    repeated = weight.repeat_interleave(settings["showings"], 0)
    before = noise(len(repeated), settings["inputs"], generator)
    found = {}
    for name, played in (("forwards", patterns), ("backwards", patterns.flip(0))):
        slot = noise(len(repeated), settings["inputs"], generator)
        slot[..., : settings["of the pattern"]] = played.repeat_interleave(settings["showings"], 1)
        film = torch.cat([before, slot])
        options = {"drive": settings["drive"], "tau_mem": settings["tau_mem"]}
        spikes = listen(frozen, film, repeated, **options).spikes[SLOT:]
        found[name] = spikes.amax(0).view(-1, settings["showings"]).mean(1).tolist()
    return found


def run(seed: int, ratio: float, settings: dict) -> dict:
    """Let all groups listen; return what was measured at each stage, and the answers after it."""
    generator = seed_torch(seed)
    groups = groups_of(settings)
    samples = sum(settings["neurons"].values())
    of_pattern = settings["of the pattern"]
    patterns = rate(torch.full((samples, of_pattern), RATE), SLOT, generator=generator)
    shown = slots_with_pattern(settings["stages"] * settings["stage"], generator)
    rule = PairSTDP(a_plus=settings["a_plus"], a_minus=ratio * settings["a_plus"])
    ears = torch.full((samples, 1, settings["inputs"]), 0.5)
    found = {"seed": seed, "stages": []}
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
        found["stages"].append(measured(torch.stack(sent), shown[slots]))
        if len(found["stages"]) == settings["short"]:
            own = groups["pattern"]
            found |= answers(ears.weight[own], patterns[:, own], settings, seed_torch(seed + 100))
    print(seed, ratio, found["stages"][-1]["hits"], flush=True)
    return found


def at_the_end(runs: list[dict], stage: int, settings: dict) -> dict[str, list[list[float]]]:
    """Return hits and alarms of all neurons after so many stages, by group."""
    ends = [run["stages"][stage - 1] for run in runs]
    return {
        name: [[share for end in ends for share in end[kind][own]] for kind in ("hits", "alarms")]
        for name, own in groups_of(settings).items()
    }


def main(arguments: list[str] | None = None) -> None:
    """Run every seed, with each ratio, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "stages", "short", "seeds")
    settings = SETTINGS | vars(parser.parse_args(arguments))
    torch.set_num_threads(1)
    runs = [run(seed, settings["ratio"], settings) for seed in settings["seeds"]]
    others = {
        str(ratio): [run(seed, ratio, settings) for seed in settings["seeds"][: settings["few"]]]
        for ratio in settings["other ratios"]
    }
    record("hidden_pattern", settings, summary(runs, settings) | {"runs": runs, "others": others})


def summary(runs: list[dict], settings: dict) -> dict[str, dict]:
    """Return hits and alarms after the shorter time and at the end."""
    return {
        "ends": at_the_end(runs, settings["short"], settings),
        "late ends": at_the_end(runs, settings["stages"], settings),
    }


if __name__ == "__main__":
    main()
