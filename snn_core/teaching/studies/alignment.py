"""Small networks whose gradients by a local rule are compared with those of BPTT (page 14)."""

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from ... import LIF, Surrogate
from ...losses import count_cross_entropy
from ...online import OnlineNetwork, count_error
from ...training import seed_torch
from .local_learning import WIDE


def random_network(
    beta_out: float = 0.9, seed: int = 4, steps: int = 10
) -> tuple[nn.Sequential, Tensor, Tensor]:
    """Return a network of 20, 30 and 5 neurons, input spikes for it and their labels.

    Args:
        beta_out: decay of the output neurons per step; the hidden ones have 10 ms.
        seed: of weights and spikes.
        steps: of the input.

    Returns:
        The network, spikes ``[steps, 8, 20]`` and labels ``[8]``.
    """
    spikes = (torch.rand(steps, 8, 20, generator=seed_torch(seed)) < 0.3).float()
    layers = nn.Linear(20, 30), LIF(10.0), nn.Linear(30, 5), LIF(beta=beta_out)
    for linear in layers[::2]:
        linear.weight.data.mul_(3)  # so that it spikes
    return nn.Sequential(*layers), spikes, torch.arange(8) % 5


@torch.no_grad()
def final_error(network: nn.Sequential, spikes: Tensor, labels: Tensor) -> Tensor:
    """Return the error of the counts at the end, ``[B, C]``: what only the whole sequence tells."""
    return count_error(network(spikes).sum(0), labels)


def cosine_to_bptt(online: OnlineNetwork, spikes: Tensor, labels: Tensor) -> float:
    """Return the cosine between what a rule adds to the first layer's gradient, and BPTT's.

    The gradients of the network are empty afterwards.

    Args:
        online: a network that learns by the rule.
        spikes: ``[T, B, N]``.
        labels: integers ``[B]``.
    """
    weight = online.network[0].weight
    loss = count_cross_entropy(online.network(spikes), labels)
    (exact,) = torch.autograd.grad(loss, weight)
    online.zero_grad()
    online.sweep(spikes, labels)
    found = cosine_between(exact, weight.grad)
    online.zero_grad()
    return found


def cosine_between(one: Tensor, other: Tensor) -> float:
    """Return the cosine between two matrices of the same size, each taken as one long vector.

    >>> cosine_between(torch.eye(2), torch.ones(2, 2))
    0.7071067690849304
    """
    return torch.cosine_similarity(one.flatten(), other.flatten(), dim=0).item()


def small_reader() -> nn.Sequential:
    """Return a network of 196, 100, 100 and 10 neurons, drawn by PyTorch's own generator."""
    surrogates = Surrogate(), Surrogate(), Surrogate(scale=WIDE)
    sizes = (196, 100), (100, 100), (100, 10)
    pairs = [
        (nn.Linear(*size), LIF(surrogate=each))
        for size, each in zip(sizes, surrogates, strict=True)
    ]
    return nn.Sequential(*[part for pair in pairs for part in pair])


def shrink(images: Tensor) -> Tensor:
    """Halve the sides of digits: ``[B, 784]`` → ``[B, 196]``, means of four pixels.

    >>> shrink(torch.ones(2, 784)).shape
    torch.Size([2, 196])
    """
    return F.avg_pool2d(images.view(-1, 1, 28, 28), 2).flatten(1)


def draw_anew(online: OnlineNetwork, generator: Generator) -> None:
    """Replace the random matrices of a rule by others of the same size."""
    drawn = [torch.randn(matrix.shape, generator=generator) for matrix in online.matrices]
    online.matrices = [matrix / matrix.shape[1] ** 0.5 for matrix in drawn]
