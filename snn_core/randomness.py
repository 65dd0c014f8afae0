"""Random numbers for data: drawn where the generator lives, then moved to where the data are."""

import torch
from torch import Generator, Tensor

from .precision import wide


def drawing_device(generator: Generator | None, data: torch.device) -> torch.device:
    """Return where to draw: where the generator lives, or with the data if there is none.

    >>> drawing_device(torch.Generator(), torch.device("meta"))
    device(type='cpu')
    """
    return data if generator is None else generator.device


def uniform(shape: tuple[int, ...], like: Tensor, generator: Generator | None = None) -> Tensor:
    """Draw numbers in [0, 1) in float32, or in float64 for float64, on the device of `like`.

    >>> uniform((2, 3), torch.zeros(1, dtype=torch.float16), torch.Generator()).dtype
    torch.float32
    """
    device = drawing_device(generator, like.device)
    draws = torch.rand(shape, generator=generator, dtype=wide(like), device=device)
    return draws.to(like.device)


def normal(shape: tuple[int, ...], like: Tensor, generator: Generator | None = None) -> Tensor:
    """Draw numbers of mean 0 and variance 1, else as `uniform` does.

    >>> normal((2, 3), torch.zeros(1, dtype=torch.float64), torch.Generator()).shape
    torch.Size([2, 3])
    """
    device = drawing_device(generator, like.device)
    draws = torch.randn(shape, generator=generator, dtype=wide(like), device=device)
    return draws.to(like.device)


def bernoulli(chance: Tensor, generator: Generator | None = None) -> Tensor:
    """Draw 0 or 1, each with its own chance of 1, where the generator lives; return like `chance`.

    >>> bernoulli(torch.tensor([0.0, 1.0]), torch.Generator())
    tensor([0., 1.])
    """
    device = drawing_device(generator, chance.device)
    drawn = torch.bernoulli(chance.to(device), generator=generator)
    return drawn.to(chance.device)
