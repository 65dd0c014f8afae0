"""Compare a layer that learns digits without labels with what could explain it (page 10).

``python -m experiments.digits_without_labels`` writes the record that page 10 shows. It has four
parts. *Readings*: the layer, the same with its steps in random order, the same on grey values
without any spikes, an untrained one, k-means, and a linear classifier that sees all labels. *Few
labels*: how many labels naming needs. *Films*: whether a layer learns if a film runs forwards or
backwards. *Inhibition*: inhibitory neurons in place of the maximum, in steps of 1, 1/2 and 1/4 ms.

How fast thresholds change for grey values (0.02, 0.06, 0.16, 0.4) and what was tried of the films
(digit, neurons, time constants, first threshold, batches) were chosen on held-out training images,
the fifth thousand.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor, nn

from experiments import parser_for
from snn_core import plasticity
from snn_core.losses import accuracy
from snn_core.plasticity import CompetitiveLayer, learn_unlabelled, responses
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record
from snn_core.teaching.studies.unlabelled import (
    InhibitedLayer,
    as_spikes,
    as_values,
    film_as_spikes,
    films,
    nearest_counts,
    shuffled,
    spherical_kmeans,
)
from snn_core.training import fit

SETTINGS = {
    "neurons": 400,
    "samples": 5000,
    "epochs": 6,
    "adaptation": 0.02,  # of the thresholds
    "adaptation_values": 0.16,  # the same for one winner per image in place of eight
    "seeds": [0, 1, 2, 3, 4],
    "labels": [10, 30, 100, 300, 1000],
    "film_digit": 1,
    "film_neurons": 20,
    "film_threshold": 10.0,
    "film_target": 1.0,
    "film_epochs": 10,
    "film_batch_size": 16,
    "film_long_trace": 1000.0,  # ms
    "inhibited_neurons": 100,
    "inhibited_samples": 800,
    "inhibited_adaptation": 0.2,
    "inhibited_steps": [1.0, 0.5, 0.25],  # ms
}
FEW = ("STDP, by spikes", "STDP, nearest", "k-means, by spikes", "k-means, nearest", "linear")
Counts = tuple[Tensor, Tensor]  # of spikes for training and for test images, [samples, M]


def read(counts: Counts, labels: Tensor, test_labels: Tensor, classes: int = 10) -> float:
    """Return the test accuracy of voting, by what the neurons did for labelled images."""
    response = plasticity.class_responses(counts[0], labels, classes)
    return accuracy(plasticity.vote_scores(counts[1], response), test_labels)


def counts_of(layer: CompetitiveLayer, images: Counts, encode, inhibition: float = 0.5) -> Counts:
    """Return the spikes of a layer for training and for test images."""
    reader = partial(layer, inhibition=inhibition)
    return responses(reader, images[0], encode), responses(reader, images[1], encode)


def in_random_order(encode: Callable, generator: Generator) -> Callable:
    """Return an encoder that shuffles the steps of what another one gives."""
    return lambda batch: shuffled(encode(batch), generator)


def with_weights(centroids: Tensor, threshold: Tensor) -> CompetitiveLayer:
    """Return a layer with centroids as weights, all with the median of some thresholds."""
    layer = CompetitiveLayer(784, len(centroids))
    layer.weight = centroids
    layer.threshold = threshold.median().expand(len(centroids)).clone()
    return layer


def linear(images: Counts, labels: Tensor, test_labels: Tensor, generator: Generator) -> float:
    """Return the test accuracy of one linear layer on the pixels."""
    network = nn.Sequential(nn.Linear(784, 10), nn.Unflatten(0, (1, -1)))
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    epochs = 10 + 3000 // len(labels)
    options = {"epochs": epochs, "batch_size": 64, "generator": generator, "progress": False}
    fit(network, images[0], labels, optimizer=optimizer, **options)
    return accuracy(network(images[1])[0], test_labels)


def learnt(images: Tensor, encode: Callable, seed: int, settings: dict, **rules):
    """Return a layer that was shown all images without a label."""
    generator = torch.Generator().manual_seed(seed)
    layer = CompetitiveLayer(784, settings["neurons"], generator=generator)
    options = {"epochs": settings["epochs"], "batch_size": 64, "generator": generator}
    learn_unlabelled(layer, images, encode, **options, **rules)
    return layer


def readings(seed: int, data: tuple[Tensor, ...], settings: dict) -> tuple[dict, dict, dict]:
    """Return accuracies read as spikes and by the one winner, counts, and fields."""
    torch.manual_seed(seed)  # for what linear layers draw
    generator = torch.Generator().manual_seed(100 + seed)
    images = data[0], data[2]
    labels = data[1], data[3]
    spiking = partial(as_spikes, generator=generator)
    mixed = in_random_order(spiking, generator)
    learning = partial(learnt, images[0], seed=seed, settings=settings)
    slow = {"threshold_lr": settings["adaptation"]}
    fast = {"threshold_lr": settings["adaptation_values"], "target": 1.0}
    layers = {
        "untrained": CompetitiveLayer(784, settings["neurons"], generator=generator),
        "STDP": learning(spiking, **slow),
        "STDP, steps shuffled": learning(mixed, **slow),
        "no spikes": learning(as_values, **fast),
    }
    centroids = spherical_kmeans(images[0], settings["neurons"], generator=generator)
    layers["k-means"] = with_weights(centroids, layers["STDP"].threshold)
    by_spikes = {
        name: counts_of(layer, images, mixed if "shuffled" in name else spiking)
        for name, layer in layers.items()
    }
    by_one = {
        name: tuple(nearest_counts(layer.weight, each) for each in images)
        for name, layer in layers.items()
    }
    found = {name: {"spikes": read(counts, *labels)} for name, counts in by_spikes.items()}
    for name, counts in by_one.items():
        found[name]["nearest"] = read(counts, *labels)
    found["linear"] = {"all labels": linear(images, *labels, generator)}
    return found, by_spikes, {name: layer.weight for name, layer in layers.items()}


def few_labels(
    seed: int,
    data: tuple[Tensor, ...],
    by_spikes: dict[str, Counts],
    fields: dict[str, Tensor],
    settings: dict,
) -> dict[str, list[float]]:
    """Return, for each number of labels, the accuracy by the labels of so many images."""
    images, labels, test_images, test_labels = data
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=generator)
    found = {name: [] for name in FEW}
    for number in settings["labels"]:
        each = [order[labels[order] == digit][: number // 10] for digit in range(10)]
        of = torch.cat(each)
        for name in ("STDP", "k-means"):
            train, test = by_spikes[name]
            found[f"{name}, by spikes"].append(read((train[of], test), labels[of], test_labels))
            counts = nearest_known(fields[name], images[of], test_images)
            found[f"{name}, nearest"].append(read(counts, labels[of], test_labels))
        pixels = images[of], test_images
        found["linear"].append(linear(pixels, labels[of], test_labels, generator))
    return found


def nearest_known(fields: Tensor, labelled: Tensor, tested: Tensor) -> Counts:
    """Return the one winner of each image, among the fields that win for some labelled image."""
    wins = nearest_counts(fields, labelled)
    known = wins.any(0)
    return wins[:, known], nearest_counts(fields[known], tested)


def film_trial(seed: int, data: tuple[Tensor, ...], settings: dict) -> dict[str, float]:
    """Return how often layers tell a film of a moving digit from the same film backwards."""
    generator = torch.Generator().manual_seed(seed)
    images, labels, test_images, test_labels = data
    digit = settings["film_digit"]
    trained, way = films(images[labels == digit], generator=generator)
    tested, test_way = films(test_images[test_labels == digit], generator=generator)
    encode = partial(film_as_spikes, generator=generator)
    mixed = in_random_order(encode, generator)
    long = {"tau_trace": settings["film_long_trace"]}
    arms = {
        "in order": (encode, {}),
        "steps shuffled": (mixed, {}),
        "long trace": (encode, long),
        "untrained": (encode, {}),
    }
    found = {}
    for name, (shown, options) in arms.items():
        options = options | {"threshold": settings["film_threshold"], "generator": generator}
        layer = CompetitiveLayer(784, settings["film_neurons"], **options)
        if name != "untrained":
            learn_films(layer, trained, shown, generator, settings)
        counts = counts_of(layer, (trained, tested), shown)
        found[name] = read(counts, way, test_way, classes=2)
    return found


def learn_films(layer: CompetitiveLayer, trained: Tensor, encode, generator, settings) -> None:
    """Show a layer all films without saying which way they run."""
    learn_unlabelled(
        layer,
        trained,
        encode,
        epochs=settings["film_epochs"],
        batch_size=settings["film_batch_size"],
        target=settings["film_target"],
        threshold_lr=settings["adaptation"],
        generator=generator,
    )


def inhibited_trial(
    kind: type[CompetitiveLayer], dt: float, seed: int, data: tuple[Tensor, ...], settings: dict
) -> dict[str, float]:
    """Return what a small layer reads, how many neurons spike together, and how often none does."""
    generator = torch.Generator().manual_seed(seed)
    steps = round(8 / dt)
    encode = partial(as_spikes, steps=steps, dt=dt, generator=generator)
    few = data[0][: settings["inhibited_samples"]]
    layer = kind(784, settings["inhibited_neurons"], dt=dt, generator=generator)
    maximum = kind is CompetitiveLayer
    adaptation = settings["adaptation" if maximum else "inhibited_adaptation"]
    options = {"epochs": 2, "batch_size": 64, "generator": generator}
    learn_unlabelled(layer, few, encode, threshold_lr=adaptation, **options)
    reader = partial(layer, inhibition=0.5) if maximum else layer
    counts = responses(reader, few, encode), responses(reader, data[2], encode)
    output = layer(encode(data[2]))
    together = output.sum(2)
    silent = (output.sum((0, 2)) == 0).float().mean()
    return {
        "accuracy": read(counts, data[1][: len(few)], data[3]),
        "together": together[together > 0].mean().item(),
        "silent": silent.item(),
        "spikes": output.sum((0, 2)).mean().item(),
    }


def gathered(runs: list[dict]) -> dict:
    """Return lists over runs, one for each name, in place of a list of dictionaries."""
    if not isinstance(runs[0], dict):
        return runs
    return {name: gathered([run[name] for run in runs]) for name in runs[0]}


def main(arguments: list[str] | None = None) -> None:
    """Run the four parts for each seed and write the record."""
    names = ("neurons", "samples", "epochs", "seeds", "film_epochs")
    told = parser_for(__doc__, SETTINGS, *names).parse_args(arguments)
    settings = SETTINGS | vars(told)
    images, labels, test_images, test_labels = flat_digits()
    data = (images[: settings["samples"]], labels[: settings["samples"]], test_images, test_labels)
    read_runs, few_runs, film_runs, inhibited_runs = [], [], [], []
    for seed in settings["seeds"]:
        found, by_spikes, fields = readings(seed, data, settings)
        read_runs.append(found)
        few_runs.append(few_labels(seed, data, by_spikes, fields, settings))
        film_runs.append(film_trial(seed, data, settings))
        layers = {"maximum": (CompetitiveLayer, 1.0)}
        for dt in settings["inhibited_steps"]:
            layers[f"inhibition, {dt:g} ms"] = (InhibitedLayer, dt)
        trial = partial(inhibited_trial, seed=seed, data=data, settings=settings)
        inhibited_runs.append({name: trial(*layer) for name, layer in layers.items()})
        print(seed, read_runs[-1], few_runs[-1], film_runs[-1], inhibited_runs[-1], flush=True)
    results = {
        "readings": gathered(read_runs),
        "few_labels": gathered(few_runs),
        "films": gathered(film_runs),
        "inhibition": gathered(inhibited_runs),
    }
    record("digits_without_labels", settings, results)


if __name__ == "__main__":
    main()
