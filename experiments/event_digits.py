"""Train a spiking network on event recordings of digits, genuine and simulated, and record its test accuracy.

``python -m experiments.event_digits`` writes the record that page 17 shows. It needs Tonic, the full MNIST
and the 1,000 training and 100 test recordings of N-MNIST in ``$SNN_CORE_DATA/nmnist``. "simulated" are recordings of
the same digits as the genuine ones, "simulated 5000" of 5,000 further training digits. Both have exchanged polarity:
in N-MNIST, events ahead of the moving digit have p = 0 and those behind it p = 1, although the digit is white.

An experiment trains on one set after the other, all frames changed by one view, in training and in tests alike. The
network is tested on recordings of the 100 test digits, and on genuine ones with exchanged polarity or shuffled frames.
If it has not been trained on the first 1,000 digits, it is also tested on their genuine recordings ("genuine 1000").

All settings were chosen on genuine training recordings that were held out (``--validate`` measures a fifth of them, the
fold of the seed, and records nothing). ``--only`` names experiments; one in the record is replaced when run again.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from mnist_convolutional import Jitter
from torch import Generator, Tensor, nn

from experiments import RECORDS
from snn_core import LIF, LeakyIntegrator, Surrogate
from snn_core.datasets import mnist
from snn_core.events import DURATION, SENSOR_SIZE, EventCamera, local_nmnist
from snn_core.layers import OverTime
from snn_core.losses import max_membrane_cross_entropy
from snn_core.training import evaluate, fit, seeded

RECORD = RECORDS / "event_digits.json"
BINS = 12  # 4 for each saccade
STEP = DURATION / BINS  # in ms
JITTER = {"degrees": 10.0, "scale": 0.1, "pixels": 2.0}  # the largest change of a training recording
SETTINGS = {
    "network": "12C5-P2-32C5-P2-10",
    "bins": BINS,
    "tau_mem": 60.0,
    "tau_out": 120.0,
    "dropout": 0.3,
    **JITTER,
}
TRAINING = {"batch": 32, "rate": 5e-3, "weight_decay": 0.01}
KEPT = 5  # last epochs of each run that are recorded
FOLDS = 5

Set = tuple[Tensor, Tensor]


def frames(recordings: list[np.ndarray]) -> Tensor:
    """Return the counts of events, ``[samples, bins, polarity, y, x]``; the few events after the last bin are left."""
    width, height, polarities = SENSOR_SIZE
    shape = (BINS, polarities, height, width)
    counts = np.zeros((len(recordings), *shape), np.float16)
    for events, into in zip(recordings, counts, strict=True):
        events = events[events["t"] < 1000 * DURATION]
        time_bin = (events["t"] / (1000 * STEP)).astype(int)
        cell = np.ravel_multi_index((time_bin, events["p"], events["y"], events["x"]), shape)
        into[:] = np.bincount(cell, minlength=into.size).reshape(shape)
    return torch.from_numpy(counts)


def assert_as_tonic(recording: np.ndarray, counts: Tensor) -> None:
    """Compare frames of one recording with Tonic's."""
    from tonic.transforms import ToFrame

    window = {"time_window": 1000 * STEP, "start_time": 0, "end_time": 1000 * DURATION}
    expected = ToFrame(sensor_size=SENSOR_SIZE, **window)(recording)
    assert np.array_equal(expected, counts.numpy()), "frames differ from those of tonic.transforms.ToFrame"


def simulate(images: Tensor, seed: int) -> Tensor:
    """Return frames of simulated recordings of these images, with the polarity of N-MNIST."""
    return frames(EventCamera().record(images, generator=torch.Generator().manual_seed(seed))).flip(2)


def twins(images: Tensor, labels: Tensor, train: bool) -> tuple[Set, Set]:
    """Return genuine and simulated recordings of the same digits of MNIST, in the same order, as frames and labels."""
    genuine = local_nmnist(train)
    files = Path(os.environ["SNN_CORE_DATA"]).glob(f"nmnist/{'Train' if train else 'Test'}/[0-9]/*.bin")
    number = torch.tensor([int(file.stem) for file in sorted(files)]) - (1 if train else 60_001)
    assert torch.equal(labels[number], genuine.labels), "the files are not numbered as the images of MNIST"
    counts, simulated = frames(genuine.recordings), simulate(images[number], seed=1 - train)
    assert_as_tonic(genuine.recordings[0], counts[0])
    assert_same_digits(counts, simulated)
    return (counts, genuine.labels), (simulated, genuine.labels)


