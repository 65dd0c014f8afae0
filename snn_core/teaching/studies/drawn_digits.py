"""The network of page 00 that reads a drawn digit: 196 pixels, spiking hidden and output units."""

import base64

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from ... import LIF, Surrogate, encoding
from ..records import recorded

SIDE = 14  # of the picture that it sees


def input_spikes(images: Tensor, settings: dict) -> Tensor:
    """Return one spike for each bright pixel, the brighter the earlier.

    Args:
        images: ``[B, 28, 28]`` in [0, 1]; a pixel that sends is the mean of four of them.
        settings: "steps" T, and "faint", the largest brightness that stays silent.

    Returns:
        Spikes ``[T, B, 196]``.
    """
    pixels = avg_pool2d(images, 2).flatten(1)
    bright = torch.where(pixels > settings["faint"], pixels, 0)
    return encoding.latency(bright, settings["steps"], mode="linear")


def drawing_reader(settings: dict) -> nn.Sequential:
    """Return the untrained network: spikes ``[T, B, 196]`` to output spikes ``[T, B, 10]``."""
    hidden = settings["hidden"]

    def neurons() -> LIF:
        return LIF(settings["tau_mem"], surrogate=Surrogate(scale=settings["surrogate_scale"]))

    return nn.Sequential(
        nn.Linear(SIDE**2, hidden, bias=False),
        neurons(),
        nn.Linear(hidden, 10, bias=False),
        neurons(),
    )


def recorded_reader() -> nn.Sequential:
    """Return the trained network with the rounded weights of the record.

    >>> sum(weight.numel() for weight in recorded_reader().parameters())
    20600
    """
    found = recorded("drawn_digits")
    network = drawing_reader(found.settings)
    for layer, stored in zip(network[::2], found.results["layers"], strict=True):
        numbers = torch.frombuffer(bytearray(base64.b64decode(stored["weights"])), dtype=torch.int8)
        layer.weight.data = stored["scale"] * numbers.view(layer.in_features, -1).T.float()
    return network.requires_grad_(False)
