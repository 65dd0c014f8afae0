"""Let neurons learn by STDP under three bounds, and record where their weights end.

``python -m experiments.weight_bounds`` writes the record that page 09 shows. Neurons listen to 40
inputs, of which 20 are weakly correlated, or, as a control, none. Depression is stronger than
potentiation by each of some ratios. Recorded are the shares of the weights in each fifth of their
range, and the mean weights of both halves of the inputs, one for each seed; the shares at half of
the time, too, so that one sees what still moves.
"""

import torch
from torch import Tensor

from experiments import parser_for
from snn_core.plasticity import PairSTDP
from snn_core.teaching.records import record
from snn_core.teaching.studies.plasticity import Ears, correlated_inputs, listen
from snn_core.training import seed_torch

SETTINGS = {
    "bounds": ["additive", "multiplicative", "soft"],
    "ratios": [1.05, 1.1, 1.2, 1.3, 1.6],  # depression over potentiation at a weight of 1/2
    "a_plus": 0.03,  # at a weight of 1/2
    "copied": {"correlated": 0.3, "control": 0.0},
    "neurons": 10,
    "seconds": 60,
    "seeds": [0, 1, 2, 3, 4],
}


def rule_at_half(bound: str, a_plus: float, ratio: float) -> PairSTDP:
    """Return a rule that does at a weight of 1/2 what the additive one does."""
    free = PairSTDP(bound=bound)
    up, down = (factor.item() for factor in free.factors(torch.tensor(0.5)))
    return PairSTDP(bound=bound, a_plus=a_plus / up, a_minus=ratio * a_plus / down)


def fifths(weight: Tensor) -> list[float]:
    """Return the share of the weights in each fifth of [0, 1]."""
    return (torch.histc(weight, 5, 0, 1) / weight.numel()).tolist()


def halves_of_inputs(weight: Tensor) -> list[float]:
    """Return the mean weight of the first 20 inputs and of the others."""
    return [weight[..., :20].mean().item(), weight[..., 20:].mean().item()]


def run(rule: PairSTDP, settings: dict) -> dict[str, dict]:
    """Let all neurons of all seeds listen together; return what is recorded, by arm."""
    arms = [(name, seed) for name in settings["copied"] for seed in settings["seeds"]]
    sources = {arm: seed_torch(arm[1]) for arm in arms}
    start: Tensor | Ears = torch.full((len(arms) * settings["neurons"], 1, 40), 0.5)
    for _ in range(settings["seconds"]):
        parts = [
            correlated_inputs(
                1000, settings["neurons"], sources[arm], copied=settings["copied"][arm[0]]
            )
            for arm in arms
        ]
        start = listen(rule, torch.cat(parts, dim=1), start).ears
    found: dict[str, dict] = {name: {"fifths": [], "means": []} for name in settings["copied"]}
    for (name, _), end in zip(arms, start.weight.chunk(len(arms)), strict=True):
        found[name]["fifths"].append(fifths(end))
        found[name]["means"].append(halves_of_inputs(end))
    return found


def percent(results: dict, settings: dict) -> dict[str, dict[str, list]]:
    """Return the mean share of each fifth over the seeds, a row for each ratio, by bound, group."""
    return {
        bound: {
            group: [
                (100 * torch.tensor(found[group]["fifths"]).mean(0)).tolist()
                for found in by_ratio.values()
            ]
            for group in settings["copied"]
        }
        for bound, by_ratio in results.items()
    }


def main(arguments: list[str] | None = None) -> None:
    """Run every bound with every ratio, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "seconds", "neurons", "seeds", "ratios")
    settings = SETTINGS | vars(parser.parse_args(arguments))
    torch.set_num_threads(1)
    results: dict[str, dict] = {}
    for bound in settings["bounds"]:
        results[bound] = {}
        for ratio in settings["ratios"]:
            rule = rule_at_half(bound, settings["a_plus"], ratio)
            results[bound][str(ratio)] = run(rule, settings)
            print(bound, ratio, results[bound][str(ratio)]["correlated"]["fifths"][0], flush=True)
    record("weight_bounds", settings, results | {"percent": percent(results, settings)})


if __name__ == "__main__":
    main()
