"""Train networks of spike times on the Yin-Yang task, beside an ordinary network of the same size.

``python -m experiments.yin_yang`` writes the record that page 19 shows. A point is told by five
spikes: one at 0, and four that come the later the larger x, y, 1 - x and 1 - y are. 120 hidden
neurons spike once at most, and so do three outputs; the first one to spike is the answer. The
arms: neurons without a leak, neurons with one, and rectified linear units, which see the four
numbers and have biases.

All settings were chosen on a third set of points (``--validate`` repeats that).
"""

import math
import time

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from experiments import fit_one_cycle, told_settings
from snn_core.spike_times import FirstSpikeLayer, WakeUp, earliest, first_time_cross_entropy
from snn_core.tasks import yin_yang
from snn_core.teaching.records import record
from snn_core.training import evaluate, seed_torch

SETTINGS = {
    "samples": 5000,
    "test_samples": 1000,
    "duration": 10.0,  # ms, of the input
    "hidden": 120,
    "tau_mem": {"no leak": None, "leak": 10.0},  # ms; None is infinity
    "tau_syn": 5.0,
    "drive": 6.0,
    "spread": 1.6,
    "tau_loss": {"no leak": 0.3, "leak": 0.25},  # ms
    "latest": 30.0,  # ms
    "wake": 0.25,  # added to the sum of a silent neuron's weights, after each update
    "shares": [0.7, 0.0],  # silent samples that are too many, of hidden neurons and outputs
    "epochs": 100,
    "batch_size": 150,
    "lr": {"no leak": 5e-3, "leak": 1e-2, "ReLU": 3e-2},
    "seeds": [0, 1, 2],
}
SETS = {"train": 0, "test": 1, "validate": 2}  # the seeds of the points


def points(name: str, samples: int) -> tuple[Tensor, Tensor]:
    """Return values ``[samples, 4]`` and labels of one of the three sets."""
    generator = torch.Generator().manual_seed(100 + SETS[name])
    return yin_yang(samples, generator=generator)


def as_times(values: Tensor, duration: float) -> Tensor:
    """Return a spike at 0 and four spikes that tell the values, ``[B, 5]`` in ms."""
    start = torch.zeros(len(values), 1)
    return torch.cat([start, duration * values], 1)


def timed_network(arm: str, settings: dict) -> nn.Sequential:
    """Return a network of spike times, with or without a leak."""
    names = ("drive", "spread", "tau_syn")
    tau_mem = settings["tau_mem"][arm] or math.inf
    options = {name: settings[name] for name in names} | {"tau_mem": tau_mem}
    hidden = settings["hidden"]
    return nn.Sequential(
        FirstSpikeLayer(5, hidden, **options), FirstSpikeLayer(hidden, 3, **options)
    )


def relu_network(settings: dict) -> nn.Sequential:
    """Return an ordinary network of the same size."""
    hidden = settings["hidden"]
    return nn.Sequential(nn.Linear(4, hidden), nn.ReLU(), nn.Linear(hidden, 3))


def train(arm: str, seed: int, data: tuple[Tensor, ...], settings: dict) -> dict:
    """Train one network and return what is recorded of it."""
    generator = seed_torch(seed)
    started = time.process_time()
    run = train_relu if arm == "ReLU" else train_times
    found = run(arm, data, settings, generator)
    return {"seed": seed, "seconds": round(time.process_time() - started)} | found


def train_times(
    arm: str, data: tuple[Tensor, ...], settings: dict, generator: Generator
) -> dict[str, object]:
    """Train a network of spike times."""
    network = timed_network(arm, settings)
    wake_up = WakeUp(network, by=settings["wake"], shares=settings["shares"])

    def encode(values: Tensor) -> Tensor:
        return as_times(values, settings["duration"])

    def loss(times: Tensor, labels: Tensor) -> Tensor:
        tau, latest = settings["tau_loss"][arm], settings["latest"]
        return first_time_cross_entropy(times, labels, tau=tau, latest=latest)

    history = fitted(arm, network, data, settings, generator, wake_up, loss, earliest, encode)
    with torch.no_grad():
        hidden = network[0](encode(data[2]))
        out = network[1](hidden)
    silent = hidden.isinf().float().mean().item()
    return history | {"silent": round(silent, 4), "decision": round(out.amin(2).mean().item(), 3)}


def train_relu(
    arm: str, data: tuple[Tensor, ...], settings: dict, generator: Generator
) -> dict[str, object]:
    """Train an ordinary network."""

    def loss(scores: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(scores[0], labels)

    def one_step(values: Tensor) -> Tensor:
        return values.unsqueeze(0)

    network = relu_network(settings)
    return fitted(arm, network, data, settings, generator, None, loss, lambda s: s[0], one_step)


def fitted(
    arm, network, data, settings, generator, wake_up, loss, decode, encode
) -> dict[str, object]:
    """Fit a network with Adam over one cycle; return accuracies after every epoch."""
    history = fit_one_cycle(
        network,
        data,
        settings,
        generator,
        lr=settings["lr"][arm],
        also=wake_up,
        encode=encode,
        loss=loss,
        decode=decode,
        progress=False,
    )
    assert history.test_accuracy[-1] == evaluate(network, *data[2:], encode=encode, decode=decode)
    return {
        "train": [round(value, 4) for value in history.train_accuracy],
        "test": [round(value, 4) for value in history.test_accuracy],
    }


def main(arguments: list[str] | None = None) -> None:
    """Train each arm with each seed and write the record."""
    names = ("epochs", "seeds", "wake", "hidden")
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    test = points("validate" if validate else "test", settings["test_samples"])
    data = (*points("train", settings["samples"]), *test)
    results = {}
    for arm in (*settings["tau_mem"], "ReLU"):
        results[arm] = [train(arm, seed, data, settings) for seed in settings["seeds"]]
        means = [sum(run["test"][-5:]) / 5 for run in results[arm]]
        print(arm, [f"{mean:.4f}" for mean in means], results[arm][0]["seconds"], "s", flush=True)
    if not validate:
        record("yin_yang", settings, results)


if __name__ == "__main__":
    main()
