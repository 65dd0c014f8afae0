"""Train a spiking network on the full MNIST and record its test accuracy after every epoch.

``python -m experiments.mnist_full`` writes the record that page 07 shows. 784-1600-10,
permutation-invariant, no augmentation. The pixels are a constant input current (direct coding). A
linear layer gives the same current for the same input, so it is applied to each image once and its
output is repeated over time.

``torchrun --nproc-per-node 2 -m experiments.mnist_full`` trains in two processes, each with half of
every batch. Their gradients are those of one process, their dropout is drawn otherwise.

Settings were chosen on the last 10,000 training images, held out (``--validate`` repeats that).
"""

import time
from functools import partial

from torch import Generator, Tensor, nn

from experiments import fit_one_cycle, told_settings
from experiments._processes import processes
from snn_core import LIF, LeakyIntegrator
from snn_core.datasets import mnist
from snn_core.layers import DropoutOverTime, Repeat
from snn_core.losses import max_membrane, max_membrane_cross_entropy
from snn_core.teaching.records import record
from snn_core.training import History, evaluate, seed_torch

SETTINGS = {
    "hidden": 1600,
    "dropout": [0.2, 0.5],  # of the pixels, and of the hidden neurons
    "label_smoothing": 0.1,
    "tau_mem": 5.0,
    "beta_out": 0.8,
    "steps": 5,
    "samples": 60_000,
    "epochs": 60,
    "batch_size": 128,
    "lr": 1e-3,
    "weight_decay": 0.01,
    "seeds": [0, 1, 2],
}
HELD_OUT = 10_000


def network(settings: dict) -> nn.Sequential:
    """Return 784 inputs, a layer of spiking neurons and a membrane readout of 10 classes."""
    of_pixels, of_neurons = settings["dropout"]
    return nn.Sequential(
        nn.Dropout(of_pixels),
        nn.Linear(784, settings["hidden"]),
        Repeat(settings["steps"]),
        LIF(tau_mem=settings["tau_mem"]),
        DropoutOverTime(of_neurons),
        nn.Linear(settings["hidden"], 10),
        LeakyIntegrator(beta=settings["beta_out"]),
    )


def flat_mnist(samples: int, validate: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return images ``[samples, 784]`` and labels to train, and images and labels to test.

    Args:
        samples: how many training images to take, the first ones.
        validate: test on the last training images, which are held out, not on the test images.
    """
    images, labels, test_images, test_labels = mnist()
    if validate:
        test_images, test_labels = images[-HELD_OUT:], labels[-HELD_OUT:]
        images, labels = images[:-HELD_OUT], labels[:-HELD_OUT]
    return images[:samples].flatten(1), labels[:samples], test_images.flatten(1), test_labels


def fit_with(
    settings: dict, net: nn.Module, data: tuple[Tensor, ...], generator: Generator, **options
) -> History:
    """Fit a membrane readout with AdamW over one cycle and test it after every epoch."""
    smoothing = settings.get("label_smoothing", 0.0)
    return fit_one_cycle(
        net,
        data,
        settings,
        generator,
        weight_decay=settings["weight_decay"],
        loss=partial(max_membrane_cross_entropy, label_smoothing=smoothing),
        **options,
    )


def train(data: tuple[Tensor, ...], seed: int, settings: dict) -> dict:
    """Train one network and return what is recorded of it."""
    generator = seed_torch(seed)
    net = network(settings)
    started = time.perf_counter()
    history = fit_with(settings, net, data, generator)
    seconds = round(time.perf_counter() - started)
    last = evaluate(net, *data[2:], decode=max_membrane)
    assert last == history.test_accuracy[-1]
    return {
        "seed": seed,
        "seconds": seconds,
        "train": history.train_accuracy,
        "test": history.test_accuracy,
    }


def main(arguments: list[str] | None = None) -> None:
    """Train with each seed and write the record."""
    names = ("samples", "epochs", "seeds", "steps")
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    data = flat_mnist(settings["samples"], validate)
    with processes() as records:
        runs = [train(data, seed, settings) for seed in settings["seeds"]]
    if not records:
        return
    for run in runs:
        last_five = sum(run["test"][-5:]) / len(run["test"][-5:])
        print(f"seed {run['seed']}: last 5 epochs {last_five:.4f}, {run['seconds']} s", flush=True)
    if not validate:
        record("mnist_full", settings, {"runs": runs})


if __name__ == "__main__":
    main()
