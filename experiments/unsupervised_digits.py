"""Learn the full MNIST without labels, with the layer of page 10, and record its test accuracy.

``python -m experiments.unsupervised_digits`` writes the record that page 10 shows: a layer of 900
neurons, one with fixed thresholds, and one of 3,200; three seeds each, both readouts. Labels name
the neurons when learning is over, those of training images only. A seed of the larger layer takes
several minutes on one core.

Steps, gain, learning rates and the way of reading were chosen on held-out fifths of the 5,000
bundled training images; neurons and epochs were checked, with one seed, on the last 10,000 training
images (``--validate`` repeats that).
"""

import time
from functools import partial

import torch
from torch import Generator, Tensor

from experiments import told_settings
from experiments.mnist_full import flat_mnist
from snn_core.encoding import rate
from snn_core.losses import accuracy
from snn_core.plasticity import (
    CompetitiveLayer,
    class_responses,
    learn_unlabelled,
    name_neurons,
    named_scores,
    responses,
    unit_intensity,
    vote_scores,
)
from snn_core.teaching.records import record

SETTINGS = {
    "neurons": [900, 900, 3200],  # one layer each
    "adaptation": [0.02, 0.0, 0.02],  # of the thresholds of each layer
    "samples": 60_000,
    "epochs": 4,
    "batch_size": 64,
    "lr": [0.5, 0.01],  # at first and at last
    "gain": 12.0,
    "steps": 8,
    "reading_steps": 15,
    "reading_inhibition": 0.5,
    "seeds": [0, 1, 2],
}


def encode(images: Tensor, steps: int, gain: float, generator: Generator) -> Tensor:
    """Return random spikes ``[T, B, N]`` of scaled images."""
    return rate(unit_intensity(images, gain), steps, generator=generator)


def read(layer: CompetitiveLayer, data: tuple[Tensor, ...], generator, settings: dict) -> dict:
    """Name the neurons by training labels; return how many are silent, and both accuracies."""
    images, labels, test_images, test_labels = data
    steps, gain = settings["reading_steps"], settings["gain"]
    shown = partial(encode, steps=steps, gain=gain, generator=generator)
    reader = partial(layer, inhibition=settings["reading_inhibition"])
    response = class_responses(responses(reader, images, shown), labels)
    counts = responses(reader, test_images, shown)
    scores = {
        "named": named_scores(counts, name_neurons(response)),
        "vote": vote_scores(counts, response),
    }
    found = {"silent": int((response.sum(1) == 0).sum())}
    for name, score in scores.items():
        found[name] = accuracy(score, test_labels)
    return found


def train(
    data: tuple[Tensor, ...], neurons: int, adaptation: float, seed: int, settings: dict
) -> dict:
    """Train one layer and return what is recorded of it; seconds are those of learning."""
    generator = torch.Generator().manual_seed(seed)
    layer = CompetitiveLayer(784, neurons, generator=generator)
    steps, gain = settings["steps"], settings["gain"]
    shown = partial(encode, steps=steps, gain=gain, generator=generator)
    options = {name: settings[name] for name in ("epochs", "batch_size", "lr")}
    options |= {"generator": generator, "progress": False}
    started, used = time.perf_counter(), time.process_time()
    learn_unlabelled(layer, data[0], shown, threshold_lr=adaptation, **options)
    seconds = round(time.perf_counter() - started)
    processor_seconds = round(time.process_time() - used)
    times = {"seconds": seconds, "processor_seconds": processor_seconds}
    return {"seed": seed} | times | read(layer, data, generator, settings)


def main(arguments: list[str] | None = None) -> None:
    """Train each layer with each seed and write the record."""
    names = ("neurons", "adaptation", "samples", "epochs", "batch_size", "lr", "seeds")
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    data = flat_mnist(settings["samples"], validate)
    layers = []
    for neurons, adaptation in zip(settings["neurons"], settings["adaptation"], strict=True):
        runs = []
        for seed in settings["seeds"]:
            runs.append(train(data, neurons, adaptation, seed, settings))
            print(neurons, adaptation, runs[-1], flush=True)
        layers.append({"neurons": neurons, "adaptation": adaptation, "runs": runs})
    if not validate:
        record("unsupervised_digits", settings, {"layers": layers})


if __name__ == "__main__":
    main()
