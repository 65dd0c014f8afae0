"""Train a network of spike times on the full MNIST, and record when it decides.

``python -m experiments.spike_times_mnist`` writes the record that page 19 shows. A pixel spikes
once, the brighter the earlier, a dark one not at all; 784-350-10 neurons without a leak spike once
at most, and the first output to spike is the answer. Beside the test accuracy after every epoch it
records which share of the test images is answered, and answered right, by which time, and how many
hidden neurons spike, in all and before the answer.

All settings were chosen on the last 10,000 training images, held out (``--validate`` repeats that).
"""

import math
import time

import torch
from torch import Generator, Tensor, nn

from experiments import fit_one_cycle, told_settings
from experiments.mnist_full import flat_mnist
from snn_core.spike_times import (
    FirstSpikeLayer,
    WakeUp,
    earliest,
    first_time_cross_entropy,
    latency_times,
)
from snn_core.teaching.records import record
from snn_core.training import History, seed_torch

SETTINGS = {
    "hidden": 350,
    "duration": 10.0,  # ms, of the input
    "levels": 8,  # times of the input
    "dark": 0.1,
    "lost": 0.2,  # of the pixels' spikes, in training
    "tau_syn": 5.0,
    "drive": [16.0, 2.0],  # of the hidden neurons, which see all pixels, and of the outputs
    "spread": [0.3, 0.5],
    "tau_loss": 0.5,  # ms
    "latest": 40.0,  # ms
    "wake": 0.02,  # added to the sum of a silent neuron's weights, after each update
    "shares": [0.9, 0.5],  # silent samples that are too many, of hidden neurons and outputs
    "samples": 60_000,
    "epochs": 20,
    "batch_size": 128,
    "lr": 5e-3,
    "seeds": [0, 1, 2],
}
CURVE = [0.5 * step for step in range(81)]  # ms


class LoseSpikes(nn.Module):
    """Lose a share of all spikes in training, each by chance."""

    def __init__(self, share: float, generator: Generator):
        super().__init__()
        self.share = share
        self.generator = generator

    def forward(self, times: Tensor) -> Tensor:
        """Return the times with some of them infinite."""
        if not self.training:
            return times
        lost = torch.rand(times.shape, generator=self.generator) < self.share
        return times.masked_fill(lost, torch.inf)


def network_of(settings: dict, generator: Generator) -> nn.Sequential:
    """Return 784 pixels, hidden neurons and 10 outputs that spike once at most."""
    sizes = (784, settings["hidden"], 10)
    drives = zip(settings["drive"], settings["spread"], strict=True)
    layers = [
        FirstSpikeLayer(
            inputs,
            outputs,
            drive=drive,
            spread=spread,
            tau_mem=math.inf,
            tau_syn=settings["tau_syn"],
        )
        for inputs, outputs, (drive, spread) in zip(sizes[:-1], sizes[1:], drives, strict=True)
    ]
    return nn.Sequential(LoseSpikes(settings["lost"], generator), *layers)


def as_times(settings: dict, images: Tensor) -> Tensor:
    """Return the times of the pixels' spikes, ``[B, 784]`` in ms."""
    options = {name: settings[name] for name in ("levels", "dark")}
    return latency_times(images, settings["duration"], **options)


def fit_times(
    settings: dict, network: nn.Module, data: tuple[Tensor, ...], generator: Generator
) -> History:
    """Fit a network with Adam over one cycle, wake who is silent, test it after every epoch."""
    wake_up = WakeUp(network, by=settings["wake"], shares=settings["shares"])

    def loss(times: Tensor, labels: Tensor) -> Tensor:
        tau, latest = settings["tau_loss"], settings["latest"]
        return first_time_cross_entropy(times, labels, tau=tau, latest=latest)

    return fit_one_cycle(
        network,
        data,
        settings,
        generator,
        also=wake_up,
        encode=lambda images: as_times(settings, images),
        loss=loss,
        decode=earliest,
    )


@torch.no_grad()
def decisions(settings: dict, network: nn.Sequential, images: Tensor, labels: Tensor) -> dict:
    """Return what a network has answered by each time of `CURVE`, and how many neurons spike.

    Returns:
        The shares of the images that are answered and answered right, and the mean numbers of
        pixels and hidden neurons that spike, in all and until the answer.
    """
    network.eval()
    spiked = [as_times(settings, images)]
    for layer in network[1:]:
        spiked.append(layer(spiked[-1])[0])
    first, answer = spiked[-1].min(1)
    found = {}
    for name, counts in {"answered": first < torch.inf, "right": answer == labels}.items():
        shares = [(counts & (first <= moment)).double().mean().item() for moment in CURVE]
        found[name] = [round(share, 4) for share in shares]
    for name, times in zip(("pixels", "hidden"), spiked, strict=False):
        until = {"": times < torch.inf, " until the answer": times <= first.unsqueeze(1)}
        for when, spikes in until.items():
            number = (spikes & (times < torch.inf)).sum(1).double().mean()
            found[name + when] = round(number.item(), 2)
    found["decision"] = round(first[first < torch.inf].mean().item(), 3)
    return found


def train_on_times(data: tuple[Tensor, ...], seed: int, settings: dict) -> dict:
    """Train one network and return what is recorded of it."""
    generator = seed_torch(seed)
    network = network_of(settings, generator)
    started = time.process_time()
    history = fit_times(settings, network, data, generator)
    seconds = round(time.process_time() - started)
    found = decisions(settings, network, *data[2:])
    assert abs(found["right"][-1] - history.test_accuracy[-1]) < 0.01
    return {
        "seed": seed,
        "seconds": seconds,
        "train": [round(value, 4) for value in history.train_accuracy],
        "test": [round(value, 4) for value in history.test_accuracy],
    } | found


def main(arguments: list[str] | None = None) -> None:
    """Train with each seed and write the record."""
    names = ("samples", "epochs", "seeds", "hidden", "lr", "levels", "spread", "lost", "tau_loss")
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    data = flat_mnist(settings["samples"], validate)
    runs = []
    for seed in settings["seeds"]:
        runs.append(train_on_times(data, seed, settings))
        last_five = sum(runs[-1]["test"][-5:]) / len(runs[-1]["test"][-5:])
        print(f"seed {seed}: last 5 epochs {last_five:.4f}, {runs[-1]['seconds']} s", flush=True)
    if not validate:
        record("spike_times_mnist", settings, {"times": CURVE, "runs": runs})


if __name__ == "__main__":
    main()
