"""Draws from a generator that may live on another device than what they are for."""

import torch
from torch import Generator, Tensor


def uniform(
    shape: tuple[int, ...], device: torch.device, generator: Generator | None = None
) -> Tensor:
    """Draw numbers in [0, 1), float32, where the generator lives; return them on `device`.

    Args:
        shape: that of the draws.
        device: where they are needed.
        generator: source of the chance; PyTorch's own of that device if None.

    >>> uniform((2, 3), torch.device("cpu"), torch.Generator().manual_seed(0)).shape
    torch.Size([2, 3])
    """
    source = device if generator is None else generator.device
    draws = torch.rand(shape, generator=generator, dtype=torch.float32, device=source)
    return draws.to(device)


def bernoulli(chance: Tensor, generator: Generator | None = None) -> Tensor:
    """Draw 0 or 1, each with its own chance of 1, where the generator lives; return them as floats.

    Args:
        chance: probabilities in [0, 1], of any shape, on the device where the draws are needed.
        generator: source of the chance; PyTorch's own if None.

    >>> bernoulli(torch.tensor([0.0, 1.0]))
    tensor([0., 1.])
    """
    source = chance.device if generator is None else generator.device
    drawn = torch.bernoulli(chance.to(source), generator=generator)
    return drawn.to(chance.device)
