"""Encoders and their inverses: rates in binomial bounds, latencies by formula, delta bounded."""

import math

import pytest
import torch

from snn_core import encoding, reconstruction
from snn_core.encoding import ALL_ENCODERS

RANDOM = {"rate": {}, "population": {"neurons": 6}}


def seed(value=0):
    return torch.Generator().manual_seed(value)


def encode(name, values, steps=8):
    """Encode with any encoder; a delta code gets the values as a ramp over time."""
    if name == "delta":
        return ALL_ENCODERS[name](
            torch.linspace(0, 1, steps).view(-1, *[1] * values.dim()) * values
        )
    return ALL_ENCODERS[name](values, steps)


@pytest.mark.parametrize("name", ALL_ENCODERS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_encoder_is_time_major_and_keeps_the_dtype(name, dtype):
    spikes = encode(name, torch.rand(2, 3, dtype=dtype))
    assert spikes.shape[:2] == (8, 2)
    assert spikes.dtype == dtype


@pytest.mark.parametrize("name", [name for name in ALL_ENCODERS if name != "repeat"])
def test_spikes_are_zeros_and_ones(name):
    assert set(encode(name, torch.rand(4, 50)).unique().tolist()) <= {0.0, 1.0}


@pytest.mark.parametrize("name", RANDOM)
def test_random_encoders_repeat_with_the_same_generator(name):
    values = torch.rand(3, 4)
    first, second, other = (
        ALL_ENCODERS[name](values, 9, generator=seed(s), **RANDOM[name]) for s in (1, 1, 2)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("gain", [0.3, 1.0])
def test_rate_is_within_binomial_bounds(gain):
    values = torch.linspace(0, 1, 21)[None]
    counts = encoding.rate(values, 20_000, gain=gain, generator=seed()).sum(0)
    p = gain * values
    assert ((counts - 20_000 * p).abs() <= 4.5 * (20_000 * p * (1 - p)).sqrt() + 1e-3).all()


def test_rate_steps_are_independent():
    spikes = encoding.rate(torch.full((1, 1), 0.5), 20_000, generator=seed()).flatten()
    together = (spikes[1:] * spikes[:-1]).mean().item()
    assert together == pytest.approx(0.25, abs=4.5 * math.sqrt(0.25 * 0.75 / 20_000) * 1.5)


def test_zero_is_silent_and_one_is_certain_at_full_gain():
    spikes = encoding.rate(torch.tensor([[0.0, 1.0]]), 500, generator=seed())
    assert spikes.sum(0).tolist() == [[0.0, 500.0]]


def test_repeat_is_a_view():
    values = torch.rand(2, 3)
    assert encoding.repeat(values, 5).data_ptr() == values.data_ptr()


@pytest.mark.parametrize("mode", ["log", "linear"])
def test_latency_keeps_the_order(mode):
    values = torch.linspace(0.3, 1, 50)[None]
    steps = encoding.latency(values, 100, mode=mode).argmax(0)[0]
    assert (steps.diff() <= 0).all()
    assert steps[0] > steps[-1]


def test_log_latency_follows_the_charging_membrane():
    values, tau, threshold = torch.tensor([[0.25, 0.5, 0.9, 1.0]]), 7.0, 0.2
    steps = encoding.latency(values, 200, tau=tau, threshold=threshold, dt=0.1).argmax(0)[0]
    expected = [round(tau * math.log(x / (x - threshold)) / 0.1) for x in values[0].tolist()]
    assert steps.tolist() == expected


def test_linear_latency_follows_its_formula():
    steps = encoding.latency(torch.tensor([[0.1, 0.5, 1.0]]), 21, mode="linear").argmax(0)[0]
    assert steps.tolist() == [18, 10, 0]


@pytest.mark.parametrize("mode", ["log", "linear"])
def test_latency_at_the_ends(mode):
    counts = encoding.latency(torch.tensor([[0.0, 1.0]]), 30, mode=mode).sum(0)
    assert counts.tolist() == [[0.0, 1.0]]


def test_a_latency_beyond_the_last_step_is_lost():
    late = torch.tensor([[0.21]])
    assert encoding.latency(late, 10, tau=10.0, threshold=0.2).sum() == 0
    assert encoding.latency(late, 100, tau=10.0, threshold=0.2).sum() == 1


@pytest.mark.parametrize(("mode", "bound"), [("log", 0.08), ("linear", 0.5 / 199)])
def test_latency_is_read_back_up_to_rounding(mode, bound):
    values = torch.linspace(0.25, 1, 100)[None]
    spikes = encoding.latency(values, 200, mode=mode, dt=0.25)
    back = reconstruction.from_latency(spikes, mode=mode, dt=0.25)
    assert (back - values).abs().max() <= bound + 1e-6


def test_delta_follows_a_slow_signal_within_its_threshold():
    time = torch.linspace(0, 12, 800)
    signal = torch.stack([torch.sin(time), 0.5 * torch.sin(2.3 * time)], 1).unsqueeze(1)
    assert signal.diff(dim=0).abs().max() < 0.05
    back = reconstruction.from_delta(encoding.delta(signal, threshold=0.05), threshold=0.05)
    assert (back - signal).abs().max() < 0.05 + 1e-5


def test_delta_without_off_spikes_only_rises():
    signal = torch.sin(torch.linspace(0, 12, 300)).view(-1, 1, 1)
    events = encoding.delta(signal, threshold=0.1, off_spikes=False)
    assert events.shape == (300, 1, 1, 1)
    back = reconstruction.from_delta(events, threshold=0.1)
    assert (back.diff(dim=0) >= 0).all()
    assert back[-1] == pytest.approx(0.9, abs=0.1)


def test_delta_of_a_constant_is_silent_once_it_has_caught_up():
    events = encoding.delta(torch.full((50, 1, 1), 0.75), threshold=0.25)
    assert events[:3, :, 0].sum() == 3
    assert events[3:].sum() == 0
    assert encoding.delta(torch.zeros(50, 1, 1)).sum() == 0


def test_population_peaks_at_the_nearest_centre():
    fields = encoding.receptive_fields(torch.linspace(0, 1, 11), 11)
    assert fields.argmax(1).tolist() == list(range(11))
    torch.testing.assert_close(fields.diagonal(), torch.ones(11))


def test_receptive_field_follows_the_gaussian():
    fields = encoding.receptive_fields(torch.tensor([0.3], dtype=torch.float64), 5, width=0.7)
    expected = [math.exp(-(((0.3 - c) / (0.7 / 4)) ** 2) / 2) for c in (0, 0.25, 0.5, 0.75, 1)]
    torch.testing.assert_close(fields[0], torch.tensor(expected, dtype=torch.float64))


def test_population_is_read_back_in_the_middle():
    values = torch.linspace(0.25, 0.75, 30)
    spikes = encoding.population(values, 400, neurons=20, generator=seed())
    assert (reconstruction.from_population(spikes) - values).abs().max() < 0.01


def test_silent_population_reads_as_the_middle():
    assert reconstruction.from_population(torch.zeros(4, 1, 6)).item() == 0.5


def test_rate_is_read_back_without_bias():
    values = torch.linspace(0, 1, 21)[None]
    back = reconstruction.from_rate(
        encoding.rate(values, 20_000, gain=0.5, generator=seed()), gain=0.5
    )
    assert (back - values).abs().max() < 0.05
