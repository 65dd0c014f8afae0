"""Convert small ordinary networks that read the bundled digits, train some on, and some directly.

``python -m experiments.converted_digits`` writes the record that page 20 shows. The ordinary
network is 8C5-P2-16C5-P2-10 with batch normalisation and average pooling, trained with ReLUs, and
from the same weights with `ClipFloorShift`. With each seed:

- both are converted, the first in four ways;
- converted networks are trained on with surrogate gradients, for one epoch at few steps;
- a spiking network of the same shape is trained with surrogate gradients from random weights, for
  one epoch, and for as many as the ordinary one had.

Recorded is what `experiments.shadow_mnist` records: accuracy, agreement with the ordinary network,
spikes and operations per image, at some numbers of steps. Networks that are trained as spiking ones
are run for the steps that they were trained for. ``--validate`` tests on the last 1,000 training
images, held out: the settings were chosen there. The record is written after every seed;
``--seeds`` runs some of them and adds them to what is there.
"""

import copy

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from experiments import add_run, fit_one_cycle, told_settings
from experiments.shadow_mnist import activation_of, converted, maps, products
from snn_core.conversion import RunningMean, Scale, convert, fold_batch_norm
from snn_core.datasets import mnist_mini
from snn_core.layers import OverTime, Repeat
from snn_core.teaching.studies.convolutional import broad
from snn_core.training import seed_torch

SETTINGS = {
    "channels": [8, 16],
    "kernel": 5,
    "levels": 8,
    "clip": 3.0,  # before training
    "epochs": 6,
    "batch_size": 64,
    "lr": 0.01,
    "weight_decay": 0.01,
    "tuning": {"epochs": 1, "lr": 0.001},
    "calibration": 500,
    "steps": [1, 2, 3, 4, 6, 8, 12, 16, 24, 32],
    "few": [1, 2, 4],  # steps of the networks that are trained as spiking ones
    "arms": {  # of the conversion, by the activation of the network that is converted
        "ReLU": {
            "maximum": {"percentile": 100.0, "start": 0.0},
            "percentile": {"percentile": 99.9, "start": 0.0},
            "percentile, half": {"percentile": 99.9, "start": 0.5},
            "99 %, half": {"percentile": 99.0, "start": 0.5},
        },
        "ClipFloorShift": {"trained": {"start": 0.5}},
    },
    "seeds": [0, 1, 2, 3, 4],
}


def small_ordinary(settings: dict, activation) -> nn.Sequential:
    """Return two convolutions, each with batch norm and average pooling, and a readout."""
    first, second = settings["channels"]
    kernel = settings["kernel"]
    side = ((28 - kernel + 1) // 2 - kernel + 1) // 2  # of the maps behind the second pooling
    return nn.Sequential(
        *maps(1, first, kernel, activation),
        *maps(first, second, kernel, activation),
        nn.Flatten(),
        nn.Linear(second * side**2, 10),
    )


def from_random(settings: dict, steps: int) -> nn.Sequential:
    """Return a spiking network of the same shape, with the neurons of page 16."""
    layers = list(small_ordinary(settings, nn.Identity))
    first, second, readout = layers[:2], layers[3:6], layers[7:]
    return nn.Sequential(
        *first,
        Repeat(steps),
        broad(),
        OverTime(Scale(1.0), *second),
        broad(),
        OverTime(Scale(1.0), *readout),
        RunningMean(),
    )


def folded(network: nn.Sequential) -> nn.Sequential:
    """Return a spiking network `from_random` with its batch norms in the convolutions."""
    stage = network[4].layer
    found = copy.deepcopy(network.eval())
    found[4] = OverTime(stage[0], *fold_batch_norm(stage[1:]))
    return found


def last_scores(output: Tensor) -> Tensor:
    """Return what an output ``[T, B, C]`` says after its last step."""
    return output[-1]


def last_scores_cross_entropy(output: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy of these scores."""
    return cross_entropy(last_scores(output), labels)


def teach(
    network: nn.Module, data: tuple[Tensor, ...], settings: dict, generator: Generator
) -> list[float]:
    """Train a network with an output over time; return the test accuracy after each epoch."""
    history = fit_one_cycle(
        network,
        data,
        settings,
        generator,
        weight_decay=settings["weight_decay"],
        loss=last_scores_cross_entropy,
        decode=last_scores,
        progress=False,
    )
    network.eval()
    return history.test_accuracy


def digits(validate: bool) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return images ``[samples, 1, 28, 28]`` and labels to train with, and those to test on."""
    found = mnist_mini()
    images, labels = found.train_images[:, None], found.train_labels
    if validate:
        return images[:-1000], labels[:-1000], images[-1000:], labels[-1000:]
    return images, labels, found.test_images[:, None], found.test_labels


def learn_ordinary(
    name: str, data: tuple[Tensor, ...], seed: int, settings: dict
) -> tuple[nn.Sequential, dict]:
    """Return a trained ordinary network with activations of this name, and what is recorded."""
    generator = seed_torch(seed)
    network = small_ordinary(settings, activation_of(name, settings))
    accuracies = teach(nn.Sequential(network, Repeat(1)), data, settings, generator)
    with torch.no_grad():
        found = {"products": products(network, data[2]), "accuracy": accuracies[-1]}
    return network, found


def run_once(data: tuple[Tensor, ...], seed: int, settings: dict) -> dict:
    """Train, convert and train on with one seed; return what is recorded."""
    test, calibration = data[2:], data[0][: settings["calibration"]]
    tuning = settings | settings["tuning"]
    found = {"seed": seed}
    for name, arms in settings["arms"].items():
        network, found[name] = learn_ordinary(name, data, seed, settings)
        with torch.no_grad():
            answers = network(test[0]).argmax(1)
        for arm, options in arms.items():
            spiking = convert(network, calibration, max(settings["steps"]), **options)
            found[arm] = converted(spiking, answers, test, settings)
        for steps in settings["few"]:
            spiking = convert(network, calibration, steps)
            teach(spiking, data, tuning, seed_torch(seed))
            each = converted(spiking, answers, test, settings | {"steps": [steps]})
            found.setdefault(f"{name}, trained on", []).append(each)
    for name, told in (("direct, one epoch", settings | {"epochs": 1}), ("direct", settings)):
        for steps in settings["few"]:
            generator = seed_torch(seed)
            network = from_random(settings, steps)
            teach(network, data, told, generator)
            at = settings | {"steps": [steps]}
            found.setdefault(name, []).append(converted(folded(network), answers, test, at))
    return found


def said(run: dict) -> list[str]:
    """Return one line for each network of a run: its accuracies."""
    lines = []
    for name, found in run.items():
        if isinstance(found, list):
            lines.append(f"  {name}: {[each['accuracy'][0] for each in found]}")
        elif name != "seed":
            lines.append(f"  {name}: {found['accuracy']}")
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Do all with each seed, and record it unless validating."""
    names = ("seeds", "epochs", "lr", "levels", "clip", "steps", "few")
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    data = digits(validate)
    for seed in settings["seeds"]:
        run = run_once(data, seed, settings)
        print(f"seed {seed}", *said(run), sep="\n", flush=True)
        if not validate:
            add_run("converted_digits", settings | {"seeds": SETTINGS["seeds"]}, "runs", run)


if __name__ == "__main__":
    main()
