"""The refractory neuron: silent and held after a spike, and as fast as its closed form says."""

import math
from itertools import product

import pytest
import torch

from snn_core import LIF, RefractoryLIF

T, B, N = 60, 2, 4
BETA, THRESHOLD = 0.9, 0.8
OPTIONS = {"beta": BETA, "threshold": THRESHOLD}


def drive(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return 0.4 + torch.randn(T, B, N, dtype=torch.float64, generator=generator)


@pytest.mark.parametrize("reset", ["soft", "hard"])
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_it_is_the_loop_over_single_neurons(reset, steps):
    current = drive()
    done = RefractoryLIF(refractory=0.5 * steps, dt=0.5, reset=reset, **OPTIONS)(
        current, record=True
    )
    for b in range(B):
        for n in range(N):
            v = 0.0
            last = -math.inf  # step of the last spike
            for t in range(T):
                held = t <= last + steps
                u = v if held else BETA * v + current[t, b, n].item()
                fires = not held and u > THRESHOLD
                assert done.spikes[t, b, n].item() == fires
                assert done.membrane[t, b, n].item() == pytest.approx(u, rel=1e-6, abs=1e-6)
                last = t if fires else last
                v = (u - THRESHOLD if reset == "soft" else 0.0) if fires else u
    assert done.spikes.sum() > 20


@pytest.mark.parametrize("reset", ["soft", "hard"])
@pytest.mark.parametrize("detach", [True, False])
def test_without_a_period_it_is_the_lif_neuron_with_all_gradients(reset, detach):
    options = {"reset": reset, "detach_reset": detach, "learn_beta": True, "learn_threshold": True}
    results = []
    for neuron in (RefractoryLIF(refractory=0.0, **OPTIONS, **options), LIF(**OPTIONS, **options)):
        current = drive().requires_grad_()
        spikes, membrane, _ = neuron(current, record=True)
        loss = (spikes * drive(1)).sum() + (membrane * drive(2)).sum()
        gradients = torch.autograd.grad(loss, [current, *neuron.parameters()])
        results.append([spikes, membrane, *gradients])
    assert results[0][0].any()
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("level", [0.09, 0.2, 0.5, 3.0])
@pytest.mark.parametrize("refractory", [0.0, 2.0, 5.0])
def test_the_rate_is_one_over_the_period_and_the_time_to_the_threshold(level, refractory):
    """The n-th step after a reset to 0 reaches ``I (1 - beta^n) / (1 - beta)``."""
    to_threshold = math.log(1 - THRESHOLD * (1 - BETA) / level) / math.log(BETA)
    interval = refractory + math.floor(to_threshold) + 1
    neuron = RefractoryLIF(refractory=refractory, reset="hard", **OPTIONS).double()
    spikes = neuron(torch.full((400, 1, 1), level, dtype=torch.float64)).flatten()
    assert set(spikes.nonzero().flatten().diff().tolist()) == {interval}


def test_the_rate_is_that_of_continuous_time_where_steps_are_short():
    """``1 / (t_ref + tau ln(level / (level - 1)))`` for an input that leads to this level."""
    tau = 10.0
    dt = 0.01
    levels = torch.tensor([1.1, 2.0, 10.0], dtype=torch.float64)  # a sample each
    periods = torch.tensor([0.0, 2.0, 10.0], dtype=torch.float64)  # a neuron each
    neuron = RefractoryLIF(tau, refractory=periods, dt=dt, reset="hard").double()
    current = (levels * (1 - neuron.beta))[:, None].expand(15000, 3, 3)
    spikes = neuron(current)
    for (i, level), (j, refractory) in product(enumerate(levels), enumerate(periods)):
        expected = refractory + tau * torch.log(level / (level - 1))
        intervals = dt * spikes[:, i, j].nonzero().flatten().diff()
        assert len(intervals) > 1, (level, refractory)
        assert (intervals - expected).abs().max() <= dt, (level, refractory)


def test_periods_may_differ_from_neuron_to_neuron():
    periods = torch.tensor([0.0, 1.0, 2.0, 7.0])
    together = RefractoryLIF(refractory=periods, **OPTIONS)
    current = drive()
    for n, period in enumerate(periods.tolist()):
        alone = RefractoryLIF(refractory=period, **OPTIONS)
        assert torch.equal(together(current)[..., n], alone(current)[..., n])
    assert together.refractory.tolist() == periods.tolist()
    with pytest.raises(ValueError, match=r"^refractory: got shape \[4\], expected .*\[3\]"):
        together(current[..., :3])


@pytest.mark.parametrize(("dt", "period"), [(0.1, 0.3), (0.1, 2.0), (0.7, 4.9)])
def test_a_period_of_whole_steps_is_taken_in_spite_of_rounding(dt, period):
    neuron = RefractoryLIF(refractory=period, dt=dt, beta=0.5)
    spikes = neuron(torch.full((200, 1, 1), 3.0)).flatten()
    assert set(spikes.nonzero().flatten().diff().tolist()) == {round(period / dt) + 1}
    assert neuron.refractory.item() == pytest.approx(period)


def test_what_comes_while_it_is_held_is_lost_with_its_gradient():
    current = torch.zeros(5, 1, 1, dtype=torch.float64)
    current[0] = 1.0
    current[1:3] = 100.0
    current.requires_grad_()
    done = RefractoryLIF(refractory=2.0, **OPTIONS)(current, record=True)
    assert done.spikes.flatten().tolist() == [1, 0, 0, 0, 0]
    left = 1.0 - THRESHOLD
    expected = torch.tensor([1.0, left, left, BETA * left, BETA**2 * left])
    torch.testing.assert_close(done.membrane.flatten(), expected.double(), rtol=1e-6, atol=1e-6)
    done.membrane[-1].sum().backward()
    torch.testing.assert_close(
        current.grad.flatten(),
        torch.tensor([BETA**2, 0, 0, BETA, 1]).double(),
        rtol=1e-6,
        atol=1e-6,
    )
