"""Train the small network of page 00 that reads what is drawn; record its rounded weights.

``python -m experiments.drawn_digits`` writes the record. 196 pixels, each the mean of four of
MNIST, send one spike each, the brighter the earlier; 100 hidden neurons and ten output neurons
spike. In training the digits are turned, scaled, shifted, and made thicker or thinner at random.
``--validate`` tests on 10,000 training images that are held out, and records nothing.

After training the weights are rounded to whole numbers from -127 to 127, one scale a layer; what is
recorded is measured with those.
"""

import base64

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from experiments import fit_one_cycle, told_settings
from experiments.mnist_convolutional import Jitter
from experiments.mnist_full import flat_mnist
from snn_core.losses import accuracy, spike_count
from snn_core.teaching.records import record
from snn_core.teaching.studies.drawn_digits import drawing_reader, input_spikes
from snn_core.training import seed_torch

SETTINGS = {
    "hidden": 100,
    "tau_mem": 20.0,
    "surrogate_scale": 3.0,
    "steps": 25,
    "faint": 0.1,
    "jitter": {"degrees": 10.0, "scale": 0.1, "pixels": 1.0},
    "thickness": 0.7,
    "samples": 60_000,
    "epochs": 25,
    "batch_size": 128,
    "lr": 5e-3,
    "weight_decay": 0.01,
    "seed": 0,
}
LEVELS = 127  # the largest rounded weight


class Thickness(nn.Module):
    """Make the strokes of each image ``[B, 1, 28, 28]`` thicker or thinner at random, in training.

    Args:
        most: how much of its brightest neighbour a pixel takes on at most, in [0, 1]; half as much
            of its darkest one.
        generator: source of randomness.
    """

    def __init__(self, most: float, generator: Generator):
        super().__init__()
        self.most = most
        self.generator = generator

    def forward(self, images: Tensor) -> Tensor:
        if not self.training:
            return images
        draws = 2 * torch.rand(len(images), 1, 1, 1, generator=self.generator) - 1
        share = self.most * draws
        thick = functional.max_pool2d(images, 3, 1, 1)
        thin = -functional.max_pool2d(-images, 3, 1, 1)
        return images + share.relu() * (thick - images) + (-share).relu() * (thin - images) / 2


def network(settings: dict, generator: Generator) -> nn.Sequential:
    """Return what changes the images ``[B, 784]`` in training, the input spikes, and the reader."""
    changes = nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        Jitter(**settings["jitter"], generator=generator),
        Thickness(settings["thickness"], generator),
    )
    return nn.Sequential(changes, Spikes(settings), drawing_reader(settings))


class Spikes(nn.Module):
    """Turn images ``[B, 1, 28, 28]`` into spikes ``[T, B, 196]``."""

    def __init__(self, settings: dict):
        super().__init__()
        self.settings = settings

    def forward(self, images: Tensor) -> Tensor:
        return input_spikes(images[:, 0].clamp(0, 1), self.settings)


def round_weights(layers: nn.Sequential) -> list[dict]:
    """Round the weights of linear layers in place; return each layer's scale and whole numbers.

    The numbers are bytes with a sign, in base64: what a spike of the first input is worth to each
    neuron, then of the second, and so on.
    """
    rounded = []
    for layer in layers:
        if isinstance(layer, nn.Linear):
            scale = layer.weight.detach().abs().max().item() / LEVELS
            whole = (layer.weight.detach() / scale).round()
            layer.weight.data = whole * scale
            numbers = whole.T.contiguous().to(torch.int8).numpy().tobytes()
            rounded.append({"scale": scale, "weights": base64.b64encode(numbers).decode()})
    return rounded


def outputs(net: nn.Sequential, images: Tensor) -> tuple[Tensor, dict]:
    """Return the output spikes ``[T, B, 10]`` for images, and the mean spikes of each layer."""
    changes, spikes_of, layers = net.eval()
    found, counts = [], torch.zeros(3)
    with torch.no_grad():
        for batch in images.split(1000):
            spikes = spikes_of(changes(batch))
            hidden = layers[:2](spikes)
            output = layers[2:](hidden)
            counts += torch.stack([each.sum() for each in (spikes, hidden, output)])
            found.append(output)
    means = (counts / len(images)).tolist()
    return torch.cat(found, 1), dict(zip(("pixels", "hidden", "output"), means, strict=True))


def shuffled(images: Tensor, generator: Generator) -> Tensor:
    """Return images ``[B, 784]`` whose means of four pixels stand in random places."""
    coarse = functional.avg_pool2d(images.view(-1, 1, 28, 28), 2).flatten(1)
    order = torch.rand(coarse.shape, generator=generator).argsort(1)
    mixed = coarse.gather(1, order).view(-1, 1, 14, 14)
    return functional.interpolate(mixed, scale_factor=2).flatten(1)


def measured(net: nn.Sequential, images: Tensor, labels: Tensor) -> dict:
    """Return the accuracy after each step, the spikes of test images, and answers to nonsense."""
    spikes, counts = outputs(net, images)
    course = [accuracy(sums, labels) for sums in spikes.cumsum(0)]
    with torch.no_grad():
        arrived = net[1](net[0](images)).mean(1).sum(1).cumsum(0)
    nonsense = spike_count(outputs(net, shuffled(images, seed_torch(1)))[0])
    first, second = nonsense.topk(2).values.T
    answers = {
        "any": (first > 0).double().mean().item(),
        "clear": (first > second).double().mean().item(),
    }
    return {"accuracy": course, "arrived": arrived.tolist(), "spikes": counts, "nonsense": answers}


def main(arguments: list[str] | None = None) -> None:
    """Train, round, measure, and write the record."""
    names = [name for name in SETTINGS if name != "jitter"]
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    torch.set_num_threads(1)
    images, labels, *test = flat_mnist(settings["samples"], validate)
    generator = seed_torch(settings["seed"])
    net = network(settings, generator)
    fit_one_cycle(net, (images, labels), settings, generator, weight_decay=settings["weight_decay"])
    exact = accuracy(spike_count(outputs(net, test[0])[0]), test[1])
    layers = round_weights(net[2])
    found = measured(net, *test)
    print(f"{exact:.2%}, rounded {found['accuracy'][-1]:.2%}, {found['spikes']}", flush=True)
    print([round(100 * each, 1) for each in found["accuracy"]], found["nonsense"], flush=True)
    if not validate:
        record("drawn_digits", settings, {"layers": layers, "before_rounding": exact} | found)


if __name__ == "__main__":
    main()
