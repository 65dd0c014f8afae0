"""Networks whose membranes carry errors: whether they are well, and a patient (page 18)."""

import torch
from torch import Tensor, nn

from ... import encoding
from ...datasets import mnist_mini
from ...membrane_signals import membrane_network, signal_loss, signals_of

HIDDEN = 100


def vital_signs(network: nn.Sequential, spikes: Tensor, labels: Tensor) -> dict[str, list[float]]:
    """Return what tells whether layers that carry errors are well, one number for each layer.

    Args:
        network: of `MembraneLayer`.
        spikes: input ``[T, B, M]``.
        labels: integers ``[B]``.

    Returns:
        "error": root mean square of the error that reaches the activities of the layer; "firing":
        share of neurons that fire for a sample; "silent": share that fire for none; "weights": a
        neuron's sum of squared weights. Each is a list, the first layer first.
    """
    found = signals_of(network, spikes)
    activities = [signals.activity for signals in found]
    errors = torch.autograd.grad(signal_loss(found[-1], labels), activities)
    fires = [signals.counts > 0 for signals in found]
    return {
        "error": [len(labels) * error.square().mean().sqrt().item() for error in errors],
        "firing": [each.float().mean().item() for each in fires],
        "silent": [1 - each.any(0).float().mean().item() for each in fires],
        "weights": [layer.weight.detach().square().sum(1).mean().item() for layer in network],
    }


def deep_membranes(hidden: int, **options) -> nn.Sequential:
    """Return an untrained network with so many hidden layers of 100 neurons, from one seed."""
    sizes = [784, *[HIDDEN] * hidden, 10]
    generator = torch.Generator().manual_seed(0)
    return membrane_network(sizes, generator=generator, **{"alpha": 1.0} | options)


def digits_as_spikes(count: int = 100, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return the first training digits as spikes ``[25, count, 784]``, and their labels."""
    digits = mnist_mini()
    generator = torch.Generator().manual_seed(1000 + seed)
    images = digits.train_images[:count].flatten(1)
    spikes = encoding.rate(images, steps=25, gain=0.4, generator=generator)
    return spikes, digits.train_labels[:count]


def silent_patient() -> nn.Sequential:
    """Return a network with three hidden layers, one of which was set up wrongly."""
    network = deep_membranes(3)
    with torch.no_grad():
        network[1].threshold.fill_((3 * HIDDEN) ** 0.5)
    return network
