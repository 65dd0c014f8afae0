"""How many bits a code of digits takes, and the linear code that spikes are held against (page 23).

Both codes are whole numbers: of spikes, or of steps of a quantiser. Both are charged alike, for
what an arithmetic coder pays that knows how often each number came in the training images, each
neuron or component by itself.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor


def symbol_bits(training: Tensor, test: Tensor, levels: int) -> Tensor:
    """Return how many bits each test sample costs, coded with the frequencies of the training ones.

    Each column has frequencies of its own, and one sample more, spread evenly over all levels, so
    that nothing costs infinitely much.

    Args:
        training: integers in [0, levels), ``[samples, K]``.
        test: the same, ``[tests, K]``.
        levels: how many numbers there are.

    Returns:
        ``[tests]``, at least 0.

    Reference: Cover, Thomas 2006, section 5.4 (the wrong code costs the cross-entropy).

    >>> symbol_bits(torch.tensor([[0], [1]]), torch.tensor([[1]]), levels=2)
    tensor([1.], dtype=torch.float64)
    """
    columns = torch.arange(training.shape[1])
    places = (training + columns * levels).flatten()
    counts = torch.bincount(places, minlength=levels * len(columns)).double()
    chances = (counts.view(-1, levels) + 1 / levels) / (len(training) + 1)
    return -chances[columns, test].log2().sum(1)


def pattern_bits(spikes: int, places: int) -> float:
    """Return the bits that name one of all patterns with at most so many spikes: the upper bound.

    Args:
        spikes: at most so many, each in a place of its own.
        places: neurons × steps.

    >>> pattern_bits(1, places=3)
    2.0
    """
    patterns = sum(math.comb(places, k) for k in range(spikes + 1))
    return math.log2(patterns)


class LinearCode:
    """Principal components of images, each rounded to whole steps: a strong linear code.

    One step for all components gives each as many bits as its variance asks for, and none where the
    step is larger than what there is: at high rates the allocation of reverse water-filling. What
    is read back for a number is the mean of what was rounded to it in training.

    Args:
        images: to learn from, ``[samples, pixels]``.
        kept: so many components, the largest ones; None stands for all.

    Reference: Cover, Thomas 2006, section 10.3 (reverse water-filling).
    """

    def __init__(self, images: Tensor, *, kept: int | None = None):
        self.mean = images.mean(0)
        self.axes = torch.linalg.svd(images - self.mean, full_matrices=False)[2][:kept].T
        self.known = self.components(images)
        self.lowest = self.known.min(0).values
        self.highest = self.known.max(0).values

    def components(self, images: Tensor) -> Tensor:
        """Return what images ``[B, pixels]`` have of each component, the largest first."""
        return (images - self.mean) @ self.axes

    def rounded(self, components: Tensor, step: float) -> Tensor:
        """Return the numbers ``[B, K]`` of components, from 0 for the lowest one in training."""
        inside = components.clamp(self.lowest, self.highest)
        return ((inside / step).round() - (self.lowest / step).round()).long()

    def reader(self, step: float) -> Callable[[Tensor], Tensor]:
        """Return what reads back components ``[B, K]`` that are rounded to whole steps."""
        known = self.rounded(self.known, step)
        levels = int(known.max()) + 1
        columns = torch.arange(known.shape[1]) * levels
        places = (known + columns).flatten()
        size = levels * known.shape[1]
        counts = torch.bincount(places, minlength=size)
        sums = torch.zeros(size).index_add(0, places, self.known.flatten())
        middle = torch.arange(levels) + (self.lowest / step).round()[:, None]
        means = torch.where(counts > 0, sums / counts.clamp(min=1), step * middle.flatten())
        return lambda components: means[self.rounded(components, step) + columns]

    def drawn(self, images: Tensor, step: float) -> Tensor:
        """Return images ``[B, pixels]`` as they are read back, within [0, 1]."""
        read = self.reader(step)(self.components(images))
        return (self.mean + read @ self.axes.T).clamp(0, 1)

    def measure(self, images: Tensor, step: float) -> tuple[float, float]:
        """Return bits per image and mean squared error per pixel, for images ``[B, pixels]``."""
        known = self.rounded(self.known, step)
        numbers = self.rounded(self.components(images), step)
        bits = symbol_bits(known, numbers, levels=int(known.max()) + 1).mean()
        error = (self.drawn(images, step) - images).square().mean()
        return bits.item(), error.item()


def step_for(bits: float, bits_of: Callable[[float], float], halvings: int = 20) -> float:
    """Return the largest step at which a code takes so many bits, or more.

    Args:
        bits: to be reached.
        bits_of: the bits at a step, the fewer the larger it is.
        halvings: of the interval from 0.05 to 20.
    """
    low = math.log(0.05)
    high = math.log(20.0)
    for _ in range(halvings):
        middle = (low + high) / 2
        if bits_of(math.exp(middle)) >= bits:
            low = middle
        else:
            high = middle
    return math.exp(low)
