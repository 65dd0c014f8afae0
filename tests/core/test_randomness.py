"""Draws come from where their generator lives, and arrive where they are needed."""

import pytest
import torch

from snn_core import StochasticLIF, randomness
from snn_core.layers import DropoutOverTime
from snn_core.tasks import CueAssociation, DelayedRecall
from snn_core.training import seed_torch


class Elsewhere(torch.Generator):
    """A generator that says it lives on another device."""

    device = torch.device("meta")


CALLS = {
    "uniform": lambda generator: randomness.uniform((2, 3), torch.zeros(1), generator),
    "bernoulli": lambda generator: randomness.bernoulli(torch.full((50,), 0.5), generator),
    "DropoutOverTime": lambda generator: DropoutOverTime(generator=generator)(torch.ones(2, 2, 3)),
    "StochasticLIF": lambda generator: StochasticLIF(generator=generator)(torch.ones(2, 2, 3)),
    "CueAssociation": lambda generator: CueAssociation().trial(
        torch.zeros(2, 3, 15), torch.tensor([0, 1]), 20, generator=generator
    )[1],
    "DelayedRecall": lambda generator: DelayedRecall().inputs(
        torch.tensor([0, 1]), generator=generator
    ),
}


@pytest.fixture
def drawn_on(monkeypatch):
    """Note the device of each draw; draw on the CPU."""
    devices = []

    def rand(*shape, generator, dtype, device, true=torch.rand):
        devices.append(torch.device(device))
        return true(*shape, dtype=dtype)

    def bernoulli(chance, generator, true=torch.bernoulli):
        devices.append(chance.device)
        return true(torch.zeros(chance.shape))

    monkeypatch.setattr(randomness.torch, "rand", rand)
    monkeypatch.setattr(randomness.torch, "bernoulli", bernoulli)
    return devices


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("generator", [None, Elsewhere()])
def test_the_draw_is_made_where_the_generator_lives(drawn_on, name, generator):
    result = CALLS[name](generator)
    assert set(drawn_on) == {torch.device("cpu" if generator is None else "meta")}
    assert result.device == torch.device("cpu")


@pytest.mark.parametrize("name", CALLS)
def test_draws_repeat_with_their_generator(name):
    first, again, other = (CALLS[name](seed_torch(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize(
    ("like", "fine"),
    [
        ("float16", "float32"),
        ("bfloat16", "float32"),
        ("float32", "float32"),
        ("float64", "float64"),
    ],
)
def test_uniform_draws_are_fine_enough_for_small_chances(like, fine):
    draws = randomness.uniform((20_000,), torch.zeros(1, dtype=getattr(torch, like)), seed_torch(0))
    assert draws.dtype == getattr(torch, fine)
    assert 0 <= draws.min() < 0.001 < 0.999 < draws.max() < 1
    assert draws.mean().item() == pytest.approx(0.5, abs=4 / (12 * 20_000) ** 0.5)


def test_bernoulli_draws_have_their_own_chance_each():
    chance = torch.tensor([0.0, 0.2, 0.9, 1.0])
    drawn = randomness.bernoulli(chance.expand(20_000, 4), seed_torch(0))
    spread = (chance * (1 - chance) / 20_000).sqrt()
    assert ((drawn.mean(0) - chance).abs() <= 4 * spread).all()
