"""Record how well networks read that pool before or behind their neurons.

``python -m experiments.pooling_orders`` writes the record that page 16 shows. The networks are
those of `snn_core.teaching.studies.convolutional`, which the page uses too. All runs use the
digits of ``mnist_mini`` at half size as a constant current over four steps. They are tested on the
last training images, held out, after every epoch; the test images are not used.
"""

import torch
from torch import Tensor, nn

from experiments import parser_for
from snn_core.datasets import mnist_mini
from snn_core.losses import max_membrane_cross_entropy
from snn_core.teaching.records import record
from snn_core.teaching.studies.convolutional import (
    BETA_OUT,
    POOLING,
    STEPS,
    TAU_MEM,
    WIDE,
    pooled_network,
)
from snn_core.training import fit, seed_torch

NAME = "pooling_orders"
SETTINGS = {
    "steps": STEPS,
    "tau_mem": TAU_MEM,
    "wide_surrogate_scale": WIDE,
    "beta_out": BETA_OUT,
    "kinds": {name: [order, pool.__name__] for name, (order, pool) in POOLING.items()},
    "batch_size": 40,
    "held_out": 500,
    "samples": 1500,
    "epochs": 10,
    "lr": 5e-3,
    "seeds": list(range(9)),
}


def half_size() -> tuple[Tensor, Tensor]:
    """Return the training digits ``[5000, 1, 14, 14]`` and their labels."""
    digits = mnist_mini()
    return nn.AvgPool2d(2)(digits.train_images[:, None]), digits.train_labels


def train(
    network: nn.Module, settings: dict, adam: dict, generator: torch.Generator
) -> list[float]:
    """Train one network; return its accuracy on the held-out images after every epoch.

    Args:
        network: for images ``[B, 1, 14, 14]``.
        settings: "samples", "held_out", "epochs" and "batch_size".
        adam: options of the optimizer.
        generator: shuffles the samples.
    """
    images, labels = half_size()
    samples, held_out = settings["samples"], settings["held_out"]
    history = fit(
        network,
        images[:samples],
        labels[:samples],
        loss=max_membrane_cross_entropy,
        optimizer=torch.optim.Adam(network.parameters(), **adam),
        epochs=settings["epochs"],
        batch_size=settings["batch_size"],
        test=(images[-held_out:], labels[-held_out:]),
        generator=generator,
        progress=False,
    )
    return [round(value, 4) for value in history.test_accuracy]


def main(arguments: list[str] | None = None) -> None:
    """Train all networks and record them."""
    parser_for(__doc__, SETTINGS).parse_args(arguments)
    results: dict[str, list[list[float]]] = {name: [] for name in SETTINGS["kinds"]}
    for seed in SETTINGS["seeds"]:
        for name, curves in results.items():
            generator = seed_torch(seed)
            network = pooled_network(*POOLING[name])
            curves.append(train(network, SETTINGS, {"lr": SETTINGS["lr"]}, generator))
        print(seed, {name: curves[-1][-1] for name, curves in results.items()}, flush=True)
    record(NAME, SETTINGS, results)


if __name__ == "__main__":
    main()
