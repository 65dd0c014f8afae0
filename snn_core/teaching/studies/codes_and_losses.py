"""One reader of digits with every code at its input and every loss at its output (page 08)."""

import time
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor, nn

from ... import LIF, LeakyIntegrator, encoding
from ...encoding import Encoder
from ...losses import ALL_LOSSES, accuracy, decision_step, population_cross_entropy
from ...training import fit, seed_torch, watch_spikes

STEPS = 16
HIDDEN = 256
TAU_MEM = 10.0  # ms
CODES = ("direct", "rate", "latency", "delta", "population")
FAMILIES = {  # of losses, by what they read
    "counts": ("count_cross_entropy", "count_mse", "population_cross_entropy"),
    "membranes": (
        "max_membrane_cross_entropy",
        "summed_membrane_cross_entropy",
        "stepwise_membrane_cross_entropy",
        "membrane_mse",
    ),
    "first spikes": ("first_spike_cross_entropy", "first_spike_mse", "relative_first_spike_mse"),
}
_KNOWN = ALL_LOSSES | {"population_cross_entropy": population_cross_entropy(classes=10)}
LOSSES = {name: _KNOWN[name] for names in FAMILIES.values() for name in names}
NAMES = {  # of the losses, in figures
    name: name.replace("_cross_entropy", " CE").replace("_mse", " MSE").replace("_", " ")
    for name in LOSSES
}
INPUTS = {"population": 2 * 784, "population with black": 3 * 784}  # 784 of all other codes


def coder(code: str, generator: Generator) -> Encoder:
    """Return the encoder of that name, from images ``[B, 784]`` to an input ``[T, B, N]``.

    Delta modulation reports changes, so the image fades in. Of the three neurons per pixel of the
    population code, "population" leaves out the one that prefers black.

    Args:
        code: one of `CODES`, or "population with black".
        generator: source of randomness of the codes that need one.
    """
    fade_in = torch.linspace(0, 1, STEPS).view(-1, 1, 1)
    fields = {"neurons": 3, "width": 0.4, "generator": generator}
    encoders = {
        "direct": lambda x: encoding.direct(x, STEPS),
        "rate": lambda x: encoding.rate(x, STEPS, generator=generator),
        "latency": lambda x: encoding.latency(x, STEPS, tau=5.0),
        "delta": lambda x: encoding.delta(fade_in * x, threshold=0.2, off_spikes=False).flatten(2),
        "population": lambda x: encoding.population(x, STEPS, **fields)[..., 1:].flatten(2),
        "population with black": lambda x: encoding.population(x, STEPS, **fields).flatten(2),
    }
    return encoders[code]


def classifier(code: str, loss: str) -> nn.Sequential:
    """Return two layers with as many inputs as the code has, and the output that the loss reads.

    Args:
        code: one of `CODES`, or "population with black".
        loss: one of `LOSSES`. Losses on membranes get an output that does not reset.
    """
    outputs = 50 if loss == "population_cross_entropy" else 10
    readout = LeakyIntegrator(tau_mem=TAU_MEM) if "membrane" in loss else LIF(tau_mem=TAU_MEM)
    first = nn.Linear(INPUTS.get(code, 784), HIDDEN)
    return nn.Sequential(first, LIF(tau_mem=TAU_MEM), nn.Linear(HIDDEN, outputs), readout)


class Trial(NamedTuple):
    """What one training found.

    Attributes:
        accuracy: on the test images, in [0, 1].
        spikes: of both layers, per test image.
        steps: until the decision, mean of the test images.
        seconds: of the processor, for the training.
    """

    accuracy: float
    spikes: float
    steps: float
    seconds: float


def trained(
    code: str,
    loss: str,
    lr: float,
    train: tuple[Tensor, Tensor],
    *,
    seed: int = 0,
    epochs: int = 1,
    batch_size: int = 25,
    scale: float = 1.0,
) -> tuple[nn.Sequential, Encoder]:
    """Train one network from scratch with Adam; return it and its encoder.

    Args:
        code, loss: names, as in `classifier`.
        lr: learning rate.
        train: images ``[samples, 784]`` and labels.
        seed, epochs, batch_size: of the training.
        scale: factor on the output, before the loss reads it.
    """
    generator = seed_torch(seed)
    network = classifier(code, loss)
    encode = coder(code, generator)

    def scaled(output: Tensor, labels: Tensor) -> Tensor:
        return LOSSES[loss](scale * output, labels)

    fit(
        network,
        *train,
        encode=encode,
        loss=scaled,
        decode=LOSSES[loss].decode,
        optimizer=torch.optim.Adam(network.parameters(), lr=lr),
        epochs=epochs,
        batch_size=batch_size,
        generator=generator,
        progress=False,
    )
    return network, encode


def trial(
    code: str,
    loss: str,
    lr: float,
    train: tuple[Tensor, Tensor],
    test: tuple[Tensor, Tensor],
    **how: Any,
) -> Trial:
    """Train one network from scratch, and test it once.

    Args:
        code, loss, lr, train: as in `trained`.
        test: images ``[samples, 784]`` and labels.
        how: keyword arguments of `trained`.
    """
    start = time.process_time()
    network, encode = trained(code, loss, lr, train, **how)
    seconds = time.process_time() - start
    images, labels = test
    decode = LOSSES[loss].decode
    with torch.no_grad(), watch_spikes(network) as layers:
        output = network(encode(images))
    right = accuracy(decode(output), labels)
    spikes = sum(layer.sum().item() for layer in layers) / len(labels)
    steps = decision_step(output, decode).float().mean().item()
    return Trial(right, spikes, steps, seconds)
