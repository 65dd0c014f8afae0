"""Train networks with membrane potentials as signals on the full MNIST and on event recordings.

``python -m experiments.membranes_as_signals`` writes the record that page 18 shows: after every
epoch the accuracy on the training batches and on all test digits, whose spikes are drawn anew; and
at the end, for each time within the exposure, the accuracy, the input events and the operations up
to then. An operation is one weight that is added for one spike. Arms named "surrogate" have the
same neurons and regularisers, and backpropagation through time. The arm "N-MNIST" takes the
recordings in ``$SNN_CORE_DATA/nmnist``.

The learning rate falls to 0 along half a cosine (the paper's schedule is not followed). Settings
were chosen on held-out training digits: ``--validate`` measures them and records nothing.
``--only`` names arms; what is in the record is replaced when run again.
"""

import json
import time
from functools import partial

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from experiments import add_run, parser_for
from experiments.mnist_full import flat_mnist
from snn_core.encoding import rate
from snn_core.events import local_nmnist
from snn_core.membrane_signals import (
    MembraneLearner,
    Signals,
    count_scores,
    membrane_network,
    parameter_groups,
    signal_loss,
    signals_of,
)
from snn_core.training import History, fit, seed_torch

NAME = "membranes_as_signals"
SETTINGS = {
    "samples": 60_000,
    "steps": 50,
    "gain": 0.2,
    "exposure": 300,  # of a recording, in ms
    "seeds": [0, 1, 2],
    "usual": {
        "sizes": [784, 800, 10],
        "optimizer": "adam",
        "lr": 1.5e-3,
        "ratio": 0.1,
        "epochs": 30,
        "batch_size": 50,
        "lost": 0.05,  # share of the inputs, in training
        "shift": 0,  # pixels at most, in training
        "penalty": 0.002,
        "beta": 10.0,
        "balance": 2e-5,
        "sharpness": 0.3,  # of counts in the cross-entropy of surrogates, per spike
        "layer": {"alpha": 5.0, "kappa": -0.1, "tau_mem": 50.0, "dt": 1.0},
    },
    "arms": {
        "one hidden layer": {},
        "two hidden layers": {
            "sizes": [784, 300, 300, 10],
            "lr": 2e-3,
            "lost": 0.02,
            "layer": {"alpha": 12.0},
        },
        "surrogate": {"epochs": 20, "shift": 1, "layer": {"gradient": "surrogate"}},
        "N-MNIST": {
            "sizes": [2312, 800, 10],
            "lr": 1e-3,
            "epochs": 100,
            "batch_size": 10,
            "lost": 0.2,
            "shift": 2,
            "layer": {"alpha": 20.0, "tau_mem": 400.0, "dt": 5.0},
        },
    },
}
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
FRAMES = {784: (1, 28, 28), 2312: (2, 34, 34)}  # polarities, rows, columns
Set = tuple[Tensor, Tensor]


def arm_of(name: str, replaced: str = "{}") -> dict:
    """Return all settings of an arm; `replaced` are further ones as JSON, to try out."""
    arm = SETTINGS["usual"]
    for own in (SETTINGS["arms"][name], json.loads(replaced)):
        arm = arm | own | {"layer": arm["layer"] | own.get("layer", {})}
    return arm


def event_set(train: bool, settings: dict, dt: float) -> Set:
    """Return recordings as spikes ``[samples, T, 2312]``, as uint8, and labels."""
    genuine = local_nmnist(train)
    steps = round(settings["exposure"] / dt)
    spikes = torch.zeros(len(genuine.labels), steps, 2312, dtype=torch.uint8)
    for events, into in zip(genuine.recordings, spikes, strict=True):
        step = torch.from_numpy((events["t"] / (1000 * dt)).astype(int))
        place = (events["p"].astype(int) * 34 + events["y"]) * 34 + events["x"]
        inside = step < steps
        into[step[inside], torch.from_numpy(place.astype(int))[inside]] = 1
    return spikes, genuine.labels


