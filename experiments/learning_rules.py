"""Train the network of page 07 by every learning rule, and record what page 15 shows.

``python -m experiments.learning_rules`` writes the record of that name. The rules are those of
`snn_core.teaching.studies.learning_rules`, which the page uses too. Each rule is written as soon
as it is done; ``--rules`` does some of them and leaves the others in the record as they are.
``--slow`` records what the page shows under "Deeper" instead: a small run of two rules, with the
spikes spread over 10 and over 30 steps.

The settings of each rule and control are the best of those tried on held-out training images, with
one seed, after training on the others (``--validate`` repeats that and records it). The test images
are looked at once per network, at the end of its training. While the settings are chosen, the
gradients of "rtrl" and "eprop" are computed backwards by autograd (`EarlyErrors`), which is
quicker; a test asserts that they are the same.
"""

from math import isnan

import torch
from torch import Tensor, nn

from experiments import parser_for, results_with
from snn_core import LeakyIntegrator, encoding
from snn_core.datasets import mnist_mini
from snn_core.online import count_error
from snn_core.teaching.records import record
from snn_core.teaching.studies.gradient_rules import BATCH_SIZE, STEPS, TAU_MEM, WIDE, learner_for
from snn_core.teaching.studies.learning_rules import TRIALS, rule_trial

NAME = "learning_rules"
DEFAULT = [1, 1, 1]
STARTS = {  # sizes of the first hidden and output weights and of the feedback: usual, and page 14's
    "feedback_alignment": [DEFAULT, [1, 0.1, 2]],
    "direct_feedback_alignment": [DEFAULT, [2, 0.1, 2]],
    "decolle": [DEFAULT, [1, 0.1, 2]],
    "last_layer": [[2, 1, 1]],
}


def tried_for(rule: str) -> list[dict]:
    """Return the settings that are tried for a rule: four, and four for a second start."""
    if rule == "reward_stdp":
        return [{"lr": lr} for lr in (5e-4, 1e-3, 2e-3, 4e-3)]
    if rule == "stdp_readout":
        return [{"stdp": [first, 0.01], "lr": lr} for first in (0.2, 0.5) for lr in (3e-3, 1e-2)]
    if rule == "random_readout":
        return [{"lr": lr} for lr in (1e-3, 3e-3, 1e-2, 3e-2)]
    rates = (5e-3, 2e-2) if rule == "last_layer" else (3e-3, 5e-3)  # 2e-2 is that of page 14
    tried = [{"lr": lr, "weight_decay": decay} for lr in rates for decay in (0.1, 0.5)]
    if rule in STARTS:
        return [each | {"start": start} for start in STARTS[rule] for each in tried]
    return tried


SETTINGS = {
    "hidden": 256,
    "tau_mem": TAU_MEM,
    "surrogate_scale_out": WIDE,
    "steps": STEPS,
    "samples": 5000,
    "probe": 500,  # training images on which gradients are compared
    "batch_size": BATCH_SIZE,
    "epochs": 5,
    "seeds": [0, 1, 2],
    "choice": {
        "held_out": 1000,
        "seed": 0,
        "tried": {rule: tried_for(rule) for rule in TRIALS if rule != "untrained"},
    },
    "slow": {
        "rules": ["truncated_1", "ottt"],
        "steps": [10, 30],
        "hidden": 64,
        "samples": 2000,
        "epochs": 3,
        "batch_size": 32,
        "lr": 3e-3,
        "seeds": [0, 1, 2, 3, 4, 5],
    },
}


