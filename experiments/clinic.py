"""Train the patients of page 07 and their repairs, briefly, from several seeds.

``python -m experiments.clinic`` writes the record that page 07 shows: the accuracy of the healthy
network, of each patient, and of its repairs, one thing at a time. The second part asks why neurons
that run along the batch learn nothing: with less memory, and with batches of one label.
"""

import torch
from torch import Generator, Tensor, nn

from snn_core import LIF
from snn_core.losses import accuracy, count_cross_entropy, spike_count
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record
from snn_core.teaching.studies.clinic import (
    HEALTHY,
    PATIENTS,
    REPAIRS,
    Arm,
    along_the_batch,
    encoder,
    one_label_at_a_time,
    untrained,
)
from snn_core.training import seed_torch

SETTINGS = {
    "seeds": [0, 1, 2, 3, 4],
    "samples": 2000,
    "batch_size": 25,
    "epochs": 2,
    "betas": [0.0, 0.3, 0.6, 0.8, 0.905],
    "epochs_of_one_label": 8,
}


def train(case: Arm, seed: int, *, epochs: int, one_label: bool = False) -> dict[str, float]:
    """Train a network briefly; return its accuracy, its last loss and its output spikes per image.

    Args:
        case: what to train.
        seed: of the weights, of the spikes and of the order.
        epochs: how many.
        one_label: train and test on batches whose images all have the same label.
    """
    images, labels, *test = flat_digits()
    images, labels = images[: SETTINGS["samples"]], labels[: SETTINGS["samples"]]
    network = case.network(seed)
    generator = seed_torch(seed)
    encode = encoder(generator)
    optimizer = torch.optim.Adam(network.parameters(), lr=case.lr)
    losses, spikes = [], []
    for _ in range(epochs):
        for part in parts_of(labels, one_label, generator):
            output = network(encode(images[part]))
            loss = count_cross_entropy(output, labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            spikes.append(output.sum().item() / len(part))
    last = {"loss": mean(losses[-20:]), "spikes": mean(spikes[-20:])}
    return {"accuracy": tested(network, encode, test, one_label, generator)} | last


def parts_of(labels: Tensor, one_label: bool, generator: Generator) -> list[Tensor]:
    """Return batches of places in random order."""
    size = SETTINGS["batch_size"]
    if one_label:
        return one_label_at_a_time(labels, size, generator)
    return list(torch.randperm(len(labels), generator=generator).split(size))


@torch.no_grad()
def tested(network: nn.Module, encode, test, one_label: bool, generator: Generator) -> float:
    """Return the accuracy on the test images, in batches as in training."""
    images, labels = test
    right = [
        accuracy(spike_count(network(encode(images[part]))), labels[part])
        for part in parts_of(labels, one_label, generator)
    ]
    return mean(right)


def mean(values: list[float]) -> float:
    """Return the mean, to five digits."""
    return round(sum(values) / len(values), 5)


def of_all_seeds(name: str, case: Arm, **options) -> dict[str, list[float]]:
    """Return each result of a case as a list over the seeds."""
    options = {"epochs": SETTINGS["epochs"]} | options
    runs = [train(case, seed, **options) for seed in SETTINGS["seeds"]]
    found = {key: [run[key] for run in runs] for key in runs[0]}
    print(f"{name:32}", *(f"{key} {mean(values):.3f}" for key, values in found.items()), flush=True)
    return found


def remembering(make, beta: float) -> Arm:
    """Return a network whose neurons all have this decay."""
    return Arm(lambda seed: make(seed, lambda: LIF(beta=beta)))


def main() -> None:
    """Train everything with each seed and write the record."""
    torch.set_num_threads(1)
    results = {"healthy": of_all_seeds("healthy", HEALTHY)}
    results["patients"] = {name: of_all_seeds(name, case) for name, case in PATIENTS.items()}
    results["repairs"] = {
        patient: {name: of_all_seeds(f"{patient}, {name}", case) for name, case in arms.items()}
        for patient, arms in REPAIRS.items()
    }
    axes = {"along time": untrained, "along the batch": along_the_batch}
    results["memory"] = {
        axis: {
            str(beta): of_all_seeds(f"{axis}, beta {beta}", remembering(make, beta))
            for beta in SETTINGS["betas"]
        }
        for axis, make in axes.items()
    }
    longer = {"epochs": SETTINGS["epochs_of_one_label"], "one_label": True}
    results["one label"] = {
        axis: of_all_seeds(f"{axis}, one label", Arm(make), **longer) for axis, make in axes.items()
    }
    print(record("clinic", SETTINGS, results))


if __name__ == "__main__":
    main()
