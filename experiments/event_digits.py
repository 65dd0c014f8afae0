"""Train a spiking network on event recordings of digits, genuine and simulated.

``python -m experiments.event_digits`` writes the record that page 17 shows: accuracies in tests. It
needs Tonic, the full MNIST and the 1,000 training and 100 test recordings of N-MNIST in
``$SNN_CORE_DATA/nmnist``. "simulated" are recordings of the same digits as the genuine ones,
"simulated 5000" of 5,000 further training digits. Both have exchanged polarity: in N-MNIST, events
ahead of the moving digit have p = 0 and those behind it p = 1, although the digit is white.

A run trains on one set after the other, all frames changed by one view, in training and in tests
alike. The network is tested on recordings of the 100 test digits, and on genuine ones with
exchanged polarity or shuffled frames. If it has not been trained on the first 1,000 digits, it is
also tested on their genuine recordings ("genuine 1000").

All settings were chosen on genuine training recordings that were held out (``--validate`` measures
a fifth of them, the fold of the seed, and records nothing). ``--only`` names runs; what is in the
record is replaced when run again.
"""

import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import Generator, Tensor, nn

from experiments import add_run, parser_for
from experiments.mnist_convolutional import Jitter, pooled_maps
from snn_core import LIF, LeakyIntegrator, Surrogate
from snn_core.datasets import mnist
from snn_core.events import DURATION, SENSOR_SIZE, EventCamera, local_nmnist, nmnist_files
from snn_core.layers import OverTime
from snn_core.losses import max_membrane_cross_entropy
from snn_core.training import evaluate, fit, one_cycle, seed_torch

NAME = "event_digits"


def run_of(*stages: list, view: str = "in order", seeds: tuple[int, ...] = (0, 1, 2)) -> dict:
    """Return the settings of one run.

    Args:
        stages: each [set, epochs], one after the other.
        view: one of `VIEWS`, how the frames are changed.
        seeds: one training each.
    """
    return {"stages": list(stages), "view": view, "seeds": list(seeds)}


SETTINGS = {
    "channels": [12, 32],
    "kernel": 5,
    "bins": 12,  # 4 for each saccade
    "tau_mem": 60.0,
    "tau_out": 120.0,
    "surrogate_scale": 2.0,
    "dropout": 0.3,
    "jitter": {"degrees": 10.0, "scale": 0.1, "pixels": 2.0},  # pixels of an image of MNIST
    "batch_size": 32,
    "lr": 5e-3,
    "weight_decay": 0.01,
    "kept": 5,  # last epochs of each stage that are recorded
    "runs": [
        run_of(["genuine", 25]),
        run_of(["simulated", 25]),
        run_of(["genuine", 25], view="shuffled each"),
        run_of(["genuine", 25], view="shuffled alike"),
        run_of(["genuine", 25], view="summed once"),
        run_of(["genuine", 25], view="summed repeated"),
        run_of(["simulated", 25], view="shuffled each"),
        run_of(["simulated", 25], view="summed once"),
        run_of(["simulated 5000", 8], ["genuine", 10], seeds=(0,)),
    ],
}
BINS = SETTINGS["bins"]
STEP = DURATION / BINS  # in ms
TWINS = ("genuine", "simulated")  # sets of the same digits
FOLDS = 5

Set = tuple[Tensor, Tensor]


def frames(recordings: list[np.ndarray]) -> Tensor:
    """Return the counts of events, ``[samples, bins, polarity, y, x]``.

    The few events after the last bin are left out.
    """
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
    assert np.array_equal(expected, counts.numpy()), "frames differ from those of Tonic's ToFrame"


def simulate(images: Tensor, seed: int) -> Tensor:
    """Return frames of simulated recordings of these images, with the polarity of N-MNIST."""
    generator = torch.Generator().manual_seed(seed)
    return frames(EventCamera().record(images, generator=generator)).flip(2)


