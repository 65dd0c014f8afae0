"""Train the network of page 07 by every learning rule, and record what page 15 shows.

``python -m experiments.learning_rules`` writes the record of that name. It runs the page's own cells (those tagged
"definitions"), so that the record and the page speak of the same rules. Each rule is written as soon as it is done;
``--rules`` does some of them and leaves the others in the record as they are. ``--slow`` records the control of the
page's third exercise instead: the page's small run of two rules, with the spikes spread over 10 and over 30 steps.

The settings of each rule and control are the best of four (of eight for those with two `STARTS`) on 1,000 held-out
training images, with one seed, after training on the 4,000 others (``--validate`` repeats that and records it). The
test images are looked at once per network, at the end of its training. While the settings are chosen, the gradients of
"rtrl" and "eprop" are computed backwards by autograd (`EarlyErrors`), which is quicker; `tests/test_online.py` asserts
that they are the same.
"""

import argparse
import json
from datetime import date
from math import isnan

import torch

from experiments import RECORDS
from experiments.page_cells import definitions
from snn_core import LeakyIntegrator
from snn_core.datasets import mnist_mini
from snn_core.online import count_error

RECORD = RECORDS / "learning_rules.json"


RATES, DECAYS = (3e-3, 5e-3), (0.1, 0.5)
DEFAULT = (1, 1, 1)
STARTS = {  # sizes of the first hidden and output weights and of the feedback: as elsewhere, and as on page 14
    "feedback_alignment": [DEFAULT, (1, 0.1, 2)],
    "direct_feedback_alignment": [DEFAULT, (2, 0.1, 2)],
    "decolle": [DEFAULT, (1, 0.1, 2)],
    "last_layer": [(2, 1, 1)],
}


class EarlyErrors:
    """What "rtrl" and "eprop" compute with traces, backwards: BPTT but for the errors of the counts so far."""

    def __init__(self, network, rule: str):
        self.network, self.rule = network, rule

    def run(self, inputs, labels) -> None:
        """Run a sequence ``[T, B, N]``, adding gradients to ``.grad``."""
        first, hidden, second, output = self.network
        spikes = hidden(first(inputs))
        answers = output(second(spikes.detach() if self.rule == "eprop" else spikes))
        errors = [
            count_error(counts * (len(inputs) / (before + 1)), labels)
            for before, counts in enumerate(answers.detach().cumsum(0))
        ]
        told = answers
        if self.rule == "eprop":  # the hidden layer is taught as if the output were a leaky readout
            told = told + LeakyIntegrator(beta=output.beta)(spikes @ second.weight.detach().T)
        (torch.stack(errors) * told).sum().backward()


def backwards(learner_for):
    """Return the page's `learner_for`, with `EarlyErrors` for the rules that have a trace per synapse."""

    def quicker(rule, network, *arguments, **options):
        if rule in ("rtrl", "eprop"):
            return EarlyErrors(network, rule)
        return learner_for(rule, network, *arguments, **options)

    return quicker


def split(validation: bool) -> tuple:
    """Return images and labels to learn from and to be judged by: the test set, or held-out training images."""
    digits = mnist_mini()
    images, labels = digits.train_images.flatten(1), digits.train_labels
    if validation:
        return (images[:4000], labels[:4000]), (images[4000:], labels[4000:])
    return (images, labels), (digits.test_images.flatten(1), digits.test_labels)


def probe(page: dict, images, labels) -> tuple:
    """Return the spikes and labels of 500 training images, on which gradients are compared."""
    generator = torch.Generator().manual_seed(0)
    return page["encoding"].rate(images[:500], page["STEPS"], generator=generator), labels[:500]


def record(rule: str, entry: dict, settings: dict) -> None:
    """Put what was found of one rule into the record; leave the other rules as they are."""
    known = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {"rules": {}}
    known = known | settings | {"rules": known["rules"] | {rule: known["rules"].get(rule, {}) | entry}}
    RECORD.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def settings_of(rule: str) -> list[dict]:
    """Return the settings that are tried for a rule: four, and four for a second start."""
    if rule == "reward_stdp":
        return [{"lr": lr} for lr in (5e-4, 1e-3, 2e-3, 4e-3)]
    if rule == "stdp_readout":
        return [{"stdp": (first, 0.01), "lr": lr} for first in (0.2, 0.5) for lr in (3e-3, 1e-2)]
    if rule == "random_readout":
        return [{"lr": lr} for lr in (1e-3, 3e-3, 1e-2, 3e-2)]
    rates = (5e-3, 2e-2) if rule == "last_layer" else RATES  # the larger one is that of page 14
    starts = STARTS.get(rule, [None])
    tried = [(start, {"lr": lr, "weight_decay": decay}) for start in starts for lr in rates for decay in DECAYS]
    return [each | ({"start": start} if start else {}) for start, each in tried]


def slow_digits(page: dict, train, test, seeds: list[int]) -> dict:
    """Return the accuracies of two rules when the same number of spikes comes in 10 and in 30 steps."""
    few, settings = tuple(part[:2000] for part in train), {"hidden": 64, "epochs": 3, "batch_size": 32, "lr": 3e-3}
    found: dict = {}
    for rule in ("truncated_1", "ottt"):
        for steps in (10, 30):
            runs = [page["rule_trial"](rule, few, test, seed=seed, steps=steps, **settings) for seed in seeds]
            found.setdefault(rule, {})[str(steps)] = [round(run["accuracy"], 4) for run in runs]
    return found


def main() -> None:
    """Choose the settings or train with them, rule by rule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", nargs="+", default=None)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--validate", action="store_true", help="try the settings on held-out training images")
    parser.add_argument("--slow", action="store_true", help="record two rules with spikes spread over more steps")
    arguments = parser.parse_args()
    page, (train, judged) = definitions("15_one_task_every_rule"), split(arguments.validate)
    if arguments.slow:
        known = json.loads(RECORD.read_text(encoding="utf-8"))
        known["slow"] = slow_digits(page, train, judged, [0, 1, 2, 3, 4, 5])
        RECORD.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        return
    options = {"hidden": arguments.hidden, "epochs": arguments.epochs, "probe": probe(page, *train)}
    rules = arguments.rules or page["TRIALS"]
    if arguments.validate:
        page["learner_for"] = backwards(page["learner_for"])
    for rule in [rule for rule in rules if not (arguments.validate and rule == "untrained")]:
        if arguments.validate:
            tried = settings_of(rule)
            found = [page["rule_trial"](rule, train, judged, seed=0, **options, **each) for each in tried]
            scores = [round(each["accuracy"], 4) for each in found]
            entry = {"tried": tried, "held_out": scores, "settings": tried[scores.index(max(scores))]}
        else:
            chosen = (
                {} if rule == "untrained" else json.loads(RECORD.read_text(encoding="utf-8"))["rules"][rule]["settings"]
            )
            runs = [page["rule_trial"](rule, train, judged, seed=seed, **options, **chosen) for seed in arguments.seeds]
            entry = {name: [None if isnan(run[name]) else round(run[name], 4) for run in runs] for name in runs[0]}
        print(rule, entry, flush=True)
        settings = {"date": date.today().isoformat(), "threads": torch.get_num_threads()}
        settings |= {name: getattr(arguments, name) for name in ("hidden", "epochs", "seeds")}
        record(rule, entry, settings)


if __name__ == "__main__":
    main()
