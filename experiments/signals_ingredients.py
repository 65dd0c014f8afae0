"""Leave out one ingredient at a time of learning with membrane potentials as signals.

``python -m experiments.signals_ingredients`` writes the record that page 18 shows: digits of the
bundled part of MNIST, two and four hidden layers, plain SGD whose rate falls to 0 along half a
cosine. Every arm has the learning rate that is best for it on held-out training images, in a
training of its own seed. Beside the accuracies in tests it records, after the training, which
share of each hidden layer's neurons is silent for all test images, which share fires for one
image, and the root mean square of the error that reaches each layer, the lowest first, for an
untrained network.
"""

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from experiments import parser_for
from experiments.membranes_as_signals import encoder, tested, train_once
from snn_core.datasets import mnist_mini
from snn_core.membrane_signals import (
    MembraneLearner,
    membrane_network,
    parameter_groups,
    signal_loss,
    signals_of,
)
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "width": 100,
    "hidden": [2, 4],  # layers
    "steps": 50,
    "gain": 0.2,
    "layer": {"alpha": 3.0, "kappa": -0.4},
    "learner": {"penalty": 0.002, "balance": 4e-5},
    "arms": {
        "all": {},
        "no error normalisation": {"layer": {"normalise": False}},
        "no scaling of updates": {"layer": {"scale": False}},
        "neither of the two": {"layer": {"normalise": False, "scale": False}},
        "no inhibition": {"layer": {"kappa": 0.0}},
        "no penalty of weights": {"learner": {"penalty": 0.0}},
        "no balance of thresholds": {"learner": {"balance": 0.0}},
    },
    "choice": {"lr": [3e-4, 1e-3, 3e-3, 1e-2, 3e-2], "held_out": 1000, "seed": 100},
    "epochs": 4,
    "batch_size": 20,
    "lost": 0.0,
    "shift": 0,
    "seeds": [0, 1, 2],
}


def settings_of(arm: str, part: str) -> dict:
    """Return the settings of one part of an arm, "layer" or "learner"."""
    return SETTINGS[part] | SETTINGS["arms"][arm].get(part, {})


def network_of(arm: str, hidden: int, generator) -> nn.Sequential:
    """Return an untrained network of an arm."""
    sizes = [784, *[SETTINGS["width"]] * hidden, 10]
    return membrane_network(sizes, generator=generator, **settings_of(arm, "layer"))


def error_sizes(network: nn.Sequential, spikes: Tensor, labels: Tensor) -> list[float]:
    """Return the root mean square of the error at each layer's activities, first layer first."""
    found = signals_of(network, spikes)
    activities = [signals.activity for signals in found]
    for each in activities:
        each.retain_grad()
    signal_loss(found[-1], labels).backward()
    network.zero_grad()
    return [each.grad.square().mean().sqrt().item() * len(labels) for each in activities]


@torch.no_grad()
def firing(network: nn.Sequential, spikes: Tensor) -> dict:
    """Return the shares of each hidden layer that never fire, and that fire for one image."""
    counts = [signals.counts for signals in signals_of(network, spikes)[:-1]]
    return {
        "dead": [(each.sum(0) == 0).float().mean().item() for each in counts],
        "active": [(each > 0).float().mean().item() for each in counts],
    }


def trial(arm: str, hidden: int, lr: float, train, test, seed: int) -> dict:
    """Train one network and return its accuracy in the test, 0.1 if its weights are NaN."""
    generator = seed_torch(seed)
    encode = encoder(SETTINGS, generator)
    network = network_of(arm, hidden, generator)
    found = {"errors": error_sizes(network, encode(train[0][:100]), train[1][:100])}
    optimizer = torch.optim.SGD(parameter_groups(network, lr))
    learner = MembraneLearner(network, optimizer, **settings_of(arm, "learner"))
    updates = SETTINGS["epochs"] * -(-len(train[1]) // SETTINGS["batch_size"])
    schedule = CosineAnnealingLR(optimizer, updates)
    try:
        for _ in range(SETTINGS["epochs"]):
            train_once(learner, train, SETTINGS, encode, schedule, generator)
    except ValueError:  # NaN
        return found | {"accuracy": 0.1, "dead": None, "active": None}
    found["accuracy"] = tested(network, test, encode)
    return found | firing(network, encode(test[0]))


def choose(arm: str, hidden: int, train) -> float:
    """Return the learning rate that is best on held-out training images."""
    choice = SETTINGS["choice"]
    some = tuple(part[: -choice["held_out"]] for part in train)
    held_out = tuple(part[-choice["held_out"] :] for part in train)
    scores = {
        lr: trial(arm, hidden, lr, some, held_out, choice["seed"])["accuracy"]
        for lr in choice["lr"]
    }
    print(hidden, arm, scores, flush=True)
    return max(scores, key=scores.get)


def main(arguments: list[str] | None = None) -> None:
    """Train every arm at both depths with each seed, and write the record."""
    settings = SETTINGS | vars(parser_for(__doc__, SETTINGS, "seeds").parse_args(arguments))
    digits = mnist_mini()
    train = digits.train_images.flatten(1), digits.train_labels
    test = digits.test_images.flatten(1), digits.test_labels
    results = {}
    for hidden in settings["hidden"]:
        for arm in settings["arms"]:
            lr = choose(arm, hidden, train)
            runs = [trial(arm, hidden, lr, train, test, seed) for seed in settings["seeds"]]
            print(hidden, arm, lr, [run["accuracy"] for run in runs], flush=True)
            results[f"{hidden} hidden layers, {arm}"] = {"lr": lr, "runs": runs}
    record("signals_ingredients", settings, results)


if __name__ == "__main__":
    main()