def assert_same_digits(genuine: Tensor, simulated: Tensor) -> None:
    """Assert that of all simulated recordings, that of the same image mostly correlates best with a genuine one."""
    flat = torch.cat([genuine, simulated]).float().flatten(1)
    best = torch.corrcoef(flat)[: len(genuine), len(genuine) :].argmax(1)
    found = (best == torch.arange(len(genuine))).float().mean().item()
    assert found > 0.8, f"only {found:.1%} of the recordings show the image of their number"


def load(fold: int | None) -> tuple[dict[str, Set], dict[str, Set]]:
    """Return sets to train and to test; to validate, the tests are a fold of the training recordings."""
    digits = mnist()
    genuine, simulated = twins(digits.train_images, digits.train_labels, train=True)
    more = simulate(digits.train_images[1000:6000], seed=2), digits.train_labels[1000:6000]
    data = {"genuine": genuine, "simulated": simulated, "simulated 5000": more}
    if fold is None:
        tests = dict(zip(data, twins(digits.test_images, digits.test_labels, train=False), strict=False))
        return data, tests | {"genuine 1000": genuine}
    held_out = torch.arange(len(genuine[1])) % FOLDS == fold
    tests = {name: (data[name][0][held_out], data[name][1][held_out]) for name in ("genuine", "simulated")}
    kept = {name: (data[name][0][~held_out], data[name][1][~held_out]) for name in tests}
    return data | kept, tests


class JitterFrames(Jitter):
    """Turn, scale and shift each recording ``[T, B, 2, H, W]`` at random while training, all of its frames alike."""

    def forward(self, counts: Tensor) -> Tensor:
        flat = counts.transpose(0, 1).flatten(1, 2)
        return super().forward(flat).unflatten(1, (-1, counts.shape[2])).transpose(0, 1)


class Logarithm(nn.Module):
    """Compress counts c to log(1 + c)."""

    def forward(self, counts: Tensor) -> Tensor:
        return counts.log1p()


def network(generator: Generator) -> nn.Sequential:
    """Return two spiking convolutions and a membrane readout of 10 classes."""

    def neurons() -> LIF:
        return LIF(SETTINGS["tau_mem"], dt=STEP, surrogate=Surrogate(scale=2.0))

    return nn.Sequential(
        JitterFrames(SETTINGS["degrees"], SETTINGS["scale"], 28 / 34 * SETTINGS["pixels"], generator),
        Logarithm(),
        OverTime(nn.Conv2d(2, 12, 5), nn.MaxPool2d(2), nn.BatchNorm2d(12)),
        neurons(),
        OverTime(nn.Conv2d(12, 32, 5), nn.MaxPool2d(2), nn.BatchNorm2d(32), nn.Flatten()),
        neurons(),
        nn.Dropout(SETTINGS["dropout"]),
        nn.Linear(800, 10),
        LeakyIntegrator(SETTINGS["tau_out"], dt=STEP),
    ).to(memory_format=torch.channels_last)


def time_first(counts: Tensor) -> Tensor:
    """Turn a batch of frames ``[B, T, …]`` into input ``[T, B, …]``."""
    return counts.float().transpose(0, 1)


def in_order(counts: Tensor, generator: Generator) -> Tensor:
    """Leave the frames as they are."""
    return counts


def shuffled_each(counts: Tensor, generator: Generator) -> Tensor:
    """Put the frames of each recording into a random order of its own."""
    order = torch.rand(counts.shape[:2], generator=generator).argsort(1)
    return counts[torch.arange(len(counts))[:, None], order]


def shuffled_alike(counts: Tensor, generator: Generator) -> Tensor:
    """Put the frames of all recordings into one and the same random order."""
    return counts[:, torch.randperm(BINS, generator=torch.Generator().manual_seed(0))]


def summed_once(counts: Tensor, generator: Generator) -> Tensor:
    """Add all frames up and present the sum at a single step."""
    return counts.sum(1, keepdim=True)


def summed_repeated(counts: Tensor, generator: Generator) -> Tensor:
    """Present the mean of all frames at every step: as many events in all, but their times are lost."""
    return counts.mean(1, keepdim=True).expand_as(counts)