class EarlyErrors:
    """Compute backwards what "rtrl" and "eprop" find with traces: BPTT for the early errors.

    Args:
        network: two linear layers, each followed by neurons.
        rule: "rtrl" or "eprop".
    """

    def __init__(self, network: nn.Sequential, rule: str):
        self.network = network
        self.rule = rule

    def run(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Run a sequence ``[T, B, N]``, adding gradients to ``.grad``; return the spikes."""
        first, hidden, second, output = self.network
        spikes = hidden(first(inputs))
        answers = output(second(spikes.detach() if self.rule == "eprop" else spikes))
        errors = [
            count_error(counts * (len(inputs) / (before + 1)), labels)
            for before, counts in enumerate(answers.detach().cumsum(0))
        ]
        told = answers
        if self.rule == "eprop":  # the hidden layer is taught as if the output were a leaky readout
            readout = LeakyIntegrator(beta=output.beta)
            told = told + readout(spikes @ second.weight.detach().T)
        (torch.stack(errors) * told).sum().backward()
        return answers.detach()


def quick_learner(rule: str, network: nn.Sequential, *arguments, **options):
    """Return what `learner_for` does, but `EarlyErrors` for the rules with a trace per synapse."""
    if rule in ("rtrl", "eprop"):
        return EarlyErrors(network, rule)
    return learner_for(rule, network, *arguments, **options)


def training(settings: dict) -> tuple[Tensor, Tensor]:
    """Return training images ``[samples, 784]`` and labels."""
    digits, samples = mnist_mini(), settings["samples"]
    return digits.train_images[:samples].flatten(1), digits.train_labels[:samples]


def probe(images: Tensor, labels: Tensor, settings: dict) -> tuple[Tensor, Tensor]:
    """Return the spikes and labels of training images on which gradients are compared."""
    generator = torch.Generator().manual_seed(0)
    shown = images[: settings["probe"]]
    spikes = encoding.rate(shown, settings["steps"], generator=generator)
    return spikes, labels[: settings["probe"]]


def choose(rule: str, settings: dict) -> dict:
    """Try a rule's settings on held-out training images; return the accuracies and the best."""
    images, labels = training(settings)
    choice = settings["choice"]
    kept = len(images) - choice["held_out"]
    train, held_out = (images[:kept], labels[:kept]), (images[kept:], labels[kept:])
    options = {"hidden": settings["hidden"], "epochs": settings["epochs"], "seed": choice["seed"]}
    options["make_learner"] = quick_learner
    tried = choice["tried"][rule]
    found = [rule_trial(rule, train, held_out, **options, **each) for each in tried]
    scores = [round(each["accuracy"], 4) for each in found]
    return {"held_out": scores, "settings": tried[scores.index(max(scores))]}


def measure(rule: str, chosen: dict, settings: dict) -> dict:
    """Train by a rule with each seed; return accuracy, seconds and cosines as lists."""
    train, digits = training(settings), mnist_mini()
    test = digits.test_images.flatten(1), digits.test_labels
    options = {"hidden": settings["hidden"], "epochs": settings["epochs"]}
    options["probe"] = probe(*train, settings)
    runs = [rule_trial(rule, train, test, seed=s, **options, **chosen) for s in settings["seeds"]]
    return {
        name: [None if isnan(run[name]) else round(run[name], 4) for run in runs]
        for name in runs[0]
    }


def slow_digits(settings: dict) -> dict:
    """Return the accuracies of rules when as many spikes come in few and in many steps."""
    images, labels = training(settings)
    digits, slow = mnist_mini(), settings["slow"]
    train = images[: slow["samples"]], labels[: slow["samples"]]
    test = digits.test_images.flatten(1), digits.test_labels
    options = {name: slow[name] for name in ("hidden", "epochs", "batch_size", "lr")}
    found = {}
    for rule in slow["rules"]:
        found[rule] = {}
        for steps in slow["steps"]:
            runs = [
                rule_trial(rule, train, test, seed=seed, steps=steps, **options)
                for seed in slow["seeds"]
            ]
            found[rule][str(steps)] = [round(run["accuracy"], 4) for run in runs]
    return found


def main(arguments: list[str] | None = None) -> None:
    """Choose the settings or train with them, rule by rule, or record the slow digits."""
    parser = parser_for(__doc__, SETTINGS, "hidden", "samples", "epochs", "seeds")
    parser.add_argument("--rules", nargs="+", choices=TRIALS, default=TRIALS)
    parser.add_argument("--validate", action="store_true", help="try settings on held-out images")
    parser.add_argument("--slow", action="store_true", help="two rules, spikes over more steps")
    told = vars(parser.parse_args(arguments))
    rules, validate, slow = (told.pop(name) for name in ("rules", "validate", "slow"))
    settings = SETTINGS | told
    results = {"rules": {}} | results_with(NAME, settings)
    if slow:
        record(NAME, settings, results | {"slow": slow_digits(settings)})
        return
    for rule in rules:
        known = results["rules"].get(rule, {})
        if rule == "untrained":
            found = {} if validate else measure(rule, {}, settings)
        elif validate:
            found = choose(rule, settings)
        elif "settings" in known:
            found = measure(rule, known["settings"], settings)
        else:
            parser.error(f"choose the settings of {rule} first: --validate")
        print(rule, found, flush=True)
        results["rules"][rule] = known | found
        record(NAME, settings, results)


if __name__ == "__main__":
    main()
