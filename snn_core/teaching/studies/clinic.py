"""Networks that do not learn, or hide a fault, and their repairs (page 07)."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from ... import LIF, Surrogate, encoding
from ...diagnostics import Report, diagnose
from ...neurons.lif import leaky_step
from ...training import seed_torch

STEPS = 10
LR = 1e-3
TOO_SMALL, TOO_LARGE = 1 / 784, 1.0  # what the first weights of two patients reach up to
SMALL = 1 / 28  # one over the square root of the inputs, as `nn.Linear` draws them


class WrongSign(LIF):
    """A neuron whose reset adds the threshold."""

    def step(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by one step; one character differs from `LIF`."""
        membrane = leaky_step(current, state, self.beta)
        spikes = self.surrogate(membrane - self.threshold)
        return spikes.to(current), membrane, membrane + self.threshold * spikes.detach()


class Keeper(LIF):
    """A neuron that begins each batch in the state in which it ended the last one."""

    kept: Tensor | None = None

    def forward(self, current, state=None, *, lengths=None, record=False):
        """Run as `LIF` does, from the state that was kept, if it fits."""
        fits = self.kept is not None and self.kept.shape == current.shape[1:]
        start = self.kept if fits else None
        recording = super().forward(current, start, lengths=lengths, record=True)
        self.kept = recording.state.detach()
        return recording if record else recording.spikes


class BatchFirst(nn.Module):
    """Exchange the axes of time and batch."""

    def forward(self, x: Tensor) -> Tensor:
        """Return ``[B, T, …]`` for ``[T, B, …]``, and the other way round."""
        return x.transpose(0, 1)


def untrained(
    seed: int, neuron: Callable[[], LIF] = LIF, weights: tuple[float, float] | None = None
) -> nn.Sequential:
    """Return 784 inputs, 256 hidden and 10 output neurons.

    Args:
        seed: of the weights.
        neuron: makes a layer of neurons.
        weights: the hidden weights are drawn between these two, and their biases are 0; as
            `nn.Linear` draws them if None.
    """
    seed_torch(seed)
    network = nn.Sequential(nn.Linear(784, 256), neuron(), nn.Linear(256, 10), neuron())
    if weights is not None:
        nn.init.uniform_(network[0].weight, *weights)
        nn.init.zeros_(network[0].bias)
    return network


def along_the_batch(seed: int, neuron: Callable[[], LIF] = LIF) -> nn.Sequential:
    """Return the same network with neurons that run along the batch in place of time."""
    return nn.Sequential(BatchFirst(), *untrained(seed, neuron), BatchFirst())


def triangle() -> LIF:
    """Return neurons whose surrogate ends at half a threshold from the threshold."""
    return LIF(surrogate=Surrogate("triangular", scale=2.0))


class Arm(NamedTuple):
    """A network to train: what makes it from a seed, and the learning rate."""

    network: Callable[[int], nn.Module]
    lr: float = LR


def _weights(low: float, high: float, neuron: Callable[[], LIF] = LIF) -> Arm:
    return Arm(lambda seed: untrained(seed, neuron, (low, high)))


HEALTHY = Arm(untrained)
PATIENTS = {
    "A": Arm(lambda seed: untrained(seed, Keeper)),
    "B": _weights(0.0, TOO_LARGE),
    "C": Arm(untrained, lr=1.0),
    "D": Arm(along_the_batch),
    "E": _weights(-TOO_SMALL, TOO_SMALL, triangle),
    "F": Arm(lambda seed: untrained(seed, WrongSign)),
}
REPAIRS = {  # by patient; one thing at a time where there are two
    "B": {
        "weights of both signs": _weights(-TOO_LARGE / 2, TOO_LARGE / 2),  # as spread as before
        "smaller weights": _weights(0.0, SMALL),
        "both": _weights(-SMALL, SMALL),
    },
    "E": {
        "larger weights": _weights(-SMALL, SMALL, triangle),
        "surrogate with tails": _weights(-TOO_SMALL, TOO_SMALL),
        "both": _weights(-SMALL, SMALL),
    },
}
CAUSES = {
    "A": "state kept",
    "B": "torch.rand",
    "C": "learning rate",
    "D": "wrong axis",
    "E": "too small",
    "F": "wrong sign",
}
CELL = 9  # letters of a number in a table
MEASURED = (
    "spikes/step",
    "silent",
    "saturated",
    "u max",
    "drop",
    "gradient",
    "mixing",
    "memory",
    "update",
)