class Experiment(NamedTuple):
    """What to train on, one after the other, each for how many epochs; and how the frames are changed."""

    stages: tuple[tuple[str, int], ...]
    view: Callable[[Tensor, Generator], Tensor] = in_order

    def name(self, last: int = 0) -> str:
        """Return the name in the record of what is measured after this stage."""
        trained = ", then ".join(name for name, _ in self.stages[: last + 1])
        return trained if self.view is in_order else f"{trained}, {self.view.__name__.replace('_', ' ')}"


EPOCHS = 25
CONTROLS = (shuffled_each, shuffled_alike, summed_once, summed_repeated)
EXPERIMENTS = (
    *(Experiment(((kind, EPOCHS),)) for kind in ("genuine", "simulated")),
    *(Experiment((("genuine", EPOCHS),), view) for view in CONTROLS),
    Experiment((("simulated 5000", 8), ("genuine", 10))),
    *(Experiment((("simulated", EPOCHS),), view) for view in CONTROLS),
)


def train(net: nn.Module, data: Set, tests: dict[str, Set], epochs: int, generator: Generator) -> dict:
    """Train a network; return its accuracy in training and in each test in or after each of the last epochs."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=TRAINING["rate"], weight_decay=TRAINING["weight_decay"])
    updates = epochs * -(-len(data[0]) // TRAINING["batch"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, TRAINING["rate"], total_steps=updates)
    measured = {"train": [], "test": {name: [] for name in tests}}
    for epoch in range(epochs):
        history = fit(
            net, *data, encode=time_first, loss=max_membrane_cross_entropy, optimizer=optimizer, epochs=1,
            batch_size=TRAINING["batch"], after_batch=schedule.step, generator=generator, progress=False,
        )  # fmt: skip
        if epoch >= epochs - KEPT:
            measured["train"] += history.train_accuracy
            for name, test in tests.items():
                decode = max_membrane_cross_entropy.decode
                measured["test"][name].append(evaluate(net, *test, encode=time_first, decode=decode, batch_size=100))
    return measured


def run(experiment: Experiment, data: dict[str, Set], tests: dict[str, Set], seed: int) -> Iterator[tuple[str, dict]]:
    """Train one network; yield after each stage the name and what is recorded."""
    generator, view = seeded(seed), experiment.view
    net, started, trained = network(generator), time.process_time(), set()
    counts, labels = tests["genuine"]
    further = {"exchanged": (counts.flip(2), labels), "shuffled": (shuffled_each(counts, generator), labels)}
    seen = {name: (view(counts, generator), labels) for name, (counts, labels) in (tests | further).items()}
    for last, (name, epochs) in enumerate(experiment.stages):
        trained.add(name)
        fair = {test: seen[test] for test in seen if test != "genuine 1000" or trained == {"simulated 5000"}}
        measured = train(net, (view(data[name][0], generator), data[name][1]), fair, epochs, generator)
        seconds = round(time.process_time() - started)
        yield experiment.name(last), {"seed": seed, "epochs": epochs, "processor_seconds": seconds} | measured


def add_to_record(name: str, measured: dict) -> None:
    """Write one run into the record, in place of an earlier one of the same name and seed."""
    settings = SETTINGS | TRAINING
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    experiments = record["experiments"] if record.get("settings") == settings else {}
    others = [other for other in experiments.get(name, []) if other["seed"] != measured["seed"]]
    experiments[name] = sorted([*others, measured], key=lambda each: each["seed"])
    head = {"date": date.today().isoformat(), "threads": torch.get_num_threads(), "settings": settings}
    RECORD.write_text(json.dumps(head | {"experiments": experiments}, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Run the experiments with each seed; print the mean of the last epochs, and record all unless validating."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [experiment.name() for experiment in EXPERIMENTS]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--validate", action="store_true", help="test on training recordings held out; record nothing")
    arguments = parser.parse_args()
    sets = None if arguments.validate else load(None)
    for experiment in (experiment for experiment in EXPERIMENTS if experiment.name() in arguments.only):
        for seed in arguments.seeds:
            for name, measured in run(experiment, *(sets or load(seed % FOLDS)), seed):
                means = {test: round(sum(values) / KEPT, 4) for test, values in measured["test"].items()}
                print(name, seed, means, measured["processor_seconds"], "s", flush=True)
                if not arguments.validate:
                    add_to_record(name, measured)


if __name__ == "__main__":
    main()
