"""What one step of spikes asks of synapses, before bounds."""

from typing import NamedTuple

from torch import Tensor


class Pairing(NamedTuple):
    """What one step asks of synapses: two outer products of post ``[B, M]`` and pre ``[B, N]``.

    The depression is applied first.
    """

    potentiated: tuple[Tensor, Tensor]
    depressed: tuple[Tensor, Tensor]


def outer(post: Tensor, pre: Tensor, per_sample: bool) -> Tensor:
    """Return the outer product of post ``[B, M]`` and pre ``[B, N]``, of each sample or summed."""
    if per_sample:
        return post.unsqueeze(2) * pre.unsqueeze(1)
    return post.T @ pre
