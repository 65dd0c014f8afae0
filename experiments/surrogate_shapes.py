"""Train a small network on random patterns with every surrogate, at four widths, from eight seeds.

``python -m experiments.surrogate_shapes`` writes the record that page 05 shows. Every arm is the
same training from the same eight starts: all patterns at once, Adam with one learning rate, and the
accuracy on the patterns themselves. Apart from shapes and widths it records how many patterns are
within reach of a triangle, a triangle with a floor, outputs that spike from the start ("loud" times
the output weights), and a tall surrogate with the reset detached and attached.
"""

from functools import partial

import torch

from snn_core import Surrogate
from snn_core.teaching.patterns import WIDTHS, pattern_network, random_patterns, surrogate_of_width
from snn_core.teaching.records import record
from snn_core.training import fit

SETTINGS = {
    "seeds": 8,
    "patterns": 64,
    "steps": 100,
    "hidden": 20,
    "epochs": 20,
    "lr": 0.02,
    "widths": [4, 1, 1 / 4, 1 / 16],
    "floor": 0.01,
    "loud": 2,
    "steepness": 100,
}


class LeakyTriangle(Surrogate):
    """The triangle of one width, but never below a floor."""

    def __init__(self, width: float, floor: float):
        super().__init__("triangular", WIDTHS["triangular"] / width)
        self.floor = floor

    def derivative(self, x):
        return super().derivative(x).clamp(min=self.floor)


def patterns(seed: int):
    """Return spikes ``[T, B, N]`` and labels: a corner of the task of the page."""
    spikes, labels = random_patterns(256, generator=torch.Generator().manual_seed(seed))
    return spikes[: SETTINGS["steps"], : SETTINGS["patterns"]], labels[: SETTINGS["patterns"]]


def train(surrogate, seed: int, *, loud: float = 1, **options):
    """Return the `History` of one training."""
    network = pattern_network(surrogate, hidden=SETTINGS["hidden"], seed=seed, **options)
    network[2].weight.data.mul_(loud)
    spikes, labels = patterns(seed)
    return fit(
        network,
        spikes.transpose(0, 1),
        labels,
        encode=lambda batch: batch.transpose(0, 1),
        optimizer=torch.optim.Adam(network.parameters(), lr=SETTINGS["lr"]),
        epochs=SETTINGS["epochs"],
        batch_size=len(labels),
        generator=torch.Generator().manual_seed(seed),
        progress=False,
    )


def last_accuracies(surrogate, **options) -> list[float]:
    """Return the accuracy in the last epoch, for each seed."""
    runs = [train(surrogate, seed, **options) for seed in range(SETTINGS["seeds"])]
    return [round(run.train_accuracy[-1], 4) for run in runs]


def mean_losses(height: float, **options) -> list[float]:
    """Return the loss as a mean over all epochs, for each seed, with a steep fast sigmoid."""
    spike = Surrogate("fast_sigmoid", SETTINGS["steepness"], height=height)
    runs = [train(spike, seed, **options) for seed in range(SETTINGS["seeds"])]
    return [round(sum(run.loss) / len(run.loss), 4) for run in runs]


def within_reach(width: float) -> list[int]:
    """Return for each seed in how many patterns an output starts within `width` of θ."""
    found = []
    for seed in range(SETTINGS["seeds"]):
        network = pattern_network(hidden=SETTINGS["hidden"], seed=seed)
        current = network[:3](patterns(seed)[0])
        membrane = network[3](current, record=True).membrane
        near = (membrane - 1).abs() < width
        found.append(near.any(0).any(-1).sum().item())
    return found


def over_widths(make, **options) -> list[list[float]]:
    """Return the accuracies of each seed, for each width."""
    return [last_accuracies(make(width), **options) for width in SETTINGS["widths"]]


def main() -> None:
    """Train every arm and write the record."""
    results: dict = {"accuracy": {}, "loud": {}, "mean_loss": {}}
    for name in WIDTHS:
        make = partial(surrogate_of_width, name)
        results["accuracy"][name] = over_widths(make)
        results["loud"][name] = over_widths(make, loud=SETTINGS["loud"])
        print(name, results["accuracy"][name], flush=True)
    results["within_reach"] = [within_reach(width) for width in SETTINGS["widths"]]
    results["straight_through"] = last_accuracies("straight_through")
    results["leaky_triangle"] = over_widths(partial(LeakyTriangle, floor=SETTINGS["floor"]))
    for reset in ("detached", "attached"):
        for height in (1, SETTINGS["steepness"]):
            losses = mean_losses(height, detach_reset=reset == "detached")
            results["mean_loss"][f"{reset}, height {height}"] = losses
    print(record("surrogate_shapes", SETTINGS, results))


if __name__ == "__main__":
    main()
