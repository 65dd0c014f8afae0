"""Record what page 16 compares by training: where to pool, and shortcuts in deep networks.

``python -m experiments.convolutional_choices`` writes the record that page 16 shows. The networks
are those of `snn_core.teaching.studies.convolutional`, which the page uses too. All runs use the
digits of ``mnist_mini`` at half size as a constant current over four steps. They are tested on the
last training images, held out; the test images are not used. The accuracy of the deep networks is
recorded after every epoch.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from experiments import parser_for, results_with
from snn_core.datasets import mnist_mini
from snn_core.losses import max_membrane_cross_entropy
from snn_core.teaching.records import record
from snn_core.teaching.studies.convolutional import (
    BETA_OUT,
    KINDS,
    POOLING,
    STEPS,
    TAU_MEM,
    WIDE,
    deep_network,
    pooled_network,
)
from snn_core.training import fit, seed_torch

NAME = "convolutional_choices"


def by_name(options: dict) -> dict:
    """Return options with the names of functions and classes in place of them."""
    return {name: getattr(value, "__name__", value) for name, value in options.items()}


SETTINGS = {
    "steps": STEPS,
    "tau_mem": TAU_MEM,
    "wide_surrogate_scale": WIDE,
    "beta_out": BETA_OUT,
    "batch_size": 40,
    "held_out": 500,
    "pooling": {
        "kinds": {name: [order, pool.__name__] for name, (order, pool) in POOLING.items()},
        "samples": 1500,
        "epochs": 2,
        "lr": 5e-3,
        "seeds": list(range(9)),
    },
    "depth": {
        "kinds": {name: by_name(options) for name, options in KINDS.items()},
        "depths": [6, 12],
        "samples": 4000,
        "epochs": 3,
        "lr": 4e-3,
        "seeds": [0, 1, 2],
    },
}


def half_size() -> tuple[Tensor, Tensor]:
    """Return the training digits ``[5000, 1, 14, 14]`` and their labels."""
    digits = mnist_mini()
    return nn.AvgPool2d(2)(digits.train_images[:, None]), digits.train_labels


def train(
    make: Callable[[], nn.Module], seed: int, part: str, settings: dict, epsilon: float = 1e-8
) -> list[float]:
    """Train one network; return its accuracy on the held-out images after every epoch.

    Args:
        make: makes the network, with PyTorch's own generator.
        part: "pooling" or "depth".
        epsilon: what Adam adds to the size of a gradient before it divides by it.
    """
    generator = seed_torch(seed)
    network = make()
    images, labels = half_size()
    own, held_out = settings[part], settings["held_out"]
    history = fit(
        network,
        images[: own["samples"]],
        labels[: own["samples"]],
        loss=max_membrane_cross_entropy,
        optimizer=torch.optim.Adam(network.parameters(), lr=own["lr"], eps=epsilon),
        epochs=own["epochs"],
        batch_size=settings["batch_size"],
        test=(images[-held_out:], labels[-held_out:]),
        generator=generator,
        progress=False,
    )
    return [round(value, 4) for value in history.test_accuracy]


def pooling(settings: dict) -> dict[str, list[float]]:
    """Return the last accuracy of each way to pool, one per seed."""
    own = settings["pooling"]
    found = {name: [] for name in own["kinds"]}
    for seed in own["seeds"]:
        for name, accuracy in found.items():
            make = partial(pooled_network, *POOLING[name])
            accuracy.append(train(make, seed, "pooling", settings)[-1])
        print("pooling", seed, {name: values[-1] for name, values in found.items()}, flush=True)
    return found


def depth(settings: dict) -> dict[str, dict[str, list[list[float]]]]:
    """Return the accuracies by epoch of each kind and depth, one list per seed."""
    own = settings["depth"]
    found = {name: {str(layers): [] for layers in own["depths"]} for name in own["kinds"]}
    for seed in own["seeds"]:
        for name, curves in found.items():
            for layers in own["depths"]:
                make = partial(deep_network, depth=layers, **KINDS[name])
                curves[str(layers)].append(train(make, seed, "depth", settings))
                print("depth", seed, name, layers, curves[str(layers)][-1], flush=True)
    return found


PARTS = {"pooling": pooling, "depth": depth}


def main(arguments: list[str] | None = None) -> None:
    """Train all networks and record them; with ``--part`` replace only one part of the record."""
    parser = parser_for(__doc__, SETTINGS)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    results = results_with(NAME, SETTINGS)
    for part in parser.parse_args(arguments).part:
        results[part] = PARTS[part](SETTINGS)
        record(NAME, SETTINGS, results)


if __name__ == "__main__":
    main()
