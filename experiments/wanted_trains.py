"""Teach neurons whole spike trains by four costs; record how many wanted spikes are met, and when.

``python -m experiments.wanted_trains`` writes the record that page 08 shows. Each seed draws the
inputs, the wanted trains and the first weights; seed 0 is what the page runs.
"""

import torch

from experiments import parser_for
from snn_core.teaching.patterns import share_met
from snn_core.teaching.records import record
from snn_core.teaching.studies.wanted_trains import arriving, costs_of_trains, teach, wanted_trains
from snn_core.training import seed_torch

SETTINGS = {
    "neurons": 20,
    "taus": [1.0, 10.0, 30.0],  # in ms, of the traces; and step by step
    "updates": [200, 600, 1200],  # after which is measured
    "within": [3, 0],  # steps that a spike may be away
    "lr": 0.01,
    "seeds": [0, 1, 2],
}


def runs(seed: int, settings: dict) -> dict[str, dict]:
    """Teach by each cost; return spikes and shares met, [measurement], by cost."""
    generator = seed_torch(seed)
    arrivals = arriving(generator)
    goal = wanted_trains(settings["neurons"], generator)
    options = {"neurons": settings["neurons"], "lr": settings["lr"], "seed": seed + 1}
    found = {}
    for name, cost in costs_of_trains(settings["taus"]).items():
        course = teach(cost, goal, arrivals, updates=max(settings["updates"]), **options)
        ends = [course[updates - 1] for updates in settings["updates"]]
        found[name] = {"spikes": [int(end.sum()) for end in ends]}
        for within in settings["within"]:
            shares = [round(share_met(end, goal, within=within), 4) for end in ends]
            found[name][f"within {within}"] = shares
        print(seed, name, found[name], flush=True)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Teach with each seed, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "updates", "seeds")
    settings = SETTINGS | vars(parser.parse_args(arguments))
    torch.set_num_threads(1)
    each = [runs(seed, settings) for seed in settings["seeds"]]
    results = {
        arm: {name: [run[arm][name] for run in each] for name in found}
        for arm, found in each[0].items()
    }
    record("wanted_trains", settings, results)


if __name__ == "__main__":
    main()
