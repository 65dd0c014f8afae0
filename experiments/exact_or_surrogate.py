"""Train the same network by exact gradients of spike times and by surrogate gradients.

``python -m experiments.exact_or_surrogate`` writes the record that page 19 shows. The task is the
Yin-Yang of `experiments.yin_yang`, the neurons have ``tau_mem = 2 tau_syn``, and all methods begin
with the same weights, lively or silent. "first spikes" are those in closed form, "EventProp" has
hidden neurons that spike any number of times, "surrogate" is BPTT through steps of `dt`. Each
method learns with and without a regulariser against silence: `WakeUp` for times, `lower_activity`
for spike trains.

Each method's learning rate, and the surrogate's `tau_loss`, were chosen on a third set of points,
from a lively start without help; ``--validate`` tests on that set.
"""

import time
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments import fit_one_cycle, told_settings
from experiments.yin_yang import as_times, points
from snn_core import CuBaLIF
from snn_core.losses import first_spike, lower_activity
from snn_core.spike_times import (
    EventPropLayer,
    FirstSpikeLayer,
    TimedLayer,
    WakeUp,
    earliest,
    first_time_cross_entropy,
)
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "samples": 5000,
    "test_samples": 1000,
    "duration": 10.0,  # ms, of the input
    "hidden": 120,
    "starts": {"lively": [4.0, 1.6], "silent": [0.5, 0.2]},  # drive and spread
    "tau_mem": 10.0,
    "tau_syn": 5.0,
    "tau_loss": {"first spikes": 0.25, "EventProp": 0.25, "surrogate": 0.5},  # ms
    "latest": 20.0,  # ms
    "dt": 0.5,  # ms, of the surrogate's steps
    "wake": 0.25,
    "shares": [0.7, 0.0],
    "activity": [1.0, 0.3],  # the strength and the limit of `lower_activity`
    "epochs": 30,
    "batch_size": 150,
    "lr": {"first spikes": 1e-2, "EventProp": 1e-2, "surrogate": 1e-2},
    "seeds": [0, 1, 2],
}


def timed_layers(kind: str, start: str, settings: dict) -> list[TimedLayer]:
    """Return two layers of spike times, whose weights the same seed makes the same."""
    drive, spread = settings["starts"][start]
    names = ("tau_mem", "tau_syn")
    options = {name: settings[name] for name in names} | {"drive": drive, "spread": spread}
    hidden = settings["hidden"]
    first = EventPropLayer if kind == "EventProp" else FirstSpikeLayer
    return [first(5, hidden, **options), FirstSpikeLayer(hidden, 3, **options)]


def stepped_network(layers: list[TimedLayer], settings: dict) -> nn.Sequential:
    """Return a network in steps with the weights of these layers."""
    parts = []
    for layer in layers:
        outputs, inputs = layer.weight.shape
        linear = nn.Linear(inputs, outputs, bias=False)
        linear.weight = nn.Parameter(layer.weight.detach().clone())
        neuron = CuBaLIF(settings["tau_mem"], settings["tau_syn"], dt=settings["dt"])
        parts += [linear, neuron]
    return nn.Sequential(*parts)


def as_steps(values: Tensor, settings: dict) -> Tensor:
    """Return spike trains ``[T, B, 5]`` of the times, rounded to whole steps."""
    steps = round(settings["latest"] / settings["dt"])
    number = torch.round(as_times(values, settings["duration"]) / settings["dt"])
    step = torch.arange(steps).view(-1, 1, 1)
    return (number == step).float()


def way_of(method: str, start: str, helped: bool, settings: dict) -> dict[str, object]:
    """Return what `fit` is told of a method: network, encoder, loss, decoder, and the help."""
    layers = timed_layers(method, start, settings)
    tau, latest = settings["tau_loss"][method], settings["latest"]
    if method != "surrogate":
        network = nn.Sequential(*layers)
        awake = WakeUp(network, by=settings["wake"], shares=settings["shares"]) if helped else None
        return {
            "network": network,
            "encode": lambda values: as_times(values, settings["duration"]),
            "loss": lambda times, labels: first_time_cross_entropy(
                times, labels, tau=tau, latest=latest
            ),
            "decode": earliest,
            "also": awake,
            "penalty": None,
        }
    strength, limit = settings["activity"]

    def too_silent(spikes: list[Tensor]) -> Tensor:
        return strength * sum(lower_activity(layer, limit) for layer in spikes)

    def loss(spikes: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(first_spike(spikes) * settings["dt"] / tau, labels)

    return {
        "network": stepped_network(layers, settings),
        "encode": lambda values: as_steps(values, settings),
        "loss": loss,
        "decode": first_spike,
        "also": None,
        "penalty": too_silent if helped else None,
    }


def learn(
    method: str, start: str, helped: bool, seed: int, data: tuple[Tensor, ...], settings: dict
) -> dict[str, object]:
    """Train once.

    Returns:
        The processor time in s, the share of silent hidden neurons before and after the training,
        and the test accuracy after every epoch.
    """
    generator = seed_torch(seed)
    way = way_of(method, start, helped, settings)
    network = way.pop("network")
    before = silent_share(method, network, way["encode"], data[2])
    started = time.process_time()
    history = fit_one_cycle(
        network, data, settings, generator, lr=settings["lr"][method], progress=False, **way
    )
    return {
        "seconds": round(time.process_time() - started, 1),
        "silent": [before, silent_share(method, network, way["encode"], data[2])],
        "test": [round(value, 4) for value in history.test_accuracy],
    }


def silent_share(method: str, network: nn.Sequential, encode, values: Tensor) -> float:
    """Return the share of hidden neurons and samples without a spike."""
    hidden = network[: 2 if method == "surrogate" else 1](encode(values))
    silent = (hidden == 0).all(0) if method == "surrogate" else hidden[0].isinf()
    return round(silent.float().mean().item(), 4)


def main(arguments: list[str] | None = None) -> None:
    """Train by each method, from each start, with and without help, with each seed."""
    settings, validate = told_settings(__doc__, SETTINGS, "epochs", "seeds", arguments=arguments)
    test = points("validate" if validate else "test", settings["test_samples"])
    data = (*points("train", settings["samples"]), *test)
    results = {}
    for method, start, helped in product(settings["lr"], settings["starts"], (False, True)):
        runs = [learn(method, start, helped, seed, data, settings) for seed in settings["seeds"]]
        name = f"{method}, {start}" + (", helped" if helped else "")
        results[name] = runs
        last = [f"{sum(run['test'][-5:]) / len(run['test'][-5:]):.4f}" for run in runs]
        print(name, last, runs[0]["silent"], runs[0]["seconds"], "s", flush=True)
    if not validate:
        record("exact_or_surrogate", settings, results)


if __name__ == "__main__":
    main()
