"""Compare a layer that learns digits without labels with what could explain it (page 10).

``python -m experiments.digits_without_labels`` writes the record that page 10 shows. It has four
parts. *Readings*: the layer, the same with a trace that lasts one step or does not fade, the same
on grey values without any spikes, k-means, training images that are stored as fields, and the
nearest of all labelled images. *Few labels*: how many labels naming needs. *Films*: whether a layer
tells if a film runs forwards or backwards. *Inhibition*: inhibitory neurons in place of the
maximum, in steps of 1, 1/2 and 1/4 ms.

How fast thresholds change for grey values (0.02, 0.06, 0.16, 0.4) and what was tried of the films
(digit, neurons, time constants, batches) were chosen on held-out training images, the fifth
thousand.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize

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
    spherical_kmeans,
    steps_shuffled,
)

SETTINGS = {
    "neurons": 400,
    "samples": 5000,
    "epochs": 6,
    "adaptation": 0.02,  # of the thresholds
    "adaptation_values": 0.16,  # the same for one winner per image in place of eight
    "seeds": [0, 1, 2, 3, 4],
    "labels": [10, 30, 100, 300, 1000],
    "short_trace": 0.05,  # ms
    "long_trace": 1000.0,  # ms
    "film_seeds": 20,
    "film_digits": [1, 0],
    "film_neurons": 20,
    "film_target": 1.0,
    "film_epochs": 10,
    "film_batch_size": 16,
    "inhibited_neurons": 100,
    "inhibited_samples": 800,
    "inhibited_adaptation": 0.2,
    "inhibited_steps": [1.0, 0.5, 0.25],  # ms
}
FEW = (
    "STDP, by spikes",
    "STDP, nearest",
    "k-means, by spikes",
    "k-means, nearest",
    "nearest labelled image",
)
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
    return lambda batch: steps_shuffled(encode(batch), generator)


def with_weights(centroids: Tensor, threshold: Tensor) -> CompetitiveLayer:
    """Return a layer with centroids as weights, all with the median of some thresholds."""
    layer = CompetitiveLayer(784, len(centroids))
    layer.weight = centroids
    layer.threshold = threshold.median().expand(len(centroids)).clone()
    return layer


def nearest_image(images: Counts, labels: Tensor, test_labels: Tensor) -> float:
    """Return the test accuracy of taking the label of the most similar training image."""
    known, tested = (normalize(each, dim=1) for each in images)
    return (labels[(tested @ known.T).argmax(1)] == test_labels).float().mean().item()


def learnt(
    images: Tensor, encode: Callable, seed: int, settings: dict, tau_trace: float = 5.0, **rules
) -> CompetitiveLayer:
    """Return a layer that was shown all images without a label."""
    generator = torch.Generator().manual_seed(seed)
    number = settings["neurons"]
    layer = CompetitiveLayer(784, number, tau_trace=tau_trace, generator=generator)
    options = {"epochs": settings["epochs"], "batch_size": 64, "generator": generator}
    learn_unlabelled(layer, images, encode, progress=False, **options, **rules)
    return layer


def readings(seed: int, data: tuple[Tensor, ...], settings: dict) -> tuple[dict, dict]:
    """Return accuracies read as spikes and by the one winner, and the layers."""
    generator = torch.Generator().manual_seed(100 + seed)
    images = data[0], data[2]
    labels = data[1], data[3]
    spiking = partial(as_spikes, generator=generator)
    learning = partial(learnt, images[0], seed=seed, settings=settings)
    slow = {"threshold_lr": settings["adaptation"]}
    fast = {"threshold_lr": settings["adaptation_values"], "target": 1.0}
    layers = {
        "STDP": learning(spiking, **slow),
        "short trace": learning(spiking, tau_trace=settings["short_trace"], **slow),
        "long trace": learning(spiking, tau_trace=settings["long_trace"], **slow),
        "no spikes": learning(as_values, **fast),
    }
    number = settings["neurons"]
    centroids = spherical_kmeans(images[0], number, generator=generator)
    layers["k-means"] = with_weights(centroids, layers["STDP"].threshold)
    some = torch.randperm(len(images[0]), generator=generator)[:number]
    stored = normalize(images[0][some], dim=1)
    layers["stored images"] = with_weights(stored, layers["STDP"].threshold)
    found = {}
    for name, layer in layers.items():
        by_one = tuple(nearest_counts(layer.weight, each) for each in images)
        sizes = by_one[0].sum(0)
        found[name] = {
            "spikes": read(counts_of(layer, images, spiking), *labels),
            "nearest": read(by_one, *labels),
            "spread": (sizes.std() / sizes.mean()).item(),
        }
    found["nearest labelled image"] = {"all labels": nearest_image(images, *labels)}
    return found, layers


def few_labels(
    seed: int,
    data: tuple[Tensor, ...],
    layers: dict[str, CompetitiveLayer],
    settings: dict,
) -> dict[str, list[float]]:
    """Return, for each number of labels, the accuracy by the labels of so many images."""
    images, labels, test_images, test_labels = data
    generator = torch.Generator().manual_seed(seed)
    encode = partial(as_spikes, generator=generator)
    order = torch.randperm(len(images), generator=generator)
    found = {name: [] for name in FEW}
    for number in settings["labels"]:
        each = [order[labels[order] == digit][: number // 10] for digit in range(10)]
        of = torch.cat(each)
        both = images[of], test_images
        for name in ("STDP", "k-means"):
            counts = spikes_known(layers[name], both, encode)
            found[f"{name}, by spikes"].append(read(counts, labels[of], test_labels))
            counts = nearest_known(layers[name].weight, *both)
            found[f"{name}, nearest"].append(read(counts, labels[of], test_labels))
        found["nearest labelled image"].append(nearest_image(both, labels[of], test_labels))
    return found


def nearest_known(fields: Tensor, labelled: Tensor, tested: Tensor) -> Counts:
    """Return the one winner of each image, among the fields that win for some labelled image."""
    wins = nearest_counts(fields, labelled)
    known = wins.any(0)
    return wins[:, known], nearest_counts(fields[known], tested)


def spikes_known(layer: CompetitiveLayer, images: Counts, encode: Callable) -> Counts:
    """Return spikes of a layer with those neurons only that spike for some labelled image."""
    known = responses(partial(layer, inhibition=0.5), images[0], encode).any(0)
    fewer = CompetitiveLayer(layer.weight.shape[1], int(known.sum()))
    fewer.weight = layer.weight[known]
    fewer.threshold = layer.threshold[known]
    return counts_of(fewer, images, encode)


def film_trial(seed: int, data: tuple[Tensor, ...], settings: dict) -> dict[str, float]:
    """Return how often layers tell a film of a moving digit from the same film backwards."""
    generator = torch.Generator().manual_seed(seed)
    digit, other = settings["film_digits"]
    encode = partial(film_as_spikes, generator=generator)
    mixed = in_random_order(encode, generator)
    arms = {
        "in order": (digit, encode, 5.0),
        "learned shuffled": (digit, mixed, 5.0),
        "long trace": (digit, encode, settings["long_trace"]),
        "untrained": (digit, None, 5.0),
        f"a moving {other}": (other, encode, 5.0),
    }
    found = {}
    for name, (which, shown, tau) in arms.items():
        trained, way = films(data[0][data[1] == which], generator=generator)
        tested, test_way = films(data[2][data[3] == which], generator=generator)
        options = {"tau_trace": tau, "generator": generator}
        layer = CompetitiveLayer(784, settings["film_neurons"], **options)
        if shown:
            learn_films(layer, trained, shown, generator, settings)
        counts = counts_of(layer, (trained, tested), encode)
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
        progress=False,
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
    options = {"epochs": 2, "batch_size": 64, "generator": generator, "progress": False}
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
        found, learners = readings(seed, data, settings)
        read_runs.append(found)
        few_runs.append(few_labels(seed, data, learners, settings))
        layers = {"maximum": (CompetitiveLayer, 1.0)}
        for dt in settings["inhibited_steps"]:
            layers[f"inhibition, {dt:g} ms"] = (InhibitedLayer, dt)
        trial = partial(inhibited_trial, seed=seed, data=data, settings=settings)
        inhibited_runs.append({name: trial(*layer) for name, layer in layers.items()})
        print(seed, read_runs[-1], few_runs[-1], inhibited_runs[-1], flush=True)
    for seed in range(settings["film_seeds"]):
        film_runs.append(film_trial(seed, data, settings))
        print(seed, film_runs[-1], flush=True)
    results = {
        "readings": gathered(read_runs),
        "few_labels": gathered(few_runs),
        "films": gathered(film_runs),
        "inhibition": gathered(inhibited_runs),
    }
    record("digits_without_labels", settings, results)


if __name__ == "__main__":
    main()
