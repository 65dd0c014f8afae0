"""Cover a square of a digit where a saliency map says, and count the answers that break.

``python -m experiments.covered_digits`` writes the record that page 16 shows. The network and the
recipe are those of that page, 12C5-P2-32C5-P2-10 in two epochs on the bundled digits, from three
seeds. Of test digits that all networks read, one square of 7 x 7 pixels is covered: the one of 64
in which some score is highest. Compared are the magnitude of the gradient by the pixels, the
gradient times the pixel, and the ink; and, as controls, a square on ink at random and the four
squares whose ink is nearest to that of the first.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from experiments import fit_one_cycle, parser_for
from experiments.mnist_convolutional import pooled_maps
from snn_core import LeakyIntegrator
from snn_core.datasets import mnist_mini
from snn_core.layers import OverTime, Repeat
from snn_core.losses import max_membrane_cross_entropy
from snn_core.teaching.records import record
from snn_core.teaching.studies.convolutional import SQUARE, covered, wide_neuron
from snn_core.training import evaluate, seed_torch

NAME = "covered_digits"
SETTINGS = {
    "samples": 5000,
    "epochs": 2,
    "batch_size": 32,
    "lr": 1e-2,
    "weight_decay": 0.01,
    "digits": 100,
    "seeds": [0, 1, 2],
    "dense_epochs": 8,
}
decode = max_membrane_cross_entropy.decode


def reader() -> nn.Sequential:
    """Return the convolutional network of page 16."""
    return nn.Sequential(
        *pooled_maps(1, 12, 5),
        Repeat(4),
        wide_neuron(),
        OverTime(*pooled_maps(12, 32, 5)),
        wide_neuron(),
        OverTime(nn.Flatten()),
        nn.Linear(512, 10),
        LeakyIntegrator(beta=0.8),
    )


def dense_reader() -> nn.Sequential:
    """Return a network without convolutions, of 256 hidden neurons."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256),
        nn.BatchNorm1d(256),
        Repeat(4),
        wide_neuron(),
        nn.Linear(256, 10),
        LeakyIntegrator(beta=0.8),
    )


def trained(make, seed: int, settings: dict) -> nn.Sequential:
    """Return a network after training."""
    generator, digits = seed_torch(seed), mnist_mini()
    network, count = make(), settings["samples"]
    data = digits.train_images[:count, None], digits.train_labels[:count]
    decay = settings["weight_decay"]
    options = {"loss": max_membrane_cross_entropy, "weight_decay": decay, "progress": False}
    fit_one_cycle(network, data, settings, generator, **options)
    return network.eval()


def in_squares(pictures: Tensor) -> Tensor:
    """Return the sums of pictures ``[B, 1, 28, 28]`` over each of the 64 squares, ``[B, 64]``."""
    return avg_pool2d(pictures, SQUARE, stride=3).flatten(1) * SQUARE**2


def breaks(network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return which right answers a cover breaks, ``[B, 64]``, by its place."""
    with torch.no_grad():
        answers = [decode(network(covered(image))).argmax(1) for image in images]
    return (torch.stack(answers) != labels[:, None]).float()


def saliency(network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return the gradient of the logarithm of the right class's probability by each pixel."""
    pixels = images.clone().requires_grad_()
    chances = decode(network(pixels)).log_softmax(1)
    chances.gather(1, labels[:, None]).sum().backward()
    return pixels.grad


def compared(network: nn.Module, images: Tensor, labels: Tensor) -> dict[str, float]:
    """Return the share of answers that break, for five ways to choose a cover, and for any."""
    lost, slope = breaks(network, images, labels), saliency(network, images, labels)
    ink, steep = in_squares(images), in_squares(slope.abs())
    scores = {"highest |gradient|": steep, "most ink": ink}
    scores["highest gradient x pixel"] = in_squares(slope * images)
    chosen = {name: score.argmax(1, keepdim=True) for name, score in scores.items()}
    found = {name: lost.gather(1, square).mean().item() for name, square in chosen.items()}
    square = chosen["highest |gradient|"]
    apart = (ink - ink.gather(1, square)).abs().scatter(1, square, torch.inf)
    alike = lost.gather(1, apart.argsort(1)[:, :4]).mean().item()
    on_ink = ((lost * (ink > 1)).sum(1) / (ink > 1).sum(1)).mean().item()
    any_square = lost.amax(1).mean().item()
    return {"on ink at random": on_ink, "as much ink": alike, **found, "any": any_square}


def main(arguments: list[str] | None = None) -> None:
    """Train all networks, cover the digits, and record what breaks."""
    told = parser_for(__doc__, SETTINGS, "samples", "epochs", "digits", "seeds")
    settings = SETTINGS | vars(told.parse_args(arguments))
    digits = mnist_mini()
    images, labels = digits.test_images[:, None], digits.test_labels
    networks = [trained(reader, seed, settings) for seed in settings["seeds"]]
    dense = settings | {"epochs": settings["dense_epochs"]}
    others = [trained(dense_reader, seed, dense) for seed in settings["seeds"]]
    right = torch.ones(len(labels), dtype=torch.bool)
    for network in networks:
        with torch.no_grad():
            right &= decode(network(images)).argmax(1) == labels
    few = right.nonzero().flatten()[: settings["digits"]]
    broken = [compared(network, images[few], labels[few]) for network in networks]
    results = {
        "accuracy": [evaluate(network, images, labels, decode=decode) for network in networks],
        "dense": [evaluate(network, images, labels, decode=decode) for network in others],
        "broken": {name: [each[name] for each in broken] for name in broken[0]},
    }
    print(results)
    record(NAME, settings, results)


if __name__ == "__main__":
    main()
