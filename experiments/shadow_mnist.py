"""Train ordinary convolutional networks on the full MNIST and convert them to spiking ones.

``python -m experiments.shadow_mnist`` writes the record that page 20 shows. The ordinary network is
32C5-P2-64C5-P2-256-10 with batch normalisation and average pooling. It is trained twice from the
same weights: with ReLUs, and with `ClipFloorShift`, the activation for conversion. Then each is
converted: the first with thresholds from the maximum or a percentile of its activations, the second
with its trained clip levels. Calibration takes training images without jitter.

Recorded are the test accuracy of the ordinary networks after every epoch, and for each converted
one, at some numbers of steps, its accuracy, the share of images that it answers as the ordinary one
does, and the spikes of each layer per image.

The settings were chosen on the last 10,000 training images, held out (``--validate`` repeats that),
in trainings of four epochs. The number of epochs was then raised without another check. The record
is written after every seed; ``--seeds`` runs some of them and adds them to what is there.
"""

import time
from functools import partial

import torch
from torch import Generator, Tensor, nn

from experiments import add_run, told_settings
from experiments.mnist_convolutional import Jitter
from experiments.mnist_full import fit_with, flat_mnist
from snn_core.conversion import ClipFloorShift, convert
from snn_core.layers import Repeat
from snn_core.training import seed_torch, watch_spikes

SETTINGS = {
    "channels": [32, 64],
    "kernel": 5,
    "hidden": 256,
    "dropout": 0.2,
    "levels": 8,
    "clip": 3.0,  # before training
    "jitter": {"degrees": 10.0, "scale": 0.1, "pixels": 2.0},
    "samples": 60_000,
    "epochs": 12,
    "batch_size": 128,
    "lr": 5e-3,
    "weight_decay": 0.01,
    "calibration": 1000,
    "steps": [1, 2, 4, 8, 16, 32],
    "arms": {  # of the conversion, by the activation of the network that is converted
        "ReLU": {
            "maximum": {"percentile": 100.0, "start": 0.0},
            "percentile, half": {"percentile": 99.9, "start": 0.5},
        },
        "ClipFloorShift": {"trained": {"start": 0.5}},
    },
    "seeds": [0, 1, 2],
}
IMAGE = (1, 28, 28)
AT_ONCE = 4  # images in one run of a spiking network


def maps(inputs: int, outputs: int, kernel: int, activation) -> list[nn.Module]:
    """Return a convolution, its normalisation and activation, and average pooling by two."""
    convolution = nn.Conv2d(inputs, outputs, kernel)
    return [convolution, nn.BatchNorm2d(outputs), activation(), nn.AvgPool2d(2)]