def twins(images: Tensor, labels: Tensor, train: bool) -> tuple[Set, Set]:
    """Return genuine and simulated recordings of the same digits of MNIST, in the same order."""
    genuine = local_nmnist(train)
    number = torch.tensor([int(file.stem) for file in nmnist_files(train)]) - (
        1 if train else 60_001
    )
    assert torch.equal(labels[number], genuine.labels), "files are not numbered as those of MNIST"
    counts, simulated = frames(genuine.recordings), simulate(images[number], seed=1 - train)
    assert_as_tonic(genuine.recordings[0], counts[0])
    assert_same_digits(counts, simulated)
    return (counts, genuine.labels), (simulated, genuine.labels)


def assert_same_digits(genuine: Tensor, simulated: Tensor) -> None:
    """Assert that most genuine recordings correlate best with the simulated one of their image."""
    flat = torch.cat([genuine, simulated]).float().flatten(1)
    best = torch.corrcoef(flat)[: len(genuine), len(genuine) :].argmax(1)
    found = (best == torch.arange(len(genuine))).float().mean().item()
    assert found > 0.8, f"only {found:.1%} of the recordings show the image of their number"


def load(fold: int | None) -> tuple[dict[str, Set], dict[str, Set]]:
    """Return sets to train and to test; with a fold, the tests are that fold of the training."""
    digits = mnist()
    genuine, simulated = twins(digits.train_images, digits.train_labels, train=True)
    more = simulate(digits.train_images[1000:6000], seed=2), digits.train_labels[1000:6000]
    data = {"genuine": genuine, "simulated": simulated, "simulated 5000": more}
    if fold is None:
        genuine_test, simulated_test = twins(digits.test_images, digits.test_labels, train=False)
        tests = {"genuine": genuine_test, "simulated": simulated_test, "genuine 1000": genuine}
        return data, tests
    held_out = torch.arange(len(genuine[1])) % FOLDS == fold
    tests = {name: tuple(part[held_out] for part in data[name]) for name in TWINS}
    kept = {name: tuple(part[~held_out] for part in data[name]) for name in TWINS}
    return data | kept, tests


class JitterFrames(Jitter):
    """Turn, scale and shift each recording ``[T, B, 2, H, W]``, all of its frames alike."""

    def forward(self, counts: Tensor) -> Tensor:
        flat = counts.transpose(0, 1).flatten(1, 2)
        return super().forward(flat).unflatten(1, (-1, counts.shape[2])).transpose(0, 1)


class Logarithm(nn.Module):
    """Compress counts c to log(1 + c)."""

    def forward(self, counts: Tensor) -> Tensor:
        return counts.log1p()


