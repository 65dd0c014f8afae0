"""Where the randomness of a training starts: one seed for its weights and its draws."""

import torch
from torch import Generator

from .. import _checks

# The Mersenne Twister takes 32 bits of a seed: 2**32 more would change nothing.
OTHER_STREAM = 2**31


def seed_torch(seed: int) -> Generator:
    """Seed PyTorch's own stream, which initial weights come from; return a generator for the rest.

    What is drawn from the generator, such as spikes, comes from a stream of its own: its seed is
    2**31 higher. So weights and spikes are never made of the same numbers.

    Args:
        seed: 0 to 2**31 - 1; the same seed gives the same two streams again.

    Returns:
        A generator on the CPU.

    Raises:
        ValueError: for a seed outside this range.

    >>> first, again = (torch.rand(1, generator=seed_torch(1)) for _ in range(2))
    >>> bool(first == again)
    True
    """
    _checks.whole("seed", seed, 0)
    _checks.number("seed", seed, 0, OTHER_STREAM - 1, open_low=False)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed + OTHER_STREAM)