def ordinary(settings: dict, activation) -> nn.Sequential:
    """Return two convolutions, a hidden layer and an output, with such activations."""
    first, second = settings["channels"]
    kernel, hidden = settings["kernel"], settings["hidden"]
    side = ((28 - kernel + 1) // 2 - kernel + 1) // 2  # of the maps behind the second pooling
    return nn.Sequential(
        *maps(1, first, kernel, activation),
        *maps(first, second, kernel, activation),
        nn.Flatten(),
        nn.Dropout(settings["dropout"]),
        nn.Linear(second * side**2, hidden),
        nn.BatchNorm1d(hidden),
        activation(),
        nn.Dropout(settings["dropout"]),
        nn.Linear(hidden, 10),
    )


def activation_of(name: str, settings: dict):
    """Return what makes the activation of this name."""
    if name == "ReLU":
        return nn.ReLU
    return partial(ClipFloorShift, settings["levels"], settings["clip"])


def learn(
    network: nn.Sequential, data: tuple[Tensor, ...], settings: dict, generator: Generator
) -> dict:
    """Train an ordinary network on images with jitter; return accuracies and seconds."""
    whole = nn.Sequential(
        nn.Unflatten(1, IMAGE),
        Jitter(**settings["jitter"], generator=generator),
        network,
        Repeat(1),  # a single step, so that it is trained as the others are
    )
    started, used = time.perf_counter(), time.process_time()
    history = fit_with(settings, whole, data, generator, progress=False)
    return {
        "seconds": round(time.perf_counter() - started),
        "processor_seconds": round(time.process_time() - used),
        "train": history.train_accuracy,
        "test": history.test_accuracy,
    }


@torch.no_grad()
def converted(
    spiking: nn.Sequential, answers: Tensor, test: tuple[Tensor, Tensor], settings: dict
) -> dict:
    """Return what is recorded of a converted network, at each number of steps.

    Args:
        spiking: the network.
        answers: of the ordinary network, ``[samples]``.
        test: images ``[samples, 1, 28, 28]`` and labels.
        settings: with the numbers of steps.
    """
    at = torch.tensor(settings["steps"]) - 1
    sums = {"accuracy": 0, "agreement": 0, "spikes": 0}
    parts = [each.split(AT_ONCE) for each in (*test, answers)]
    for images, labels, same in zip(*parts, strict=True):
        with watch_spikes(spiking) as layers:
            given = spiking(images)[at].argmax(2)
        spikes = [layer.flatten(1).sum(1).cumsum(0) for layer in layers]
        sums["accuracy"] += (given == labels).sum(1)
        sums["agreement"] += (given == same).sum(1)
        sums["spikes"] += torch.stack(spikes, 1)[at].double()
    means = {name: each / len(answers) for name, each in sums.items()}
    digits = {"accuracy": 4, "agreement": 4, "spikes": 1}
    return {
        name: each.double().round(decimals=digits[name]).tolist() for name, each in means.items()
    }


def train(data: tuple[Tensor, ...], seed: int, settings: dict) -> dict:
    """Train both networks with one seed and convert them; return what is recorded."""
    images, _, test_images, test_labels = data
    calibration = images[: settings["calibration"]].unflatten(1, IMAGE)
    test = test_images.unflatten(1, IMAGE), test_labels
    found = {"seed": seed}
    for name, arms in settings["arms"].items():
        generator = seed_torch(seed)
        network = ordinary(settings, activation_of(name, settings))
        found[name] = learn(network, data, settings, generator)
        network.eval()
        with torch.no_grad():
            answers = torch.cat([network(part).argmax(1) for part in test[0].split(500)])
        for arm, options in arms.items():
            spiking = convert(network, calibration, max(settings["steps"]), **options)
            found[arm] = converted(spiking, answers, test, settings)
            found[arm]["thresholds"] = [
                round(part.threshold.item(), 4) for part in spiking if hasattr(part, "threshold")
            ]
    return found


def said(run: dict, settings: dict) -> list[str]:
    """Return one line for each network of a run: accuracies of the ordinary and converted ones."""
    lines = []
    for name, arms in settings["arms"].items():
        last = run[name]["test"][-5:]
        own = run[name]["test"][-1]
        mean = sum(last) / len(last)
        lines.append(f"{name}: last 5 epochs {mean:.4f}, last {own:.4f}, {run[name]['seconds']} s")
        for arm in arms:
            pairs = zip(settings["steps"], run[arm]["accuracy"], strict=True)
            lines.append(f"  {arm}: " + ", ".join(f"{steps}: {each:.4f}" for steps, each in pairs))
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Train and convert with each seed, and record all unless validating."""
    names = ("samples", "epochs", "seeds", "steps", "levels", "clip", "lr", "batch_size", "dropout")
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    data = flat_mnist(settings["samples"], validate)
    for seed in settings["seeds"]:
        run = train(data, seed, settings)
        print(f"seed {seed}", *said(run, settings), sep="\n", flush=True)
        if not validate:
            add_run("shadow_mnist", settings | {"seeds": SETTINGS["seeds"]}, "runs", run)


if __name__ == "__main__":
    main()