def network(settings: dict, generator: Generator) -> nn.Sequential:
    """Return two spiking convolutions and a membrane readout of 10 classes."""
    first, second = settings["channels"]
    kernel = settings["kernel"]
    width, _, polarities = SENSOR_SIZE
    side = ((width - kernel + 1) // 2 - kernel + 1) // 2  # of the maps behind the second pooling
    jitter = settings["jitter"]
    surrogate = Surrogate(scale=settings["surrogate_scale"])

    def neurons() -> LIF:
        return LIF(settings["tau_mem"], dt=STEP, surrogate=surrogate)

    return nn.Sequential(
        JitterFrames(jitter["degrees"], jitter["scale"], 28 / 34 * jitter["pixels"], generator),
        Logarithm(),
        OverTime(*pooled_maps(polarities, first, kernel)),
        neurons(),
        OverTime(*pooled_maps(first, second, kernel), nn.Flatten()),
        neurons(),
        nn.Dropout(settings["dropout"]),
        nn.Linear(second * side**2, 10),
        LeakyIntegrator(settings["tau_out"], dt=STEP),
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
    """Present the mean of all frames at every step: as many events, without their times."""
    return counts.mean(1, keepdim=True).expand_as(counts)


VIEWS = {
    "in order": in_order,
    "shuffled each": shuffled_each,
    "shuffled alike": shuffled_alike,
    "summed once": summed_once,
    "summed repeated": summed_repeated,
}


def name_of(run: dict, last: int = 0) -> str:
    """Return the name in the record of what is measured after this stage of a run."""
    trained = ", then ".join(name for name, _ in run["stages"][: last + 1])
    return trained if run["view"] == "in order" else f"{trained}, {run['view']}"


def train(
    net: nn.Module,
    data: Set,
    tests: dict[str, Set],
    epochs: int,
    settings: dict,
    generator: Generator,
) -> dict:
    """Train a network; return its accuracies in training and tests, of the last epochs."""
    batch_size, lr = settings["batch_size"], settings["lr"]
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr, weight_decay=settings["weight_decay"])
    updates = epochs * -(-len(data[0]) // batch_size)
    schedule = one_cycle(optimizer, lr, updates)
    options = {"encode": time_first, "loss": max_membrane_cross_entropy, "optimizer": optimizer}
    options |= {"after_batch": schedule.step, "generator": generator, "progress": False}
    reading = {"encode": time_first, "decode": max_membrane_cross_entropy.decode, "batch_size": 100}
    measured = {"train": [], "test": {name: [] for name in tests}}
    for epoch in range(epochs):
        history = fit(net, *data, epochs=1, batch_size=batch_size, **options)
        if epoch >= epochs - settings["kept"]:
            measured["train"] += history.train_accuracy
            for name, test in tests.items():
                measured["test"][name].append(evaluate(net, *test, **reading))
    return measured


def learn(
    run: dict, data: dict[str, Set], tests: dict[str, Set], seed: int, settings: dict
) -> Iterator[tuple[str, dict]]:
    """Train one network; yield after each stage the name and what is recorded."""
    generator, view = seed_torch(seed), VIEWS[run["view"]]
    net, started, trained = network(settings, generator), time.process_time(), set()
    counts, labels = tests["genuine"]
    further = {
        "exchanged": (counts.flip(2), labels),
        "shuffled": (shuffled_each(counts, generator), labels),
    }
    seen = {
        name: (view(counts, generator), labels)
        for name, (counts, labels) in (tests | further).items()
    }
    for last, (name, epochs) in enumerate(run["stages"]):
        trained.add(name)
        fair = dict(seen)
        if trained != {"simulated 5000"}:
            fair.pop("genuine 1000", None)
        shown = view(data[name][0], generator), data[name][1]
        measured = train(net, shown, fair, epochs, settings, generator)
        seconds = round(time.process_time() - started)
        head = {"seed": seed, "epochs": epochs, "processor_seconds": seconds}
        yield name_of(run, last), head | measured


def main(arguments: list[str] | None = None) -> None:
    """Train with each seed; print the mean of the last epochs; record all unless validating."""
    runs = {name_of(run): run for run in SETTINGS["runs"]}
    parser = parser_for(__doc__, SETTINGS)
    parser.add_argument("--only", nargs="+", choices=runs, default=list(runs))
    parser.add_argument("--seeds", type=int, nargs="+", help="of those in the settings")
    parser.add_argument(
        "--validate", action="store_true", help="test on held-out recordings; record nothing"
    )
    told = parser.parse_args(arguments)
    sets = None if told.validate else load(None)
    for run in (runs[name] for name in told.only):
        for seed in (seed for seed in run["seeds"] if seed in (told.seeds or run["seeds"])):
            data, tests = sets or load(seed % FOLDS)
            for name, measured in learn(run, data, tests, seed, SETTINGS):
                means = {test: round(np.mean(right), 4) for test, right in measured["test"].items()}
                print(name, seed, means, measured["processor_seconds"], "s", flush=True)
                if not told.validate:
                    add_run(NAME, SETTINGS, name, measured)


if __name__ == "__main__":
    main()
