"""Where the randomness of a training starts: one seed for its weights and its draws."""

import torch
from torch import Generator


def seeded(seed: int) -> Generator:
    """Return a CPU generator with this seed, and give the same seed to PyTorch's initialisation.

    Both then draw the same numbers. Where that could matter, as for a first layer of weights and
    the spikes that come right after them, draw something in between, or give the spikes a generator
    with another seed.

    >>> torch.rand(1, generator=seeded(1)).item() == torch.rand(1, generator=seeded(1)).item()
    True
    """
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)
