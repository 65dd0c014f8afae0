"""Encoders and their inverses: rates in binomial bounds, latencies by formula, delta bounded."""

import math
from fractions import Fraction

import pytest
import torch

from snn_core import _checks, encoding, reconstruction
from snn_core.encoding import ALL_ENCODERS
from snn_core.randomness import drawing_device, normal, uniform

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


@pytest.mark.parametrize("name", [name for name in ALL_ENCODERS if name != "direct"])
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
    assert encoding.direct(values, 5).data_ptr() == values.data_ptr()


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


def test_neighbouring_fields_cross_at_one_standard_deviation_unless_they_are_told():
    """A field is as wide as the distance between centres: exp(-1/2) at the neighbour's centre."""
    fields = encoding.receptive_fields(torch.tensor([0.5], dtype=torch.float64), 5)
    expected = [math.exp(-(distance**2) / 2) for distance in (2, 1, 0, 1, 2)]
    assert fields[0].tolist() == pytest.approx(expected)
    ones = torch.full((20_000,), 0.5)
    share = encoding.population(ones, 1, neurons=2, generator=seed()).mean().item()
    assert share == pytest.approx(math.exp(-1 / 8), abs=0.01)


def test_population_is_read_back_in_the_middle():
    values = torch.linspace(0.25, 0.75, 30)
    spikes = encoding.population(values, 400, neurons=20, generator=seed())
    assert (reconstruction.from_population(spikes) - values).abs().max() < 0.01


def test_rate_is_read_back_without_bias():
    """Within 4.5 standard deviations of the mean over 21 values: to 0.5 %."""
    values = torch.linspace(0, 1, 21)[None]
    spikes = encoding.rate(values, 20_000, gain=0.5, generator=seed())
    back = reconstruction.from_rate(spikes, gain=0.5)
    deviation = (values * (1 - 0.5 * values) / (20_000 * 0.5)).sqrt()
    assert ((back - values).abs() <= 4.5 * deviation + 1e-6).all()
    assert (back - values).mean().abs() < 4.5 * deviation.square().sum().sqrt() / 21


def count_exactly(signal, threshold):
    """Return ON and OFF spikes of decimals, by exact arithmetic."""
    reference, events = Fraction(0), []
    for value in map(Fraction, signal):
        on, off = (sign * (value - reference) >= threshold for sign in (1, -1))
        reference += threshold * (on - off)
        events.append([float(on), float(off)])
    return events