def examine(case: Arm, batch: Tensor, labels: Tensor, seed: int = 4) -> Report:
    """Return the diagnosis of an untrained network, with one update of Adam tried on it.

    Args:
        case: one of `PATIENTS`, or `HEALTHY`.
        batch: ``[T, B, 784]``.
        labels: integers ``[B]``.
        seed: of its weights.
    """
    network = case.network(seed)
    optimizer = torch.optim.Adam(network.parameters(), lr=case.lr)
    return diagnose(network, batch, labels, optimizer=optimizer)


def row(report: Report) -> list[float]:
    """Return the measurements of hidden layer and network, one for each of `MEASURED`."""
    layer = report.layers[0]
    drop = float("nan") if layer.drop is None else layer.drop
    highest = layer.membrane.max().item()
    of_layer = [layer.rate, layer.silent, layer.saturated, highest, drop, layer.gradient]
    return [*of_layer, report.mixing, report.memory, report.update]


def table(reports: dict[str, Report]) -> str:
    """Return one line for each measurement, by its name, under the names of the reports."""
    width = max(map(len, MEASURED))
    lines = [" " * width + "".join(f"{name:>{CELL}}" for name in reports)]
    for name, values in zip(MEASURED, zip(*map(row, reports.values()), strict=True), strict=True):
        lines.append(f"{name:<{width}}" + "".join(_cell(name, value) for value in values))
    return "\n".join(lines)


def _cell(name: str, value: float) -> str:
    shares = ("silent", "saturated", "mixing", "memory", "update")
    form = ".0%" if name in shares else ".0e" if name == "gradient" else ".2f"
    shown = "none" if value != value else format(value, form)
    return f"{shown:>{CELL}}"


def sick_and_repaired(results: dict) -> dict[str, list[list[float]]]:
    """Return the accuracies of each patient as it was and repaired, by its letter and its cause.

    Args:
        results: of the record "clinic". A patient with one fault is, repaired, the healthy network.
    """
    pairs = {}
    for name, sick in results["patients"].items():
        repaired = results["repairs"].get(name, {"both": results["healthy"]})["both"]
        pairs[f"{name}\n{CAUSES[name]}"] = [sick["accuracy"], repaired["accuracy"]]
    return pairs


def one_repair(results: dict) -> dict[str, list[float]]:
    """Return the accuracies of each repair of a patient with two faults, by letter and repair.

    Args:
        results: of the record "clinic".
    """
    return {
        f"{name}, {repair}": arm["accuracy"]
        for name, arms in results["repairs"].items()
        for repair, arm in arms.items()
    }


def with_memory(results: dict) -> dict[str, list[list[float]]]:
    """Return the accuracies along time and along the batch, by how much the neurons remember.

    Args:
        results: of the record "clinic".
    """
    time, batch = results["memory"]["along time"], results["memory"]["along the batch"]
    return {f"β = {beta}": [time[beta]["accuracy"], batch[beta]["accuracy"]] for beta in time}


def encoder(generator: Generator) -> Callable[[Tensor], Tensor]:
    """Return what turns images ``[B, 784]`` into spikes ``[10, B, 784]``."""
    return lambda images: encoding.rate(images, STEPS, generator=generator)


def one_label_at_a_time(labels: Tensor, size: int, generator: Generator) -> list[Tensor]:
    """Return batches of places, in random order, each of them of images with the same label."""
    order = torch.randperm(len(labels), generator=generator)
    parts = [part for label in range(10) for part in order[labels[order] == label].split(size)]
    whole = [part for part in parts if len(part) == size]
    return [whole[place] for place in torch.randperm(len(whole), generator=generator)]


def unseen_patient(threshold: float = 20.0) -> nn.Sequential:
    """Return an untrained network of three layers that has a fault: the threshold of one."""
    seed_torch(7)
    network = nn.Sequential(
        nn.Linear(784, 256),
        LIF(),
        nn.Linear(256, 128),
        LIF(threshold=threshold),
        nn.Linear(128, 10),
        LIF(),
    )
    with torch.no_grad():
        network[2].weight *= 3
        network[4].weight *= 2
    return network
