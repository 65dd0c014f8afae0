"""Train the network of page 07 by every learning rule, and record what page 15 shows.

``python bench/learning_rules.py`` writes ``bench/learning_rules.json``. It runs the page's own cells (those tagged
"definitions"), so that the record and the page speak of the same rules. Each rule is written as soon as it is done;
``--rules`` does some of them and leaves the others in the record as they are.

The settings of each rule are the best of four on 1,000 held-out training images, with one seed, after training on
the 4,000 others (``--validate`` repeats that and records it). The test images are looked at once per network, at the
end of its training. While the settings are chosen, the gradients of "rtrl" and "eprop" are computed backwards by
autograd, which is quicker; the page asserts that they are the same.
"""

import argparse
import json
from datetime import date
from math import isnan
from pathlib import Path

import torch
from page_cells import definitions

from snn_core.datasets import mnist_mini

HERE = Path(__file__).parent
RECORD = HERE / "learning_rules.json"


CONTROLS = {"untrained": {"lr": None}, "random_readout": {"lr": None}}  # nothing to choose
RATES, DECAYS = (3e-3, 5e-3), (0.1, 0.5)


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
    known = json.loads(RECORD.read_text()) if RECORD.exists() else {"rules": {}}
    known = known | settings | {"rules": known["rules"] | {rule: known["rules"].get(rule, {}) | entry}}
    RECORD.write_text(json.dumps(known, indent=1) + "\n")


def settings_of(rule: str) -> list[dict]:
    """Return the four settings that are tried for a rule."""
    if rule == "reward_stdp":
        return [{"lr": lr} for lr in (5e-4, 1e-3, 2e-3, 4e-3)]
    if rule == "stdp_readout":
        return [{"lr": (first, last)} for first in (0.2, 0.5) for last in (0.01, 0.05)]
    return [{"lr": lr, "weight_decay": decay} for lr in RATES for decay in DECAYS]


def main() -> None:
    """Choose the settings or train with them, rule by rule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", nargs="+", default=None)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--validate", action="store_true", help="try the settings on held-out training images")
    arguments = parser.parse_args()
    page, (train, judged) = definitions("15_one_task_every_rule"), split(arguments.validate)
    options = {"hidden": arguments.hidden, "epochs": arguments.epochs, "probe": probe(page, *train)}
    rules = arguments.rules or page["TRIALS"]
    for rule in [rule for rule in rules if not (arguments.validate and rule in CONTROLS)]:
        if arguments.validate:
            tried, same = settings_of(rule), rule + " backwards" * (rule in ("rtrl", "eprop"))
            scores = [page["rule_trial"](same, train, judged, seed=0, **options, **each)["accuracy"] for each in tried]
            entry = {"tried": tried, "held_out": scores, "settings": tried[scores.index(max(scores))]}
        else:
            chosen = CONTROLS.get(rule) or json.loads(RECORD.read_text())["rules"][rule]["settings"]
            runs = [page["rule_trial"](rule, train, judged, seed=seed, **options, **chosen) for seed in arguments.seeds]
            entry = {name: [None if isnan(run[name]) else round(run[name], 4) for run in runs] for name in runs[0]}
        print(rule, entry, flush=True)
        settings = {"date": date.today().isoformat(), "threads": torch.get_num_threads()}
        settings |= {name: getattr(arguments, name) for name in ("hidden", "epochs", "seeds")}
        record(rule, entry, settings)


if __name__ == "__main__":
    main()
