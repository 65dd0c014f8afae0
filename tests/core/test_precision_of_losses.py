"""Losses count in float32 or better, whatever precision the output of a network has."""

import contextlib
import math
from functools import partial

import pytest
import torch

from snn_core import losses
from snn_core.losses import ALL_LOSSES
from snn_core.precision import wide

HALVES = [torch.float16, torch.bfloat16]
DECODERS = {
    "spike_count": losses.spike_count,
    "first_spike": losses.first_spike,
    "population_count": partial(losses.population_count, classes=2),
    "max_membrane": losses.max_membrane,
    "summed_membrane": losses.summed_membrane,
}
LABELS = torch.tensor([0, 1, 2, 3])
TARGET = (torch.rand(700, 4, 4, generator=torch.Generator().manual_seed(9)) < 0.5).float()
LOSSES = {
    **{name: partial(loss, labels=LABELS) for name, loss in ALL_LOSSES.items()},
    "population_cross_entropy": partial(
        losses.population_cross_entropy(2), labels=torch.tensor([1, 0, 1, 0])
    ),
    "l1_activity": losses.l1_activity,
    "upper_activity": partial(losses.upper_activity, limit=0.3),
    "lower_activity": partial(losses.lower_activity, limit=690.3),
    "van_rossum": partial(losses.van_rossum, target=TARGET, tau=300.0),
}


def spikes(share):
    """Return many spikes, so that their number is no number of half precision."""
    drawn = torch.rand(700, 4, 4, generator=torch.Generator().manual_seed(0))
    return (drawn < share).float()


def output_of(name):
    """Return an output whose numbers every precision has."""
    return spikes(0.005) if "first" in name else spikes(0.51)


@pytest.mark.parametrize("cast", [False, True], ids=["plain", "autocast"])
@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("name", DECODERS | LOSSES)
def test_half_precision_gives_what_float32_gives(name, dtype, cast):
    output, read = output_of(name), (DECODERS | LOSSES)[name]
    expected = read(output)
    context = torch.autocast("cpu", dtype=torch.bfloat16) if cast else contextlib.nullcontext()
    with context:
        found = read(output.to(dtype).requires_grad_())
        again = read(output)
    assert found.dtype == again.dtype == torch.float32
    assert torch.equal(found, expected)
    assert torch.equal(again, expected)
    assert torch.isfinite(torch.autograd.grad(found.sum(), found)[0]).all()


@pytest.mark.parametrize("name", DECODERS | LOSSES)
def test_double_precision_stays_double(name):
    output, read = output_of(name), (DECODERS | LOSSES)[name]
    found = read(output.double())
    assert found.dtype == torch.float64
    torch.testing.assert_close(found.float(), read(output), rtol=1e-5, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, *HALVES])
@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_has_the_precision_of_the_output(name, dtype):
    output = output_of(name).to(dtype).requires_grad_()
    (gradient,) = torch.autograd.grad(LOSSES[name](output), output)
    exact = output_of(name).double().requires_grad_()
    (expected,) = torch.autograd.grad(LOSSES[name](exact), exact)
    assert gradient.dtype == dtype
    share = (gradient.double() - expected).abs().max() / expected.abs().max()
    assert share < 20 * torch.finfo(dtype).eps


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, *HALVES])
def test_two_spikes_more_are_two_spikes_more(dtype):
    """Counts of 257 and 259, which bfloat16 takes for 256 and 260: the right class leads by two."""
    output = torch.zeros(300, 1, 2, dtype=dtype)
    output[:257, 0, 0] = output[:259, 0, 1] = 1
    loss = losses.count_cross_entropy(output, torch.tensor([1]))
    assert losses.spike_count(output).tolist() == [[257.0, 259.0]]
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-2)), abs=1e-4)
    assert losses.first_spike(1 - output).tolist() == [[-257.0, -259.0]]


@pytest.mark.parametrize("tau", [0.7, 10.0, 1234.5])
@pytest.mark.parametrize("dt", [0.1, 1.0])
def test_the_distance_of_two_spikes_is_exact_in_double_precision(tau, dt):
    """Traces that overlap from the later spike on: (1 - beta^lag)² and, before, the first alone."""
    lag, steps = 17, 40
    one, other = torch.zeros(2, steps, 1, 1, dtype=torch.float64)
    one[3] = other[3 + lag] = 1
    beta = math.exp(-dt / tau)
    alone = math.fsum(beta ** (2 * k) for k in range(lag))
    together = (1 - beta**lag) ** 2 / -math.expm1(-2 * dt / tau)
    expected = (alone + together) * dt / tau
    found = losses.van_rossum(one, other, tau=tau, dt=dt).item()
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_distance_of_many_spikes_is_exact_in_double_precision():
    generator, tau, dt = torch.Generator().manual_seed(2), 20.0, 0.5
    one, other = (torch.rand(2, 60, 2, 3, generator=generator) < 0.3).double()
    expected = math.fsum(
        (p - q) * (r - s) * math.exp(-dt / tau * abs(i - j))
        for a, b in zip(one.flatten(1).T.tolist(), other.flatten(1).T.tolist(), strict=True)
        for i, (p, q) in enumerate(zip(a, b, strict=True))
        for j, (r, s) in enumerate(zip(a, b, strict=True))
    )
    expected *= dt / tau / -math.expm1(-2 * dt / tau) / 6
    found = losses.van_rossum(one, other, tau=tau, dt=dt).item()
    assert abs(found - expected) < 1e-12


@pytest.mark.parametrize(("tau", "dt"), [(1e300, 1.0), (10.0, 1e-300)])
def test_a_trace_that_hardly_decays_leaves_half_a_square(tau, dt):
    """The square of one exponential adds up to 1/2, nearly all of it after the last step."""
    one = torch.zeros(5, 1, 1)
    one[2] = 1
    assert losses.van_rossum(one, 0 * one, tau=tau, dt=dt).item() == pytest.approx(0.5)


def test_the_distance_takes_the_better_of_two_precisions():
    one, other = spikes(0.3)[:50], spikes(0.6)[:50].double()
    exact = losses.van_rossum(one.double(), other)
    assert losses.van_rossum(one, other) == losses.van_rossum(other, one) == exact


def test_wide_is_float32_or_better():
    assert [wide(dtype) for dtype in HALVES] == [torch.float32] * 2
    assert wide(torch.zeros(2)) == wide(torch.float32) == torch.float32
    assert wide(torch.zeros(2).double()) == wide(torch.float64) == torch.float64
