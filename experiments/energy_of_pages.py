"""Count what the digit readers of other pages do, and how well they read.

``python -m experiments.energy_of_pages`` writes the record that page 21 shows beside that of
`experiments.energy`: operations for all bundled test digits, and the accuracy. All are trained on
the bundled training digits: the reader of page 07 as there; those of pages 08 and 16, and an
ordinary convolutional network, for as many epochs over one cycle of the learning rate.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import NamedTuple

import torch
from torch import Tensor, nn

from experiments import fit_one_cycle, mini_digits, on_threads, parser_for
from snn_core import encoding
from snn_core.encoding import Encoder
from snn_core.energy import count_operations
from snn_core.layers import OverTime
from snn_core.losses import (
    Objective,
    accuracy,
    count_cross_entropy,
    max_membrane_cross_entropy,
)
from snn_core.teaching.records import record
from snn_core.teaching.studies.codes_and_losses import LOSSES, classifier, coder
from snn_core.teaching.studies.convolutional import pooled_network
from snn_core.teaching.studies.first_network import train_digits
from snn_core.training import seed_torch

NAME = "energy_of_pages"
SETTINGS = {
    "samples": 5000,
    "epochs": 8,
    "lr": 2e-3,
    "batch_size": 40,
    "seeds": [0, 1, 2],
    "codes": {"rate": "count_cross_entropy", "latency": "first_spike_cross_entropy"},
}


class Trained(NamedTuple):
    """A network, what turns images ``[B, 784]`` into its input, and what reads its output."""

    network: nn.Module
    encode: Encoder
    loss: Objective


def half_size(images: Tensor) -> Tensor:
    """Return images ``[B, 784]`` at half size, as ``[B, 1, 14, 14]``."""
    return nn.AvgPool2d(2)(images.view(-1, 1, 28, 28))


def ordinary_network() -> OverTime:
    """Return the convolutional network of page 16 with ReLUs, for one step."""
    blocks = []
    for channels, maps in ((1, 8), (8, 16)):
        convolution = nn.Conv2d(channels, maps, 3)
        blocks += [convolution, nn.BatchNorm2d(maps), nn.ReLU(), nn.MaxPool2d(2)]
    return OverTime(*blocks, nn.Flatten(), nn.Linear(64, 10))


def fitted(trained: Trained, seed: int, settings: dict) -> Trained:
    """Train a network and return it."""
    fit_one_cycle(
        trained.network,
        mini_digits(settings["samples"])[0],
        settings,
        torch.Generator().manual_seed(seed),
        encode=trained.encode,
        loss=trained.loss,
        progress=False,
    )
    return trained


def page_07(seed: int, settings: dict) -> Trained:
    """Return the first trained network."""
    network, encode, _ = train_digits(seed, epochs=settings["epochs"])
    return Trained(network, encode, count_cross_entropy)


def page_08(code: str, seed: int, settings: dict) -> Trained:
    """Return a network for a code, with its loss."""
    loss = settings["codes"][code]
    encode = coder(code, seed_torch(seed))
    return fitted(Trained(classifier(code, loss), encode, LOSSES[loss]), seed, settings)


def page_16(seed: int, settings: dict) -> Trained:
    """Return a spiking convolutional network, whose input is a constant current."""
    seed_torch(seed)
    network = pooled_network("norm LIF pool", nn.MaxPool2d)
    return fitted(Trained(network, half_size, max_membrane_cross_entropy), seed, settings)


def ordinary(seed: int, settings: dict) -> Trained:
    """Return an ordinary convolutional network."""
    seed_torch(seed)

    def encode(images: Tensor) -> Tensor:
        return encoding.direct(half_size(images), 1)

    network = Trained(ordinary_network(), encode, max_membrane_cross_entropy)
    return fitted(network, seed, settings)


NETWORKS: dict[str, Callable[[int, dict], Trained]] = {
    "07": page_07,
    "08, rate": lambda seed, settings: page_08("rate", seed, settings),
    "08, latency": lambda seed, settings: page_08("latency", seed, settings),
    "16": page_16,
    "ordinary, as 16": ordinary,
}


@torch.no_grad()
def measured(trained: Trained) -> dict:
    """Return the accuracy of a network on all test digits, and its operations for them."""
    images, labels = mini_digits(1)[1]
    network = trained.network.eval()
    inputs = trained.encode(images)
    right = accuracy(trained.loss.decode(network(inputs)), labels)
    operations = asdict(count_operations(network, inputs).total)
    return {"test": right, "images": len(labels), "operations": operations}


def main(arguments: list[str] | None = None) -> None:
    """Train and count every network with each seed, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "samples", "epochs", "seeds")
    settings = SETTINGS | on_threads(parser, arguments)
    results = {name: [] for name in NETWORKS}
    for seed in settings["seeds"]:
        for name, runs in results.items():
            found = measured(NETWORKS[name](seed, settings))
            runs.append({"seed": seed} | found)
            print(name, seed, found["test"], flush=True)
    record(NAME, settings, results)


if __name__ == "__main__":
    main()
