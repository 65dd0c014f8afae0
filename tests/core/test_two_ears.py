"""The task of two ears: its difference, its phase locking, the likeliest direction, the limit."""

import math

import numpy as np
import pytest
import torch

from snn_core.tasks import TwoEars


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def phases(task, spikes):
    """Return the mean of exp(2πi t / period) over the spikes of each ear, ``[B, 2]``."""
    time = task.dt * (torch.arange(task.steps) + 0.5)
    turn = torch.polar(torch.ones(task.steps), 2 * math.pi * time / task.period)
    ears = spikes.unflatten(2, (2, task.fibres)).sum(3)
    return torch.einsum("tbe,t->be", ears.to(turn.dtype), turn) / ears.sum(0)


def test_the_difference_of_the_ears_is_that_of_kuhn_and_leads_back_to_the_direction():
    task = TwoEars(radius=80.0)
    direction = torch.linspace(-89, 89, 50, dtype=torch.float64)
    apart = task.difference(direction)
    expected = [3 * 0.080 / 343 * 1000 * math.sin(math.radians(d)) for d in direction.tolist()]
    assert apart.tolist() == pytest.approx(expected, rel=1e-9)
    assert torch.allclose(task.direction(apart), direction)
    assert task.direction(torch.tensor([-5.0, 5.0])).tolist() == [-90, 90]


@pytest.mark.parametrize("jitter", [0.05, 0.2, 0.4])
def test_the_spikes_lock_to_the_tone_and_one_ear_is_late(jitter):
    task = TwoEars(jitter=jitter, duration=100.0)
    direction = torch.tensor([-60.0, 0.0, 20.0, 85.0]).repeat_interleave(25)
    found = phases(task, task.inputs(direction, generator=generator()))
    strength = math.exp(-((2 * math.pi * jitter / 2.5) ** 2) / 2)
    assert task.vector_strength == pytest.approx(strength)
    assert found.abs().mean().item() == pytest.approx(strength, abs=0.01)
    apart = (found[:, 0] * found[:, 1].conj()).angle() * 2.5 / (2 * math.pi)
    spread = jitter * math.sqrt(2 / task.spikes_per_ear / 25)  # of the mean of 25 trials
    for late, expected in zip(apart.view(4, 25), task.difference(direction[::25]), strict=True):
        assert late.mean().item() == pytest.approx(expected.item(), abs=4 * spread)


def test_a_fibre_spikes_by_chance_in_a_period_and_the_tone_begins_anywhere():
    task = TwoEars(5, chance=0.3, duration=100.0)
    spikes = task.inputs(torch.zeros(400), generator=generator())
    assert spikes.shape == (2000, 400, 10)
    assert set(spikes.unique().tolist()) == {0, 1}
    count = spikes.unflatten(2, (2, 5)).sum((0, 3))
    assert task.spikes_per_ear == 60
    assert count.mean().item() == pytest.approx(60, abs=1)
    assert count.var().item() == pytest.approx(60 * 0.7, rel=0.2)  # binomial
    start = phases(task, spikes)[:, 0]
    assert start.abs().mean() > 0.9
    assert (start / start.abs()).mean().abs() < 0.15  # all phases: the mean of 400 is near 0


def test_the_same_seed_gives_the_same_trials_in_the_precision_of_the_directions():
    task = TwoEars(3)
    direction = torch.tensor([10.0, -40.0])
    first, again = (task.inputs(direction, generator=generator(2)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, task.inputs(direction, generator=generator(3)))
    assert task.inputs(direction.double(), generator=generator()).dtype == torch.float64


def test_the_limit_is_the_spread_of_two_means_of_normal_times():
    """Simulated with NumPy, no ears: the best that can be done when every period is known."""
    task = TwoEars(fibres=10, chance=1.0, jitter=0.3)
    assert task.spikes_per_ear == 200
    random = np.random.default_rng(0)
    means = random.normal(0, 0.3, (2, 4000, 200)).mean(2)
    away = task.direction(torch.from_numpy(means[0] - means[1]))
    assert away.std().item() == pytest.approx(task.limit(torch.tensor(0.0)).item(), rel=0.05)
    slope = (task.difference(torch.tensor([51.0])) - task.difference(torch.tensor([49.0]))) / 2
    apart = 0.3 * math.sqrt(2 / 200)
    assert task.limit(torch.tensor([50.0])).item() == pytest.approx(apart / slope.item(), rel=1e-3)


def likelihood(task, steps, phase):
    """Return the log likelihood of spikes at some steps under one phase: a sum written out."""
    total = 0.0
    for step in steps:
        away = (step + 0.5) * task.dt - phase
        density = sum(
            math.exp(-((away + k * task.period) ** 2) / (2 * task.jitter**2))
            for k in range(-60, 61)
        )
        total += math.log(density)
    return total


def test_the_likeliest_direction_is_that_of_two_searches_written_out():
    task = TwoEars(2, chance=0.7, jitter=0.4, duration=20.0)
    spikes = task.inputs(torch.tensor([25.0]), generator=generator(4))
    late = []
    for ear in (spikes[:, 0, :2], spikes[:, 0, 2:]):
        steps = ear.nonzero()[:, 0].tolist()
        grid = np.arange(0, task.period, 0.005)
        late.append(grid[np.argmax([likelihood(task, steps, phase) for phase in grid])])
    apart = (late[0] - late[1] + task.period / 2) % task.period - task.period / 2
    found = task.difference(task.likeliest(spikes))
    assert found.item() == pytest.approx(float(np.clip(apart, -0.7653, 0.7653)), abs=0.007)


def test_the_likeliest_direction_is_as_near_as_the_limit_allows():
    task = TwoEars(jitter=0.2)
    direction = torch.tensor([-45.0, 0.0, 30.0]).repeat_interleave(300)
    found = task.likeliest(task.inputs(direction, generator=generator()))
    error = (found - direction).view(3, 300).square().mean(1).sqrt()
    assert (error / task.limit(direction).view(3, 300)[:, 0]).tolist() == pytest.approx(
        [1, 1, 1], abs=0.13
    )
