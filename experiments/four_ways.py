"""Train one network in four ways on the bundled digits: the table at the end of page 19.

``python -m experiments.four_ways`` writes the record. The network has 784-200-10 neurons without
biases; nothing is dropped out. The ways: an ordinary network whose rectified linear units become
integrate-and-fire neurons after training ("shadow"), exact gradients of spike times
("spike times"), surrogate gradients through time ("surrogate"), and membrane potentials as signals
("membranes"). Each has the encoding and the readout that it is usually trained with. Beside the
test accuracy after every epoch it records the spikes of all hidden neurons for one test image.

The thresholds of "shadow" are a percentile of the training activations. Settings were chosen on
the last 1,000 training images, held out (``--validate`` repeats that).
"""

import time
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from experiments import (
    fit_one_cycle,
    membranes_as_signals,
    mini_digits,
    spike_times_mnist,
    told_settings,
)
from snn_core import LIF, LeakyIntegrator
from snn_core.layers import Repeat
from snn_core.losses import max_membrane, max_membrane_cross_entropy
from snn_core.membrane_signals import signals_of
from snn_core.teaching.records import record
from snn_core.training import evaluate, seed_torch

SETTINGS = {
    "hidden": 200,
    "samples": 5000,
    "held_out": 1000,
    "epochs": 20,
    "batch_size": 50,
    "lr": {"shadow": 2e-3, "spike times": 3e-3, "surrogate": 2e-3, "membranes": 3e-3},
    "shadow": {"steps": 32, "percentile": 0.99},
    "spike times": {"drive": [16.0, 3.0], "spread": [0.3, 0.3], "latest": 30.0, "lost": 0.0},
    "surrogate": {"steps": 5, "tau_mem": 5.0, "beta_out": 0.8},
    "seeds": [0, 1, 2],
}
Data = tuple[Tensor, Tensor, Tensor, Tensor]
Found = tuple[list[float], float]  # test accuracy after every epoch, hidden spikes per image


def digits(settings: dict, validate: bool) -> Data:
    """Return images ``[samples, 784]`` and labels to train, and those to test."""
    (images, labels), test = mini_digits(settings["samples"])
    if not validate:
        return images, labels, *test
    end = -settings["held_out"]
    return images[:end], labels[:end], images[end:], labels[end:]


def spiking_copy(network: nn.Sequential, images: Tensor, settings: dict) -> nn.Sequential:
    """Return the network with integrate-and-fire neurons and a summing readout, same weights.

    Args:
        network: linear layer, rectified linear units, linear layer.
        images: some to measure activations by, ``[B, 784]``.
        settings: "steps" and "percentile".
    """
    activations = network[:2](images)
    threshold = (
        activations.flatten().sort().values[int(settings["percentile"] * activations.numel())]
    )
    first, _, second = network
    scaled = nn.Linear(first.in_features, first.out_features, bias=False)
    scaled.weight = nn.Parameter(first.weight.detach() / threshold)
    neurons = LIF(beta=1.0)
    return nn.Sequential(
        scaled, Repeat(settings["steps"]), neurons, second, LeakyIntegrator(beta=1.0)
    )


@torch.no_grad()
def hidden_spikes(network: nn.Module, last: int, images: Tensor) -> float:
    """Return the spikes of all neurons after the first `last` layers, for one image."""
    return network.eval()[:last](images).sum().item() / len(images)


def shadow(data: Data, settings: dict, generator: Generator) -> dict:
    """Train an ordinary network and test its spiking copy; add what the ordinary one scores."""
    hidden = settings["hidden"]
    first, second = nn.Linear(784, hidden, bias=False), nn.Linear(hidden, 10, bias=False)
    network = nn.Sequential(first, nn.ReLU(), second)
    history = fit_one_cycle(
        nn.Sequential(network, Repeat(1)),
        data,
        settings,
        generator,
        lr=settings["lr"]["shadow"],
        weight_decay=0.01,
        progress=False,
        loss=lambda scores, labels: cross_entropy(scores[0], labels),
        decode=lambda scores: scores[0],
    )
    network.eval()
    with torch.no_grad():
        copy = spiking_copy(network, data[0], settings["shadow"])
    right = evaluate(copy, *data[2:], decode=lambda membrane: membrane[-1])
    spikes = hidden_spikes(copy, 3, data[2])
    return {"test": [right], "ordinary": history.test_accuracy, "spikes": spikes}


def surrogate(data: Data, settings: dict, generator: Generator) -> dict:
    """Train by surrogate gradients."""
    own = settings["surrogate"]
    network = nn.Sequential(
        nn.Linear(784, settings["hidden"], bias=False),
        Repeat(own["steps"]),
        LIF(tau_mem=own["tau_mem"]),
        nn.Linear(settings["hidden"], 10, bias=False),
        LeakyIntegrator(beta=own["beta_out"]),
    )
    history = fit_one_cycle(
        network,
        data,
        settings,
        generator,
        lr=settings["lr"]["surrogate"],
        weight_decay=0.01,
        progress=False,
        loss=max_membrane_cross_entropy,
        decode=max_membrane,
    )
    return {"test": history.test_accuracy, "spikes": hidden_spikes(network, 3, data[2])}


def spike_times(data: Data, settings: dict, generator: Generator) -> dict:
    """Train by exact gradients of spike times."""
    own = {name: settings[name] for name in ("hidden", "epochs", "batch_size")}
    own |= settings["spike times"] | {"lr": settings["lr"]["spike times"]}
    own = spike_times_mnist.SETTINGS | own
    network = spike_times_mnist.network_of(own, generator)
    history = spike_times_mnist.fit_times(own, network, data, generator)
    found = spike_times_mnist.decisions(own, network, *data[2:])
    return {"test": history.test_accuracy, "spikes": found["hidden"]}


def membranes(data: Data, settings: dict, generator: Generator) -> dict:
    """Train with membrane potentials as signals."""
    own = {name: settings[name] for name in ("epochs", "batch_size")}
    own |= {"sizes": [784, settings["hidden"], 10], "lr": settings["lr"]["membranes"], "lost": 0.0}
    arm = membranes_as_signals.arm_of("one hidden layer") | own
    learner = membranes_as_signals.learner_of(arm, generator)
    encode = membranes_as_signals.encoder(membranes_as_signals.SETTINGS, generator)
    found = membranes_as_signals.epochs_of(learner, arm, data[:2], data[2:], encode, generator)
    with torch.no_grad():
        hidden = signals_of(learner.network, encode(data[2]))[0].counts
    return {"test": found["test"], "spikes": hidden.sum().item() / len(hidden)}


WAYS: dict[str, Callable[[Data, dict, Generator], dict]] = {
    "shadow": shadow,
    "spike times": spike_times,
    "surrogate": surrogate,
    "membranes": membranes,
}


def main(arguments: list[str] | None = None) -> None:
    """Train in each way with each seed and write the record."""
    names = ("samples", "epochs", "seeds", "hidden")
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    data = digits(settings, validate)
    results = {}
    for name, way in WAYS.items():
        results[name] = []
        for seed in settings["seeds"]:
            started = time.process_time()
            found = way(data, settings, seed_torch(seed))
            seconds = round(time.process_time() - started)
            results[name].append({"seed": seed, "seconds": seconds} | found)
            print(name, seed, found["test"][-3:], found["spikes"], seconds, "s", flush=True)
    if not validate:
        record("four_ways", settings, results)


if __name__ == "__main__":
    main()
