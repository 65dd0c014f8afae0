"""Charge a trained network for its hidden spikes; record accuracy, spikes and dead neurons.

``python -m experiments.sparing_spikes`` writes the record that page 08 shows. The network is that
of `snn_core.teaching.studies.codes_and_losses` with the rate code and the cross-entropy of counts.
For each seed it is trained without a charge first; from there on a copy is trained with each
strength of the charge, and one with a charge and a bound on each neuron's activity from below.
The test images are looked at once per network, at the end of its training.
"""

import copy

import torch
from torch import Generator, Tensor, nn

from experiments import mini_digits, on_threads, parser_for
from snn_core.encoding import Encoder
from snn_core.losses import accuracy, l1_activity, lower_activity, spike_count
from snn_core.teaching.records import record
from snn_core.teaching.studies.codes_and_losses import HIDDEN, STEPS, TAU_MEM, classifier, coder
from snn_core.training import Penalty, fit, seed_torch, watch_spikes

SETTINGS = {
    "code": "rate",
    "loss": "count_cross_entropy",
    "hidden": HIDDEN,
    "tau_mem": TAU_MEM,
    "steps": STEPS,
    "charges": [0.0, 0.3, 1.0, 3.0, 10.0],  # of `l1_activity` of the hidden layer
    "bounded": {"charge": 1.0, "limit": 0.1, "strength": 10.0},  # with `lower_activity`
    "samples": 5000,
    "epochs_before": 2,  # without a charge
    "epochs": 4,  # with it
    "batch_size": 50,
    "lr": 1e-3,
    "seeds": [0, 1, 2],
}


def penalties(settings: dict) -> dict[str, Penalty]:
    """Return what is charged in each arm, by its name."""
    bounded = settings["bounded"]

    def charge(spikes: list[Tensor], strength: float) -> Tensor:
        return strength * l1_activity(spikes[0])

    def with_bound(spikes: list[Tensor]) -> Tensor:
        bound = lower_activity(spikes[0], bounded["limit"])
        return charge(spikes, bounded["charge"]) + bounded["strength"] * bound

    plain = {f"{a:g}": lambda spikes, a=a: charge(spikes, a) for a in settings["charges"]}
    return plain | {"bounded": with_bound}


@torch.no_grad()
def measure(network: nn.Sequential, encode: Encoder, images: Tensor, labels: Tensor) -> dict:
    """Return accuracy, hidden and output spikes per image, and the share of dead hidden neurons."""
    with watch_spikes(network) as layers:
        scores = spike_count(network(encode(images)))
    counts = layers[0].sum(0)
    return {  # dead is who fires for no image
        "accuracy": round(accuracy(scores, labels), 4),
        "spikes": round(counts.sum(1).mean().item(), 2),
        "output": round(layers[1].sum().item() / len(labels), 2),
        "dead": round((counts.sum(0) == 0).float().mean().item(), 4),
    }


def runs(seed: int, train: tuple, test: tuple, settings: dict) -> dict[str, dict]:
    """Train one network without a charge, then a copy of it in each arm; return what each found."""
    generator = seed_torch(seed)
    network = classifier(settings["code"], settings["loss"])
    _train(network, train, settings, generator, epochs=settings["epochs_before"])
    found = {}
    for arm, penalty in penalties(settings).items():
        spared = copy.deepcopy(network)
        again = seed_torch(seed + 1000)  # every arm sees the same batches
        encode = _train(spared, train, settings, again, epochs=settings["epochs"], penalty=penalty)
        found[arm] = measure(spared, encode, *test)
        print(seed, arm, found[arm], flush=True)
    return found


def _train(
    network: nn.Sequential, train: tuple, settings: dict, generator: Generator, **options
) -> Encoder:
    """Train a network with Adam from its first step on; return the encoder."""
    encode = coder(settings["code"], generator)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings["lr"])
    options |= {"batch_size": settings["batch_size"], "generator": generator, "progress": False}
    fit(network, *train, encode=encode, optimizer=optimizer, **options)
    return encode


def main(arguments: list[str] | None = None) -> None:
    """Train every arm with each seed, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "samples", "epochs", "seeds")
    settings = SETTINGS | on_threads(parser, arguments)
    train, test = mini_digits(settings["samples"])
    each = [runs(seed, train, test, settings) for seed in settings["seeds"]]
    results = {
        arm: {name: [run[arm][name] for run in each] for name in found}
        for arm, found in each[0].items()
    }
    record("sparing_spikes", settings, results)


if __name__ == "__main__":
    main()
