"""Read digits out of random hidden layers, in five ways, at every step, from several seeds.

``python -m experiments.random_reader`` writes the record that page 04 shows. The spread of the
hidden membranes and the penalties of the readouts are chosen on 1,000 training images that the fits
do not see; all other numbers are for the test images. The controls are readouts of the pixels and
of the counts of the pixels' own spikes.
"""

import torch
from torch import Generator, Tensor, nn

from snn_core import LIF, LeakyIntegrator
from snn_core.encoding import rate
from snn_core.losses import accuracy, first_spike, spike_count
from snn_core.teaching.digit_reader import EXAMPLES, STEPS, fit_readout, measured_layer
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "seeds": [0, 1, 2, 3, 4],
    "sizes": [64, 256, 1024],
    "read": 256,
    "held_out": 1000,
    "spreads": [1.0, 2.0, 4.0],
    "penalties": [0.001, 0.01, 0.1],
    "pixel_penalties": [0.01, 0.03, 0.1, 0.3, 1.0],
    "steps": 30,
    "copies": 8,
    "gains": [0.25, 0.5, 1.0, 2.0, 4.0],
}

Images = tuple[Tensor, Tensor, Tensor, Tensor]


def hidden_spikes(layer: nn.Linear, images: Tensor, steps: int, generator: Generator) -> Tensor:
    """Return the spikes of a hidden layer, 500 images at a time."""
    parts = [
        LIF()(layer(rate(part, steps, generator=generator))) for part in images.split(EXAMPLES)
    ]
    return torch.cat(parts, 1)


def random_layer(images: Tensor, neurons: int, spread: float, generator: Generator) -> nn.Linear:
    """Return a random hidden layer, scaled with the spikes of some of the images."""
    spikes = rate(images[:EXAMPLES], STEPS, generator=generator)
    return measured_layer(spikes, neurons, spread=spread, generator=generator)


def held_out(features: Tensor, labels: Tensor, penalty: float) -> float:
    """Return the accuracy on the last training images of a readout fitted to the others."""
    rest = len(labels) - SETTINGS["held_out"]
    readout = fit_readout(features[:rest], labels[:rest], penalty=penalty)
    return accuracy(readout(features[rest:]), labels[rest:])


def over_penalties(features: Tensor, labels: Tensor, name: str = "penalties") -> list[float]:
    """Return the accuracy on held-out training images for every penalty of the settings."""
    return [held_out(features, labels, penalty) for penalty in SETTINGS[name]]


def best_penalty(held_out_accuracy: list[float], name: str = "penalties") -> float:
    """Return the penalty with the highest accuracy."""
    best = max(range(len(held_out_accuracy)), key=held_out_accuracy.__getitem__)
    return SETTINGS[name][best]


def choose(digits: Images) -> dict[str, list[list[float]]]:
    """Return the accuracy on held-out images: for each spread, by seed and penalty."""
    images, labels, _, _ = digits
    grid = {}
    for spread in SETTINGS["spreads"]:
        grid[str(spread)] = []
        for seed in SETTINGS["seeds"]:
            generator = seed_torch(seed)
            layer = random_layer(images, SETTINGS["read"], spread, generator)
            counts = spike_count(hidden_spikes(layer, images, STEPS, generator))
            grid[str(spread)].append(over_penalties(counts, labels))
    return grid


def chosen(grid: dict[str, list[list[float]]]) -> tuple[float, float]:
    """Return the spread and the penalty with the highest mean over the seeds."""
    means = {spread: torch.tensor(runs).mean(0).tolist() for spread, runs in grid.items()}
    best = max(means, key=lambda spread: max(means[spread]))
    return float(best), best_penalty(means[best])


def control(features: Tensor, labels: Tensor, test: Tensor, test_labels: Tensor) -> dict:
    """Return the penalty chosen for a readout of features of pixels, and its test accuracy."""
    name = "pixel_penalties"
    penalty = best_penalty(over_penalties(features, labels, name), name)
    readout = fit_readout(features, labels, penalty=penalty)
    return {"penalty": penalty, "accuracy": accuracy(readout(test), test_labels)}


def controls(digits: Images) -> dict[str, object]:
    """Return what is read from pixels times the steps, and from counts of their spikes."""
    images, labels, test_images, test_labels = digits
    noisy = []
    for seed in SETTINGS["seeds"]:
        generator = seed_torch(seed)
        counts, test_counts = (
            spike_count(rate(part, STEPS, generator=generator)) for part in (images, test_images)
        )
        noisy.append(control(counts, labels, test_counts, test_labels))
    exact = control(STEPS * images, labels, STEPS * test_images, test_labels)
    return {"pixels": exact, "pixel_spikes": noisy}


