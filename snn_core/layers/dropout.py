"""Dropout that silences the same inputs at every step of a sequence."""

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..randomness import uniform


class DropoutOverTime(nn.Module):
    """Set some entries of a sequence to 0, the same ones at every step of it, when training.

    What stays is divided by ``1 - p``, so that the expectation is the input. ``nn.Dropout`` draws
    anew at every step: over many steps, what a neuron adds up hardly misses anything. Here an input
    is absent for the whole sequence. In evaluation mode nothing happens.

    Args:
        p: probability that an entry is set to 0, in [0, 1).
        generator: source of the chance, on any device; PyTorch's own if None.

    Raises:
        ValueError: for a probability outside [0, 1), or an input that is not ``[T, B, …]``.

    Reference: Gal and Ghahramani 2016 (one mask for a sequence); Lee, Sarwar, Panda, Srinivasan,
    Roy 2020, algorithm 1 (in spiking networks).

    >>> layer = DropoutOverTime(0.5, generator=torch.Generator().manual_seed(0))
    >>> layer(torch.ones(3, 1, 4))[:, 0].unique(dim=0)  # all three steps are alike
    tensor([[0., 2., 0., 0.]])
    """

    def __init__(self, p: float = 0.5, *, generator: Generator | None = None):
        super().__init__()
        _checks.number("p", p, 0, open_low=False)
        _checks.require(p < 1, "p", repr(p), "a probability below 1")
        _checks.generator(generator)
        self.p = p
        self.generator = generator

    def forward(self, inputs: Tensor) -> Tensor:
        """Map ``[T, B, …]`` to the same shape; each call is a sequence with a mask of its own."""
        _checks.sequence("inputs", inputs, not_nan=False)
        if not self.training:
            return inputs
        draws = uniform((1, *inputs.shape[1:]), inputs, self.generator)
        return torch.where(draws >= self.p, inputs / (1 - self.p), 0)

    def extra_repr(self) -> str:
        return f"p={self.p:g}"