def load(name: str, settings: dict, validate: bool) -> tuple[Set, Set]:
    """Return values and labels to train and to test an arm, held-out ones where it validates."""
    if not name.startswith("N-MNIST"):
        images, labels, *test = flat_mnist(settings["samples"], validate)
        return (images, labels), tuple(test)
    dt = arm_of(name)["layer"]["dt"]
    spikes, labels = event_set(True, settings, dt)
    if not validate:
        return (spikes, labels), event_set(False, settings, dt)
    held_out = torch.arange(len(labels)) % 5 == 0
    return (spikes[~held_out], labels[~held_out]), (spikes[held_out], labels[held_out])


def encoder(settings: dict, generator: Generator):
    """Return what turns values into spikes ``[T, B, N]``: recordings are spikes already."""

    def encode(values: Tensor) -> Tensor:
        if values.dim() == 3:
            return values.transpose(0, 1).float()
        return rate(values, settings["steps"], gain=settings["gain"], generator=generator)

    return encode


def lose(values: Tensor, share: float, generator: Generator) -> Tensor:
    """Return samples ``[B, ..., N]`` in which this share of the inputs is silent, by chance."""
    shape = (len(values), *[1] * (values.dim() - 2), values.shape[-1])
    return values * (torch.rand(shape, generator=generator) >= share)


def shift(samples: Tensor, most: int, generator: Generator) -> Tensor:
    """Return images ``[B, 784]`` or recordings ``[B, T, 2312]``, moved by up to `most` pixels.

    Each sample moves its own way along y and x; what leaves at one side enters at the other.
    """
    moves = torch.randint(-most, most + 1, (len(samples), 2), generator=generator).tolist()
    frames = samples.unflatten(-1, FRAMES[samples.shape[-1]])
    pairs = zip(frames, moves, strict=True)
    return torch.stack([each.roll(move, (-2, -1)) for each, move in pairs]).flatten(-3)


def disturbed(arm: dict, generator: Generator):
    """Return what disturbs a training batch: samples are moved, inputs are lost."""

    def disturb(values: Tensor) -> Tensor:
        if arm["shift"]:
            values = shift(values, arm["shift"], generator)
        return lose(values, arm["lost"], generator) if arm["lost"] else values

    return disturb


def loss_of(arm: dict):
    """Return the loss of an arm: of relative counts, or cross-entropy with surrogates."""

    def count_cross_entropy(outputs: Signals, labels: Tensor) -> Tensor:
        return F.cross_entropy(arm["sharpness"] * outputs.counts, labels)

    surrogate = arm["layer"].get("gradient") == "surrogate"
    return count_cross_entropy if surrogate else signal_loss


def learner_of(arm: dict, generator: Generator) -> MembraneLearner:
    """Return a new network and what trains it."""
    network = membrane_network(arm["sizes"], generator=generator, **arm["layer"])
    groups = parameter_groups(network, arm["lr"], arm["ratio"])
    return MembraneLearner(
        network,
        OPTIMIZERS[arm["optimizer"]](groups),
        loss=loss_of(arm),
        penalty=arm["penalty"],
        beta=arm["beta"],
        balance=arm["balance"],
    )


def right_in(network: nn.Sequential, outputs: Signals, labels: Tensor) -> int:
    """Return how many answers are right."""
    scores = count_scores(outputs, network[-1].threshold)
    return int((scores.argmax(1) == labels).sum())


@torch.no_grad()
def tested(network: nn.Sequential, test: Set, encode) -> float:
    """Return the accuracy on all test samples."""
    parts = zip(test[0].split(200), test[1].split(200), strict=True)
    right = [right_in(network, network(encode(values)), labels) for values, labels in parts]
    return sum(right) / len(test[1])


def fit_learner(learner: MembraneLearner, data: Set, **options) -> History:
    """Fit a network by its learner; accuracies are those of the counts before each update."""
    network = learner.network
    decode = partial(count_scores, threshold=network[-1].threshold)
    options |= {"learner": learner, "loss": learner.loss, "decode": decode, "progress": False}
    return fit(network, *data, **options)


