"""Learn the full MNIST without labels, with the layer of page 10, and record its test accuracy.

``python -m experiments.unsupervised_digits`` writes the record unsupervised_digits, which page 10 shows: a layer of 900
neurons and one of 3,200, three seeds each, both readouts. Labels name the neurons when learning is over, those of
training images only. A seed of the larger layer takes several minutes on one core.

Steps, gain, learning rates and the way of reading were chosen on held-out fifths of the 5,000 bundled training images;
neurons and epochs were checked, with one seed, on the last 10,000 training images (``--validate`` repeats that).
"""

import argparse
import json
import time
from datetime import date
from functools import partial

import torch

from experiments import RECORDS
from experiments.mnist_full import flat_mnist
from snn_core.encoding import rate
from snn_core.losses import predict
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

STEPS, READING_STEPS, GAIN, READING_INHIBITION = 8, 15, 12.0, 0.5


def encode(images: torch.Tensor, steps: int, generator: torch.Generator) -> torch.Tensor:
    """Return random spikes ``[T, B, N]`` of scaled images."""
    return rate(unit_intensity(images, GAIN), steps, generator=generator)


def train(data, neurons: int, seed: int, settings: dict) -> dict:
    """Train one layer, name its neurons, and return what is recorded of it."""
    train_images, train_labels, test_images, test_labels = data
    generator = torch.Generator().manual_seed(seed)
    layer = CompetitiveLayer(784, neurons, generator=generator)
    started, busy = time.perf_counter(), time.process_time()
    learn_unlabelled(
        layer, train_images, partial(encode, steps=STEPS, generator=generator), generator=generator, **settings
    )
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    read = partial(encode, steps=READING_STEPS, generator=generator)
    reader = partial(layer, inhibition=READING_INHIBITION)
    response = class_responses(responses(reader, train_images, read), train_labels)
    counts = responses(reader, test_images, read)
    scores = {"named": named_scores(counts, name_neurons(response)), "vote": vote_scores(counts, response)}
    right = {name: (predict(score) == test_labels).float().mean().item() for name, score in scores.items()}
    silent = int((response.sum(1) == 0).sum())
    run = {"seed": seed, "seconds": round(seconds), "processor_seconds": round(busy), "silent": silent} | right
    print(neurons, run, flush=True)
    return run


def main() -> None:
    """Train each layer with each seed and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--neurons", type=int, nargs="+", default=[900, 900, 3200])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, nargs=2, default=[0.5, 0.01])
    parser.add_argument("--adaptation", type=float, nargs="+", default=[0.02, 0.0, 0.02], help="one per layer")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--validate", action="store_true", help="hold out 10,000 training images; record nothing")
    arguments = parser.parse_args()
    data = flat_mnist(arguments.validate)
    settings = {name: getattr(arguments, name) for name in ("epochs", "batch_size", "lr")}
    layers = []
    for neurons, adaptation in zip(arguments.neurons, arguments.adaptation, strict=True):
        runs = [train(data, neurons, seed, settings | {"threshold_lr": adaptation}) for seed in arguments.seeds]
        layers.append({"neurons": neurons, "adaptation": adaptation, "runs": runs})
    if not arguments.validate:
        steps = {"steps": STEPS, "reading_steps": READING_STEPS, "gain": GAIN, "reading_inhibition": READING_INHIBITION}
        threads = torch.get_num_threads()
        record = {"date": date.today().isoformat(), "threads": threads, "settings": settings | steps, "layers": layers}
        (RECORDS / "unsupervised_digits.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