RAMPS = {
    "0.1 to 0.4": (["0.1", "0.2", "0.3", "0.4"], "0.1", 4),
    "to 1 by 0.2": (["0.2", "0.4", "0.6", "0.8", "1.0"], "0.2", 5),
    "down to -1": ([f"{-k / 10:.1f}" for k in range(1, 11)], "0.1", 10),
    "up and down": ([f"{(10 - abs(10 - k)) * 7 / 100:.2f}" for k in range(1, 21)], "0.07", 20),
    "far from zero": ([f"{k * 3 / 10:.1f}" for k in range(1, 400)], "0.3", 399),
    "a bit more": ([f"{k * 3 / 10 + 0.05:.2f}" for k in range(1, 100)], "0.3", 99),
    "short of it": (["0.0999", "0.1999", "0.2999", "0.1001", "0.0001"], "0.1", 3),
    "every second": ([f"{k / 20:.2f}" for k in range(1, 41)], "0.1", 20),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", RAMPS)
def test_delta_counts_changes_of_exactly_one_threshold(name, dtype):
    decimals, threshold, number = RAMPS[name]
    expected = count_exactly(decimals, Fraction(threshold))
    signal = torch.tensor([float(value) for value in decimals], dtype=dtype).view(-1, 1)
    events = encoding.delta(signal, threshold=float(threshold))
    assert events.dtype == dtype
    assert events[:, 0].tolist() == expected
    assert events.sum() == number
    back = reconstruction.from_delta(events, threshold=float(threshold))
    assert ((back - signal).abs() <= float(threshold)).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("sign", [1, -1])
def test_delta_forgives_rounding_and_nothing_else(dtype, sign):
    """Two units in the last place short of a threshold are one threshold, sixteen are not."""
    eps = torch.finfo(dtype).eps
    for short, spikes in ((2, 1), (16, 0)):
        signal = torch.tensor([[sign * 0.1 * (1 - short * eps)]], dtype=dtype)
        assert encoding.delta(signal, threshold=0.1).sum() == spikes


def test_delta_of_a_sum_that_has_been_rounded_often():
    signal = torch.full((100, 1), 0.1).cumsum(0)
    assert encoding.delta(signal, threshold=0.1)[:50, 0, 0].sum() == 50


def test_delta_keeps_still_where_its_precision_ends():
    """In half precision 2048 is known to 2: no threshold of 0.1 may make it flicker."""
    signal = torch.tensor([0.0] + [2.0] * 100, dtype=torch.bfloat16).view(-1, 1)
    events = encoding.delta(signal, threshold=0.03125)
    assert events.dtype == torch.bfloat16
    assert events[:, 0, 0].sum() == 64
    assert events[:, 0, 1].sum() == 0


def plain_delta(signal, threshold):
    reference, events = 0.0, []
    for value in signal:
        on, off = value - reference >= threshold, reference - value >= threshold
        reference += threshold * (on - off)
        events.append([float(on), float(off)])
    return events


def test_delta_against_a_plain_loop():
    signal = torch.rand(200, 1, generator=seed(4), dtype=torch.float64).cumsum(0) / 3
    signal[100:] = 30 - signal[100:]
    for threshold in (0.05, 0.2, 0.7):
        events = encoding.delta(signal, threshold=threshold)
        assert events[:, 0].tolist() == plain_delta(signal[:, 0].tolist(), threshold)
        only_on = encoding.delta(signal, threshold=threshold, off_spikes=False)
        assert only_on.shape == (200, 1, 1)
        assert (only_on[:100, 0, 0] == events[:100, 0, 0]).all()


@pytest.mark.parametrize("name", ["direct", "rate", "latency", "population"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_comes_back_and_is_encoded_as_in_single(name, dtype):
    values = (torch.arange(1, 7) / 8).view(2, 3).to(dtype)  # exact in half precision
    torch.manual_seed(3)
    spikes = encode(name, values)
    torch.manual_seed(3)
    expected = encode(name, values.float())
    assert spikes.dtype == dtype
    if name == "population":  # its chances are rounded
        assert (spikes.float() - expected).abs().mean() < 0.02
    else:
        assert torch.equal(spikes.float(), expected)


def test_receptive_fields_of_half_precision_are_those_of_single_rounded_once():
    values = torch.rand(50, generator=seed()).half()
    fields = encoding.receptive_fields(values, 100)
    assert fields.dtype == torch.float16
    assert torch.equal(fields, encoding.receptive_fields(values.float(), 100).half())


@pytest.mark.parametrize("name", RANDOM)
def test_draws_come_from_the_generator_s_device_whatever_the_data_s(name, monkeypatch):
    """The data are on the meta device, where nothing can be drawn or looked at."""
    monkeypatch.setattr(_checks, "intensity", lambda *_: None)
    generator, before = seed(5), seed(5).get_state()
    values = torch.rand(2, 3, device="meta")
    spikes = ALL_ENCODERS[name](values, 4, generator=generator, **RANDOM[name])
    assert spikes.device == values.device
    assert not torch.equal(generator.get_state(), before)


@pytest.mark.parametrize(("draw", "plain"), [(uniform, torch.rand), (normal, torch.randn)])
def test_what_is_drawn_is_what_torch_draws_with_that_generator(draw, plain):
    for dtype in (torch.float32, torch.float64):
        found = draw((3, 4), torch.zeros(1, dtype=dtype), seed(7))
        assert torch.equal(found, plain(3, 4, generator=seed(7), dtype=dtype))
    assert draw((3,), torch.zeros(1, dtype=torch.bfloat16)).dtype == torch.float32
    assert draw((3,), torch.zeros(1, device="meta"), seed()).device.type == "meta"
    assert drawing_device(None, torch.device("meta")).type == "meta"
    assert drawing_device(seed(), torch.device("meta")).type == "cpu"


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_charging_time_by_its_formula(dtype):
    values = torch.tensor([0.0, 0.25, 0.3, 0.5, 1.0], dtype=dtype)
    times = encoding.charging_time(values, tau=7.0, threshold=0.25)
    exact = [7 * math.log(x / (x - 0.25)) for x in values.tolist()[2:]]
    assert times.tolist()[:2] == [math.inf] * 2
    assert times.tolist()[2:] == pytest.approx(exact, rel=1e-5)


def test_linear_latency_counts_steps_whatever_dt_is():
    values = torch.linspace(0, 1, 9)[None]
    expected = encoding.latency(values, 5, mode="linear")
    assert torch.equal(encoding.latency(values, 5, mode="linear", dt=0.2), expected)
    assert expected.argmax(0)[0, 1:].tolist() == [4, 3, 2, 2, 2, 1, 0, 0]
    assert encoding.latency(values, 1, mode="linear").sum() == 8


def test_charging_time_takes_one_number_and_a_short_time_constant():
    time = encoding.charging_time(torch.tensor(0.5), tau=0.5, threshold=0.25)
    assert time.item() == pytest.approx(0.5 * math.log(2))