def train_once(
    learner: MembraneLearner, data: Set, arm: dict, encode, schedule, generator: Generator
) -> float:
    """Train one epoch; return the accuracy on its batches, before each update."""
    disturb = disturbed(arm, generator)
    history = fit_learner(
        learner,
        data,
        encode=lambda values: encode(disturb(values)),
        epochs=1,
        batch_size=arm["batch_size"],
        after_batch=schedule.step,
        generator=generator,
    )
    return history.train_accuracy[0]


@torch.no_grad()
def over_time(network: nn.Sequential, test: Set, encode) -> dict:
    """Return for each step the accuracy, the input events and the operations up to then."""
    found = {"accuracy": 0, "events": 0, "operations": 0}
    for values, labels in zip(test[0].split(200), test[1].split(200), strict=True):
        spikes = encode(values)
        hidden = signals_of(network, spikes)[:-1]
        trains = [spikes, *(layer.spikes for layer in hidden)]
        upto = [network[-1](trains[-1][:step]) for step in range(1, len(spikes) + 1)]
        found["accuracy"] += torch.tensor([right_in(network, each, labels) for each in upto])
        sums = [train.sum((1, 2)).cumsum(0) for train in trains]
        found["events"] += sums[0]
        found["operations"] += sum(
            each * len(layer.weight) for each, layer in zip(sums, network, strict=True)
        )
    means = {name: (sums / len(test[1])).tolist() for name, sums in found.items()}
    return {name: [round(value, 4) for value in values] for name, values in means.items()}


def epochs_of(
    learner: MembraneLearner, arm: dict, data: Set, test: Set, encode, generator: Generator
) -> dict:
    """Train all epochs of an arm; return the accuracies after each of them."""
    updates = arm["epochs"] * -(-len(data[1]) // arm["batch_size"])
    schedule = CosineAnnealingLR(learner.optimizer, updates)
    found = {"train": [], "test": []}
    for _ in range(arm["epochs"]):
        right = train_once(learner, data, arm, encode, schedule, generator)
        found["train"].append(round(right, 4))
        found["test"].append(round(tested(learner.network, test, encode), 4))
        print(len(found["test"]), found["train"][-1], found["test"][-1], flush=True)
    return found


def train(arm: dict, data: Set, test: Set, seed: int, settings: dict) -> dict:
    """Train one network and return what is recorded of it."""
    generator = seed_torch(seed)
    encode = encoder(settings, generator)
    learner = learner_of(arm, generator)
    started = time.process_time()
    found = epochs_of(learner, arm, data, test, encode, generator)
    seconds = round(time.process_time() - started)
    return {"seed": seed, "seconds": seconds} | found | over_time(learner.network, test, encode)


def main(arguments: list[str] | None = None) -> None:
    """Train every arm with each seed; print the mean of the last epochs; record the runs."""
    parser = parser_for(__doc__, SETTINGS, "seeds", "samples")
    parser.add_argument(
        "--only", nargs="+", choices=SETTINGS["arms"], default=list(SETTINGS["arms"])
    )
    parser.add_argument("--replace", default="{}", help="settings of the arms as JSON, to try out")
    parser.add_argument(
        "--validate", action="store_true", help="test on held-out samples; record nothing"
    )
    told = parser.parse_args(arguments)
    settings = SETTINGS | {"samples": told.samples}
    for name in told.only:
        data, test = load(name, settings, told.validate)
        arm = arm_of(name, told.replace)
        for seed in told.seeds:
            found = train(arm, data, test, seed, settings)
            last_five = sum(found["test"][-5:]) / len(found["test"][-5:])
            print(f"{name}, seed {seed}: {last_five:.4f}, {found['seconds']} s", flush=True)
            if not told.validate:
                add_run(NAME, SETTINGS, name, found)


if __name__ == "__main__":
    main()
