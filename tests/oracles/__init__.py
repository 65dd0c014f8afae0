"""The core beside libraries that others wrote. They are not installed here: `make test-oracles`."""

import warnings
from types import ModuleType

import pytest
import torch
from torch import Tensor

STEPS = 60


def peer(name: str) -> ModuleType:
    """Import a library whatever it warns of; skip the module that asks where it is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name)


def currents() -> Tensor:
    """Return an input ``[60, 4, 6]`` that makes neurons with a decay of 0.9 fire irregularly."""
    draws = torch.Generator().manual_seed(0)
    return 0.6 * torch.rand(STEPS, 4, 6, generator=draws)


def weights(rows: int, columns: int, *, seed: int = 1) -> Tensor:
    """Return small weights ``[rows, columns]`` of both signs."""
    draws = torch.Generator().manual_seed(seed)
    return 0.2 * torch.randn(rows, columns, generator=draws)


def spikes(probability: float, *shape: int, seed: int = 2) -> Tensor:
    """Return spikes of this probability and shape."""
    draws = torch.Generator().manual_seed(seed)
    return (torch.rand(shape, generator=draws) < probability).float()


def spikes_and_gradient(neuron) -> tuple[Tensor, Tensor]:
    """Return what a neuron does with the currents, and the gradient of a weighted sum of it."""
    current = currents().requires_grad_()
    output = neuron(current)
    importance = torch.arange(output.numel()).view_as(output) % 7
    (output * importance).sum().backward()
    return output.detach(), current.grad


def assert_same(ours, theirs) -> None:
    """Require equal spikes, some of each kind, and equal gradients by the input."""
    mine, my_gradient = spikes_and_gradient(ours)
    other, other_gradient = spikes_and_gradient(theirs)
    assert 0 < mine.mean() < 0.9
    assert torch.equal(mine, other)
    assert my_gradient.abs().max() > 0.1
    torch.testing.assert_close(my_gradient, other_gradient, rtol=1e-4, atol=1e-4)
