"""A digit reader whose hidden weights are random and whose readout is fitted: page 04."""

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..datasets import mnist_mini
from ..encoding import rate
from ..losses import spike_count
from ..neurons import LIF, LeakyIntegrator
from ..training import seed_torch

SPREAD = 2.0  # standard deviation of the hidden membranes, in thresholds
PENALTY = 0.01  # on the squares of the readout's weights
STEPS = 10  # that the readout is fitted to
EXAMPLES = 500  # images that the hidden weights are scaled with


def measured_layer(spikes: Tensor, neurons: int, *, spread: float = SPREAD, generator: Generator | None = None):
    """Return a layer of normal weights, scaled until its membranes spread as wanted.

    Measured is the membrane of neurons without a threshold, over steps, samples and neurons.

    Args:
        spikes: ``[T, B, N]``, what the layer is to hear.
        neurons: of the layer, at least 1.
        spread: standard deviation of the membranes, in thresholds.
        generator: draws the weights.

    Returns:
        A `Linear` without bias and without gradient.

    Raises:
        ValueError: for spikes that are not ``[T, B, N]``, silent ones, fewer than one neuron, or a
            spread that is not above 0.

    Reference: in the spirit of Mishkin and Matas 2016, who do this for networks without spikes.

    >>> generator = torch.Generator().manual_seed(0)
    >>> spikes = rate(torch.full((8, 50), 0.2), 100, generator=generator)
    >>> layer = measured_layer(spikes, 20, generator=generator)
    >>> round(LeakyIntegrator()(layer(spikes)).std().item(), 3)
    2.0
    """
    _checks.sequence("spikes", spikes)
    _checks.whole("neurons", neurons)
    _checks.number("spread", spread, 0)
    _checks.require(bool(spikes.any()), "spikes", "silence", "at least one spike")
    layer = nn.Linear(spikes.shape[-1], neurons, bias=False).requires_grad_(False)
    nn.init.normal_(layer.weight, generator=generator)
    layer.weight *= spread / LeakyIntegrator()(layer(spikes)).std()
    return layer


def fit_readout(features: Tensor, labels: Tensor, *, penalty: float = PENALTY) -> nn.Linear:
    """Fit a softmax classifier to features; no gradient has to pass a spike.

    Args:
        features: ``[samples, N]``, such as spike counts.
        labels: integers ``[samples]`` from 0 to 9.
        penalty: on the squares of the weights, 0 or above.

    Returns:
        A `Linear` from features to ten scores, without gradient.

    Raises:
        ValueError: for labels that do not fit, or a negative penalty.

    >>> features = torch.eye(10).repeat(20, 1)
    >>> readout = fit_readout(features, torch.arange(10).repeat(20), penalty=0.001)
    >>> readout(torch.eye(10)).argmax(1).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    _checks.number("penalty", penalty, 0, open_low=False)
    labels = _checks.labels("labels", labels, len(features), 10)
    readout = nn.Linear(features.shape[1], 10)
    nn.init.zeros_(readout.weight)
    nn.init.zeros_(readout.bias)
    optimizer = torch.optim.LBFGS(readout.parameters(), max_iter=30, line_search_fn="strong_wolfe")

    def loss_and_gradient() -> Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(readout(features), labels)
        loss = loss + penalty * readout.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(loss_and_gradient)
    return readout.requires_grad_(False)


def random_reader(neurons: int = 256, *, seed: int = 0) -> nn.Sequential:
    """Return a network that reads digits: random hidden weights, and a readout fitted to the counts.

    Its input are the spikes ``[T, B, 784]`` of digits. What comes out at a step is what the step
    adds to the ten scores; the readout's bias is shared out over the ten steps of its fit.

    Args:
        neurons: hidden ones, at least 1.
        seed: of the weights and of the spikes of the training digits.

    Raises:
        ValueError: for fewer than one neuron.

    >>> list(random_reader(20)(torch.zeros(5, 1, 784)).shape)
    [5, 1, 10]
    """
    digits = mnist_mini()
    generator = seed_torch(seed)
    images = digits.train_images.flatten(1)
    layer = measured_layer(rate(images[:EXAMPLES], STEPS, generator=generator), neurons, generator=generator)
    hidden = nn.Sequential(layer, LIF())
    counts = spike_count(hidden(rate(images, STEPS, generator=generator)))
    readout = fit_readout(counts, digits.train_labels)
    readout.bias /= STEPS
    return nn.Sequential(layer, LIF(), readout)
