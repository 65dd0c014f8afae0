"""Record what page 16 says of deep networks: in which layer the digit can be read, and who learns.

``python -m experiments.twelve_layers`` writes the record that page 16 shows. The networks are those
of `snn_core.teaching.studies.convolutional`; all use the digits of ``mnist_mini`` at half size, and
are tested on the last training images, held out. The record holds what `read_from_layers` finds
in untrained networks, and for every trained one the accuracy after every epoch, and what it finds
then. (Narrow and wide surrogates have the same spikes before training.) The last arm is a control:
the narrow surrogate with twice the learning rate, and an epsilon of Adam so small that the size of
every gradient is divided out.
"""

import torch
from torch import nn

from experiments import parser_for
from experiments.pooling_orders import half_size, train
from snn_core.teaching.records import record
from snn_core.teaching.studies.convolutional import (
    BETA_OUT,
    KINDS,
    STEPS,
    TAU_MEM,
    WIDE,
    deep_network,
    read_from_layers,
    wide_neuron,
)
from snn_core.training import seed_torch

NAME = "twelve_layers"
LAYERS = 12
CONTROL = "plain, narrow, larger steps"


def by_name(options: dict) -> dict:
    """Return options with the names of functions and classes in place of them."""
    return {name: getattr(value, "__name__", value) for name, value in options.items()}


ARMS = {  # options of `deep_network`
    "one layer, narrow": {"depth": 1},
    "one layer, wide": {"depth": 1, "neuron": wide_neuron},
    **{name: {"depth": LAYERS, **options} for name, options in KINDS.items()},
    CONTROL: {"depth": LAYERS},
}
SETTINGS = {
    "steps": STEPS,
    "tau_mem": TAU_MEM,
    "wide_surrogate_scale": WIDE,
    "beta_out": BETA_OUT,
    "layers": LAYERS,
    "batch_size": 40,
    "held_out": 500,
    "read": {"samples": 2000, "ridge": 10.0},
    "samples": 4000,
    "epochs": 3,
    "adam": {"lr": 4e-3, "eps": 1e-8},
    "larger_steps": {"lr": 8e-3, "eps": 1e-14},
    "arms": {name: by_name(options) for name, options in ARMS.items()},
    "seeds": [0, 1, 2],
}


def read(network: nn.Module) -> list[float]:
    """Return how many held-out digits are read from each layer."""
    images, labels = half_size()
    few, held_out = SETTINGS["read"]["samples"], SETTINGS["held_out"]
    both = [torch.cat([each[:few], each[-held_out:]]) for each in (images, labels)]
    return read_from_layers(network.train(), *both, held_out, SETTINGS["read"]["ridge"])


def untrained(kind: str, seed: int) -> list[float]:
    """Return how many digits are read from each layer of a network with its first weights."""
    seed_torch(seed)
    return read(deep_network(depth=SETTINGS["layers"], **KINDS[kind]))


def trained(arm: str, seed: int) -> dict:
    """Return the accuracies by epoch of one network, and then by layer."""
    adam = SETTINGS["larger_steps"] if arm == CONTROL else SETTINGS["adam"]
    generator = seed_torch(seed)
    network = deep_network(**ARMS[arm])
    accuracy = train(network, SETTINGS, adam, generator)
    return {"seed": seed, "accuracy": accuracy, "layers": read(network)}


def main(arguments: list[str] | None = None) -> None:
    """Read from and train all networks, and record them."""
    parser_for(__doc__, SETTINGS).parse_args(arguments)
    first: dict[str, list[list[float]]] = {}
    for name in KINDS:
        if name.endswith(", narrow"):
            kind = name.removesuffix(", narrow")
            first[kind] = [untrained(name, seed) for seed in SETTINGS["seeds"]]
    print(first, flush=True)
    runs: dict[str, list[dict]] = {arm: [] for arm in SETTINGS["arms"]}
    for seed in SETTINGS["seeds"]:
        for arm, known in runs.items():
            known.append(trained(arm, seed))
            print(arm, known[-1], flush=True)
    record(NAME, SETTINGS, {"untrained": first, "trained": runs})


if __name__ == "__main__":
    main()
