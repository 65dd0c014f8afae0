"""Record what page 16 compares by training: pooling before or behind the neurons, and shortcuts in deep networks.

``python -m experiments.convolutional_choices`` writes the record of that name. It runs the page's own cells
(those tagged "definitions"), so that the record and the page speak of the same networks. All runs use the digits of
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

import torch
from torch import Tensor, nn

from experiments import RECORDS
from experiments.page_cells import definitions
from snn_core.losses import max_membrane_cross_entropy
from snn_core.training import fit, seeded

RECORD = RECORDS / "convolutional_choices.json"


def orders(page: dict) -> dict[str, tuple[str, type[nn.Module]]]:
    """Return the order of the parts and the pooling, for each name."""
    return {
        "LIF, then max": ("norm LIF pool", nn.MaxPool2d),
        "LIF, then max, random ties": ("norm LIF pool", page["RandomTies"]),
        "LIF, then average": ("norm LIF pool", nn.AvgPool2d),
        "max, then LIF": ("pool norm LIF", nn.MaxPool2d),
        "norm, max, then LIF": ("norm pool LIF", nn.MaxPool2d),
        "average, then LIF": ("pool norm LIF", nn.AvgPool2d),
    }


def kinds(page: dict) -> dict[str, dict]:
    """Return the options of the page's deep network, for each name."""
    return {
        "batch norm": {},
        "wide surrogate": {"neuron": page["wide"]},
        "add to currents": {"kind": page["AddCurrents"]},
        "currents, wide": {"kind": page["AddCurrents"], "neuron": page["wide"]},
        "add to spikes": {"kind": page["AddSpikes"]},
        "add to stream": {"kind": page["AddToStream"], "stream": True},
    }


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


def main() -> None:
    """Train all networks and record them; with ``--part`` replace only one part of the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("pooling", "depth"), help="only this part")
    part = parser.parse_args().part
    page, record = (
        definitions("16_convolutional_networks"),
        json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {},
    )
    data = page["small"], page["labels"]
    if part != "depth":
        record["pooling"] = {name: [] for name in orders(page)}
        for seed in range(9):
            for name, (order, pool) in orders(page).items():
                accuracy = train(partial(page["pooled_network"], order, pool), seed, data, 1500, 2, 5e-3)
                record["pooling"][name].append(accuracy[-1])
            print("pooling", seed, {name: values[-1] for name, values in record["pooling"].items()}, flush=True)
    if part != "pooling":
        record["depth"] = {name: {"6": [], "12": []} for name in kinds(page)}
        for seed in range(3):
            for name, options in kinds(page).items():
                for depth in (12, 6):
                    curve = train(partial(page["deep_network"], depth=depth, **options), seed, data, 4000, 3, 4e-3)
                    record["depth"][name][str(depth)].append(curve)
                    print("depth", seed, name, depth, curve, flush=True)
    record["date"] = date.today().isoformat()
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