def reader(digits: Images, neurons: int, seed: int, settings: tuple[float, float]):
    """Return a random layer with its fitted readout, and the generator that drew them."""
    images, labels, _, _ = digits
    spread, penalty = settings
    generator = seed_torch(seed)
    layer = random_layer(images, neurons, spread, generator)
    counts = spike_count(hidden_spikes(layer, images, STEPS, generator))
    return layer, fit_readout(counts, labels, penalty=penalty), generator


def outputs(current: Tensor, generator: Generator) -> dict[str, Tensor]:
    """Return the spikes, the membranes and the population's spikes for a current ``[T, B, 10]``."""
    copies = SETTINGS["copies"]
    eight = current.repeat_interleave(copies, dim=2)
    start = torch.rand(eight.shape[1:], generator=generator)
    return {
        "spikes": LIF()(current),
        "membrane": LeakyIntegrator()(current),
        "population": LIF()(eight, start).unflatten(2, (10, copies)).sum(3),
    }


def scores_over_time(found: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the scores ``[T, B, 10]`` of each decoder after every step."""
    spikes, membrane = found["spikes"], found["membrane"]
    seen = range(1, len(spikes) + 1)
    return {
        "maximum": membrane.cummax(0).values,
        "mean": membrane.cumsum(0),
        "population": found["population"].cumsum(0),
        "count": spikes.cumsum(0),
        "first spike": torch.stack([first_spike(spikes[:steps]) for steps in seen]),
    }


def share_right(scores: Tensor, labels: Tensor) -> list[float]:
    """Return the accuracy after every step."""
    return [round(accuracy(each, labels), 4) for each in scores]


def ties(scores: Tensor) -> float:
    """Return the share of samples in which more than one class has the highest score."""
    return ((scores == scores.amax(1, keepdim=True)).sum(1) > 1).float().mean().item()


def at_gain(current: Tensor, labels: Tensor) -> dict[str, float]:
    """Return what first spikes and counts are worth, when first spikes come, and how many tie.

    The mean step and the ties are those of the samples in which a neuron spikes.
    """
    spikes = LIF()(current)
    scores = first_spike(spikes)
    waited = -scores.amax(1)  # steps before the first spike of any class
    spiking = waited < len(spikes)
    return {
        "first spike": accuracy(scores, labels),
        "count": accuracy(spike_count(spikes), labels),
        "mean step": round((1 + waited[spiking]).mean().item(), 3),
        "ties": round(ties(scores[spiking]), 4),
        "silent": round((~spiking).float().mean().item(), 4),
    }


def main() -> None:
    """Choose, read every size with every seed, and record it."""
    torch.set_num_threads(1)
    digits = flat_digits()
    _, _, test_images, test_labels = digits
    grid = choose(digits)
    settings = chosen(grid)
    results = {"grid": grid, "spread": settings[0], "penalty": settings[1], **controls(digits)}
    results |= {
        "accuracy": {},
        "curves": {},
        "output_spikes": {"one": [], "eight": []},
        "gains": {},
    }
    for size in SETTINGS["sizes"]:
        runs = results["accuracy"].setdefault(str(size), [])
        for seed in SETTINGS["seeds"]:
            layer, readout, generator = reader(digits, size, seed, settings)
            spikes = hidden_spikes(layer, test_images, SETTINGS["steps"], generator)
            runs.append(accuracy(readout(spike_count(spikes[:STEPS])), test_labels))
            if size == SETTINGS["read"]:
                current = spikes @ readout.weight.T + readout.bias / STEPS
                add_readings(results, current, test_labels, generator)
    print(record("random_reader", SETTINGS, results))


def add_readings(results: dict, current: Tensor, labels: Tensor, generator: Generator) -> None:
    """Add what one network's output says, read in five ways and at several gains."""
    found = outputs(current, generator)
    for name, scores in scores_over_time(found).items():
        results["curves"].setdefault(name, []).append(share_right(scores, labels))
    for name, key in (("one", "spikes"), ("eight", "population")):
        per_image = found[key].sum((0, 2)).mean().item()
        results["output_spikes"][name].append(round(per_image, 2))
    for gain in SETTINGS["gains"]:
        known = results["gains"].setdefault(str(gain), {})
        for name, value in at_gain(gain * current, labels).items():
            known.setdefault(name, []).append(value)


if __name__ == "__main__":
    main()
