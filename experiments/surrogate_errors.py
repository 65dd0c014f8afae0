"""Compare the surrogate gradient of small noisy networks with that of their expected loss.

``python -m experiments.surrogate_errors`` writes the record that page 05 shows. A network has
layers of four neurons and runs for one step, so each layer has 16 patterns of spikes. Their
probabilities, pushed from layer to layer, give the expected loss exactly. All 16 patterns are its
inputs, each with a random value for each output spike, and the loss is the sum: so every weight has
a gradient of its own. The surrogate gradient is that of the same network without noise, with the
surrogate that is the density of the noise: with an area of 1, so that all layers are on one scale.
Widths are full widths at half the height of that density, the threshold is 1.

Reference: Gygax, Zenke 2025.
"""

import itertools

import torch
from torch import Generator, Tensor

from snn_core import Surrogate
from snn_core.teaching.patterns import surrogate_of_width
from snn_core.teaching.records import record

SETTINGS = {
    "shape": "fast_sigmoid",
    "neurons": 4,
    "weights": 1.5,  # standard deviation
    "networks": 500,
    "depths": [1, 2, 3, 4, 5],
    "widths": [4, 1, 1 / 4],
}


def all_patterns() -> Tensor:
    """Return every pattern of spikes of one layer, ``[patterns, neurons]``."""
    spikes = itertools.product((0.0, 1.0), repeat=SETTINGS["neurons"])
    return torch.tensor(list(spikes), dtype=torch.float64)


def spike_probability(x: Tensor, noise: Surrogate) -> Tensor:
    """Return the probability of a spike at distance `x` to the threshold, for such noise."""
    middle = noise.primitive(torch.zeros_like(x))
    return 0.5 + (noise.primitive(x) - middle) / noise.area


def smoothed_loss(weights: list[Tensor], noise: Surrogate, values: Tensor) -> Tensor:
    """Return the expected loss of a noisy network, summed over all patterns of all layers.

    Args:
        weights: one matrix ``[neurons, neurons]`` for each layer.
        noise: the surrogate that is the density of the noise, up to its area.
        values: what an output spike costs, ``[patterns, neurons]``.
    """
    patterns = all_patterns()
    chance = torch.eye(len(patterns), dtype=torch.float64)
    for matrix in weights:
        p = spike_probability(patterns @ matrix - 1, noise)[:, None]
        chance = chance @ torch.where(patterns > 0, p, 1 - p).prod(2)
    return (chance @ patterns * values).sum()


def spiking_loss(weights: list[Tensor], surrogate: Surrogate, values: Tensor) -> Tensor:
    """Return the loss of the same network without noise."""
    spikes = all_patterns()
    for matrix in weights:
        spikes = surrogate(spikes @ matrix - 1)
    return (spikes * values).sum()


def random_network(depth: int, width: float, generator: Generator) -> tuple:
    """Return weights, the density of the noise as a surrogate, and values of a random network."""
    size = SETTINGS["neurons"]
    values = torch.randn(2**size, size, generator=generator, dtype=torch.float64)
    draw = torch.randn(depth, size, size, generator=generator, dtype=torch.float64)
    weights = [(SETTINGS["weights"] * matrix).requires_grad_() for matrix in draw]
    bump = surrogate_of_width(SETTINGS["shape"], width)
    return weights, Surrogate(bump.name, bump.scale, height=1 / bump.area), values


def gradients(depth: int, width: float, generator: Generator) -> list[Tensor]:
    """Return the true and the surrogate gradient of a random network, ``[depth, weights]`` each."""
    weights, surrogate, values = random_network(depth, width, generator)
    losses = [loss(weights, surrogate, values) for loss in (smoothed_loss, spiking_loss)]
    return [torch.stack(torch.autograd.grad(loss, weights)).flatten(1) for loss in losses]


def compare(depth: int, width: float) -> dict:
    """Return cosine and wrong signs of the first weights, and the shares of networks uphill.

    A small step along the surrogate goes uphill if its product with the true gradient is negative:
    for the first weights alone, and for all weights. Each figure comes with its standard error.
    """
    generator = torch.Generator().manual_seed(depth)
    pairs = [gradients(depth, width, generator) for _ in range(SETTINGS["networks"])]
    true, surrogate = (torch.stack(side) for side in zip(*pairs, strict=True))
    products = true * surrogate
    found = {
        "cosine": torch.cosine_similarity(true[:, 0], surrogate[:, 0]),
        "wrong": (products[:, 0] < 0).double().mean(1),
        "uphill": (products[:, 0].sum(1) < 0).double(),
        "uphill_all": (products.sum((1, 2)) < 0).double(),
    }
    return {name: with_error(values) for name, values in found.items()}


def with_error(values: Tensor) -> list[float]:
    """Return mean and standard error."""
    error = values.std() / len(values) ** 0.5
    return [round(each.item(), 4) for each in (values.mean(), error)]


def main() -> None:
    """Compare all depths and widths and write the record."""
    results: dict = {"cosine": {}, "wrong": {}, "uphill": {}, "uphill_all": {}}
    for width in SETTINGS["widths"]:
        found = [compare(depth, width) for depth in SETTINGS["depths"]]
        for name, rows in results.items():
            rows[str(width)] = [each[name] for each in found]
    print(record("surrogate_errors", SETTINGS, results))


if __name__ == "__main__":
    main()
