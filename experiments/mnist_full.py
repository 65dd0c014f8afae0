"""Train a spiking network on the full MNIST and record its test accuracy after every epoch.

``python -m experiments.mnist_full`` writes the record that page 07 shows. 784-800-10, permutation-invariant,
no augmentation. The pixels are a constant input current (direct coding). A linear layer gives the same current for the
same input, so it is applied to each image once and its output is repeated over time.

All settings were chosen on the last 10,000 training images, held out (``--validate`` repeats that).
"""

import argparse
import json
import time
from datetime import date

import torch
from torch import nn

from experiments import RECORDS
from snn_core import LIF, LeakyIntegrator
from snn_core.datasets import mnist
from snn_core.layers import Repeat
from snn_core.losses import max_membrane_cross_entropy
from snn_core.training import evaluate, fit, seeded


def network(steps: int) -> nn.Sequential:
    """Return 784 inputs, 800 spiking neurons and a membrane readout of 10 classes."""
    return nn.Sequential(
        nn.Dropout(0.2),
        nn.Linear(784, 800),
        Repeat(steps),
        LIF(tau_mem=5.0),
        nn.Dropout(0.3),
        nn.Linear(800, 10),
        LeakyIntegrator(beta=0.8),
    )


def flat_mnist(validate: bool) -> list[torch.Tensor]:
    """Return images ``[samples, 784]`` and labels to train and to test; to `validate`, both from the training set."""
    train_images, train_labels, test_images, test_labels = mnist()
    if validate:
        test_images, test_labels = train_images[50_000:], train_labels[50_000:]
        train_images, train_labels = train_images[:50_000], train_labels[:50_000]
    return [train_images.flatten(1), train_labels, test_images.flatten(1), test_labels]


def train(data, epochs: int, seed: int, steps: int) -> dict:
    """Train one network and return what is recorded of it."""
    generator = seeded(seed)
    net, batch = network(steps), 128
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
    updates = epochs * -(-len(data[0]) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, total_steps=updates)
    started = time.perf_counter()
    history = fit(
        net, data[0], data[1], loss=max_membrane_cross_entropy, optimizer=optimizer, epochs=epochs, batch_size=batch,
        test=(data[2], data[3]), after_batch=schedule.step, generator=generator,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    last = evaluate(net, data[2], data[3], decode=max_membrane_cross_entropy.decode)
    assert last == history.test_accuracy[-1]
    return {"seed": seed, "seconds": round(seconds), "train": history.train_accuracy, "test": history.test_accuracy}


def main() -> None:
    """Train with each seed and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--validate", action="store_true", help="hold out 10,000 training images; record nothing")
    arguments = parser.parse_args()
    data = flat_mnist(arguments.validate)
    runs = [train(data, arguments.epochs, seed, arguments.steps) for seed in arguments.seeds]
    last_five = [sum(run["test"][-5:]) / 5 for run in runs]
    print("mean of the last 5 epochs:", [f"{value:.4f}" for value in last_five], [run["seconds"] for run in runs], "s")
    if not arguments.validate:
        record = {
            "date": date.today().isoformat(),
            "threads": torch.get_num_threads(),
            "network": "784-800-10",
            "runs": runs,
        }
        (RECORDS / "mnist_full.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
