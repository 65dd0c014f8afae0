"""Controls of page 18: a hidden layer that does not learn, surrogates, and an ordinary network.

``python -m experiments.signals_controls`` writes the record. "all" trains the network of section 4
on the bundled digits as the page does, with other seeds; "frozen" sets the hidden layer back to its
start after each update; "surrogate" trains the same neurons by backpropagation through time, with
the cross-entropy of their counts. ``--validate`` tests these three on the last of the training
digits, by which the learning rate of "surrogate" was chosen, and records nothing.

"ordinary" is a network of rectified linear units, 784-800-10 without biases, on the full MNIST;
beside its accuracy it records how many multiplications it needs for a test image, if it skips those
by 0.
"""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import LinearLR

from experiments import fit_one_cycle, told_settings
from experiments.membranes_as_signals import fit_learner, loss_of, tested
from experiments.mnist_full import flat_mnist
from snn_core.encoding import rate
from snn_core.layers import Repeat
from snn_core.membrane_signals import MembraneLearner, membrane_network, parameter_groups
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "sizes": [784, 300, 10],
    "alpha": 4.0,
    "steps": 25,
    "gain": 0.4,
    "lr": 0.005,
    "learner": {"penalty": 0.02, "balance": 1e-5},
    "epochs": 10,
    "batch_size": 50,
    "arms": {
        "all": {},
        "frozen": {},
        "surrogate": {"lr": 0.002, "sharpness": 0.3, "layer": {"gradient": "surrogate"}},
    },
    "held_out": 1000,
    "ordinary": {"hidden": 800, "lost": 0.1, "epochs": 10, "batch_size": 50, "lr": 1e-3},
    "samples": 60_000,
    "seeds": [0, 1, 2],
}


def moved_by_chance(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return images ``[B, 784]``, all moved alike, by up to one pixel."""
    by = torch.randint(-1, 2, (2,), generator=generator).tolist()
    return images.view(-1, 28, 28).roll(by, dims=(1, 2)).flatten(1)


def read(digits: tuple[Tensor, ...], name: str, seed: int) -> float:
    """Train the network of one arm; return the accuracy on the test digits."""
    images, labels, *test = digits
    arm = {"lr": SETTINGS["lr"], "layer": {}} | SETTINGS["arms"][name]
    generator = seed_torch(seed)
    encode = partial(rate, steps=SETTINGS["steps"], gain=SETTINGS["gain"], generator=generator)
    sizes, alpha = SETTINGS["sizes"], SETTINGS["alpha"]
    network = membrane_network(sizes, alpha=alpha, generator=generator, **arm["layer"])
    start = {name: value.clone() for name, value in network[0].state_dict().items()}
    optimizer = torch.optim.Adam(parameter_groups(network, arm["lr"]))
    learner = MembraneLearner(network, optimizer, loss=loss_of(arm), **SETTINGS["learner"])
    epochs, batch_size = SETTINGS["epochs"], SETTINGS["batch_size"]
    updates = epochs * -(-len(labels) // batch_size)
    falling = LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=updates)

    def after_batch() -> None:
        falling.step()
        if name == "frozen":
            network[0].load_state_dict(start)

    fit_learner(
        learner,
        (images, labels),
        encode=lambda some: encode(moved_by_chance(some, generator)),
        epochs=epochs,
        batch_size=batch_size,
        after_batch=after_batch,
        generator=generator,
    )
    return tested(network, test, encode)


@torch.no_grad()
def multiplications(network: nn.Sequential, images: Tensor) -> float:
    """Return how many are not by 0, for one image: linear layer, rectified linear units, linear."""
    first, units, second = network
    hidden = units(first(images))
    counts = [
        (values > 0).sum(1).double().mean().item() * layer.out_features
        for values, layer in ((images, first), (hidden, second))
    ]
    return sum(counts)


def ordinary(data, settings: dict, seed: int) -> dict:
    """Train an ordinary network; return its accuracy and its operations."""
    generator = seed_torch(seed)
    first = nn.Linear(784, settings["hidden"], bias=False)
    second = nn.Linear(settings["hidden"], 10, bias=False)
    network = nn.Sequential(first, nn.ReLU(), second)
    history = fit_one_cycle(
        nn.Sequential(nn.Dropout(settings["lost"]), network, Repeat(1)),
        data,
        settings,
        generator,
        weight_decay=0.01,
        progress=False,
        loss=lambda scores, labels: cross_entropy(scores[0], labels),
        decode=lambda scores: scores[0],
    )
    operations = round(multiplications(network, data[2]))
    return {"test": history.test_accuracy, "operations": operations}


def bundled(validate: bool) -> tuple[Tensor, ...]:
    """Return the bundled digits and labels to train and to test, held-out ones to validate."""
    images, labels, *test = flat_digits()
    if not validate:
        return images, labels, *test
    end = -SETTINGS["held_out"]
    return images[:end], labels[:end], images[end:], labels[end:]


def main(arguments: list[str] | None = None) -> None:
    """Train each with every seed, and write the record."""
    names = "seeds", "samples"
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    digits = bundled(validate)
    seeds = settings["seeds"]
    results = {name: [read(digits, name, seed) for seed in seeds] for name in SETTINGS["arms"]}
    print(results, flush=True)
    if validate:
        return
    data = flat_mnist(settings["samples"], validate=False)
    own = settings["ordinary"]
    results["ordinary"] = [ordinary(data, own, seed) for seed in settings["seeds"]]
    print(results["ordinary"], flush=True)
    record("signals_controls", settings, results)


if __name__ == "__main__":
    main()
