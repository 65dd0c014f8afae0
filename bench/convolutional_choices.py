"""Record what page 16 compares by training: pooling before or behind the neurons, and shortcuts in deep networks.

``python bench/convolutional_choices.py`` writes ``bench/convolutional_choices.json``. All runs use the digits of
``mnist_mini`` at half size as a constant current over four steps. They are tested on the last 500 training images, held
out; the test images are not used.

- Pooling: two convolutions, two epochs on 1,500 images, learning rate 5e-3, nine seeds, six orders.
- Depth: 6 and 12 layers, three epochs of 100 updates on 4,000 images, learning rate 4e-3, three seeds, six kinds; the
  accuracy is recorded after every epoch.
"""

import argparse
import json
from datetime import date
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from snn_core import LIF, LeakyIntegrator, Surrogate
from snn_core.datasets import mnist_mini
from snn_core.layers import OverTime, Repeat
from snn_core.losses import max_membrane_cross_entropy
from snn_core.training import fit, seeded

RECORD = Path(__file__).with_name("convolutional_choices.json")
WIDE = partial(LIF, 5.0, surrogate=Surrogate(scale=2.0))
NARROW = partial(LIF, 5.0)


class RandomTies(nn.MaxPool2d):
    """Max-pooling of spikes whose gradient goes to one of the spikes of a window, drawn at random."""

    def forward(self, spikes: Tensor) -> Tensor:
        noisy = spikes.detach() + 0.5 * torch.rand_like(spikes)
        place = nn.functional.max_pool2d(noisy, self.kernel_size, return_indices=True)[1]
        return spikes.flatten(2).gather(2, place.flatten(2)).view(place.shape)


class AddSpikes(nn.Sequential):
    """Synapses, then neurons; the input is added to their spikes."""

    def forward(self, x: Tensor) -> Tensor:
        return x + self[1](self[0](x))


class AddCurrents(nn.Sequential):
    """Synapses, then neurons; the input is added to their current."""

    def forward(self, x: Tensor) -> Tensor:
        return self[1](x + self[0](x))


class AddToStream(nn.Sequential):
    """Neurons behind synapses that stand in a stream of currents."""

    def forward(self, x: Tensor) -> Tensor:
        return x + self[0](self[1](x))


ORDERS = {
    "LIF, then max": ("norm LIF pool", nn.MaxPool2d),
    "LIF, then max, random ties": ("norm LIF pool", RandomTies),
    "LIF, then average": ("norm LIF pool", nn.AvgPool2d),
    "max, then LIF": ("pool norm LIF", nn.MaxPool2d),
    "norm, max, then LIF": ("norm pool LIF", nn.MaxPool2d),
    "average, then LIF": ("pool norm LIF", nn.AvgPool2d),
}
KINDS = {
    "batch norm": (nn.Sequential, NARROW),
    "wide surrogate": (nn.Sequential, WIDE),
    "add to currents": (AddCurrents, NARROW),
    "currents, wide": (AddCurrents, WIDE),
    "add to spikes": (AddSpikes, NARROW),
    "add to stream": (AddToStream, NARROW),
}


def readout(inputs: int) -> list[nn.Module]:
    """Return a membrane readout of 10 classes."""
    return [OverTime(nn.Flatten()), nn.Linear(inputs, 10), LeakyIntegrator(beta=0.8)]


def pooled_network(order: str, pool: type[nn.Module]) -> nn.Sequential:
    """Return two convolutions of 8 and 16 maps, each followed by the parts in this order."""
    blocks = []
    for channels, maps in ((1, 8), (8, 16)):
        parts = {"norm": OverTime(nn.BatchNorm2d(maps)), "LIF": WIDE(), "pool": OverTime(pool(2))}
        blocks += [OverTime(nn.Conv2d(channels, maps, 3)), *(parts[name] for name in order.split())]
    return nn.Sequential(Repeat(4), *blocks, *readout(64))


def deep_network(kind: type[nn.Sequential], neuron: partial, depth: int) -> nn.Sequential:
    """Return `depth` layers of 8 maps of 5 x 5 neurons; `kind` joins synapses and neurons to a layer."""

    def synapses(channels: int) -> OverTime:
        convolution = nn.Conv2d(channels, 8, 3, padding=1, stride=3 if channels == 1 else 1)
        return OverTime(convolution, nn.BatchNorm2d(8))

    first, rest = synapses(1), [kind(synapses(8), neuron()) for _ in range(depth - 1)]
    layers = [first, *rest, neuron()] if kind is AddToStream else [first, neuron(), *rest]
    return nn.Sequential(Repeat(4), *layers, *readout(200))


def train(make: partial, seed: int, data: tuple[Tensor, Tensor], samples: int, epochs: int, lr: float) -> list[float]:
    """Train one network on the first `samples` images; return its accuracy on the last 500 after every epoch."""
    generator, network = seeded(seed), make()
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    options = {"loss": max_membrane_cross_entropy, "optimizer": optimizer, "generator": generator, "progress": False}
    images, labels = data
    held_out = images[4500:], labels[4500:]
    history = fit(
        network, images[:samples], labels[:samples], epochs=epochs, batch_size=40, test=held_out, **options
    )  # fmt: skip
    return [round(value, 4) for value in history.test_accuracy]


def small_digits() -> tuple[Tensor, Tensor]:
    """Return the training digits ``[5000, 1, 14, 14]`` and their labels."""
    digits = mnist_mini()
    return nn.functional.avg_pool2d(digits.train_images[:, None], 2), digits.train_labels


def main() -> None:
    """Train all networks and record them; with ``--part`` replace only one part of the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("pooling", "depth"), help="only this part")
    part = parser.parse_args().part
    data, record = small_digits(), json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if part != "depth":
        record["pooling"] = {name: [] for name in ORDERS}
        for seed in range(9):
            for name, (order, pool) in ORDERS.items():
                accuracy = train(partial(pooled_network, order, pool), seed, data, 1500, 2, 5e-3)
                record["pooling"][name].append(accuracy[-1])
            print("pooling", seed, {name: values[-1] for name, values in record["pooling"].items()}, flush=True)
    if part != "pooling":
        record["depth"] = {name: {"6": [], "12": []} for name in KINDS}
        for seed in range(3):
            for name, (kind, neuron) in KINDS.items():
                for depth in (12, 6):
                    curve = train(partial(deep_network, kind, neuron, depth), seed, data, 4000, 3, 4e-3)
                    record["depth"][name][str(depth)].append(curve)
                    print("depth", seed, name, depth, curve, flush=True)
    record["date"] = date.today().isoformat()
    RECORD.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
