"""The experiment on spike codes: regular, shuffled, lossy and late spikes, and a tiny run."""

import pytest
import torch

from experiments import spike_codes
from snn_core import LIF, encoding
from snn_core.teaching import records
from snn_core.teaching.records import recorded


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


@pytest.fixture
def values(generator):
    return torch.rand(7, 50, generator=generator, dtype=torch.float64)


def test_a_regular_code_is_integrate_and_fire_without_a_leak(values):
    spikes = spike_codes.regular(values, 40)
    neuron = LIF(beta=1.0, threshold=1 - 1e-9)
    assert torch.equal(spikes, neuron(encoding.direct(values, 40)))
    assert (values - spikes.sum(0) / 40 < 1 / 40).all()


def test_a_bucket_that_is_half_full_rounds(values):
    count = spike_codes.regular(values, 40, start=0.5).sum(0)
    assert torch.equal(count, (40 * values).round())


def test_delta_sends_as_many_spikes_as_the_regular_code(values, generator):
    delta, regular = (
        spike_codes.encode(code, values, 40, generator) for code in ("delta", "regular")
    )
    assert torch.equal(delta.sum(0), regular.sum(0))
    assert not torch.equal(delta, regular)


def test_shuffling_gives_each_pixel_its_own_other_times(values, generator):
    spikes = spike_codes.encode("latency", values, 40, generator)
    mixed = spike_codes.shuffled(spikes, generator)
    assert torch.equal(mixed.sum(0), spikes.sum(0))
    assert (mixed.argmax(0) != spikes.argmax(0)).double().mean() > 0.9


def test_spikes_are_lost_with_the_probability_of_the_settings(generator):
    spikes = torch.ones(100, 1000)
    kept = spike_codes.lossy(spikes, generator).mean().item()
    assert kept == pytest.approx(1 - spike_codes.SETTINGS["lost"], abs=0.005)


def test_spike_times_of_a_regular_code_bound_the_value(values):
    for steps in (8, 32, 128):
        spikes = spike_codes.regular(values, steps)
        found = spike_codes.from_times(spikes)
        count = spikes.sum(0)
        assert (count / steps <= found).all()
        assert (found <= (count + 1) / steps).all()
        assert torch.equal(spike_codes.regular(found, steps)[:, count > 0], spikes[:, count > 0])
        assert (found[count == 0] == 0).all()


def test_a_middle_of_what_three_spikes_in_eight_steps_allow():
    spikes = spike_codes.regular(torch.tensor([0.4], dtype=torch.float64), 8)
    assert spikes.flatten().tolist() == [0, 0, 1, 0, 1, 0, 0, 1]
    assert spike_codes.from_times(spikes).item() == pytest.approx((2 / 5 + 3 / 7) / 2)


def test_latency_is_exact_for_the_levels_of_an_8_bit_image(generator):
    levels = torch.arange(256, dtype=torch.float64)[None] / 255
    spikes = spike_codes.encode("latency", levels, 256, generator)
    assert torch.allclose(spike_codes.read("latency", spikes), levels, atol=1e-12)


def test_late_spikes_arrive_up_to_two_steps_later_and_none_is_lost(generator):
    spikes = torch.zeros(6, 3000)
    spikes[2] = spikes[5] = 1
    arrivals = spike_codes.late(spikes, generator)
    assert len(arrivals) == 8
    assert arrivals[:2].sum() == 0
    thirds = arrivals[2:].sum(1).tolist()
    assert thirds == pytest.approx([1000] * 6, abs=150)
    assert torch.equal(arrivals[2:5].sum(0), torch.ones(3000))
    assert torch.equal(arrivals[5:].sum(0), torch.ones(3000))


def test_late_spikes_that_meet_are_all_counted(values, generator):
    spikes = spike_codes.encode("regular", values, 12, generator)
    arrivals = spike_codes.late(spikes, generator)
    assert arrivals.max() > 1
    assert torch.equal(spike_codes.read_late("regular", arrivals), spikes.sum(0) / 12)


def test_the_mean_delay_is_taken_off_a_latency(generator):
    values = torch.linspace(0, 1, 41, dtype=torch.float64)[None].repeat(9, 1)
    spikes = spike_codes.encode("latency", values, 41, generator)
    moved = torch.zeros(43, 9, 41, dtype=torch.float64)
    moved[1:42] = spikes
    assert torch.allclose(spike_codes.read_late("latency", moved)[:, 1:], values[:, 1:])
    found = spike_codes.read_late("latency", spike_codes.late(spikes, generator))
    assert (found[:, 0] == 0).all()
    assert (found - values).abs().max() == pytest.approx(1 / 40)


def test_counts_are_divided_by_what_is_left_and_latencies_are_not():
    spikes = torch.tensor([[1.0], [0.0], [0.0]]).unsqueeze(1)
    assert spike_codes.read_lossy("latency", spikes).item() == 1
    assert spike_codes.read_lossy("random", spikes).item() == pytest.approx(1 / 3 / 0.9)


def test_the_greys_are_those_of_the_images_but_for_less_than_a_level(generator):
    images = spike_codes.mnist_mini().test_images[: spike_codes.SETTINGS["images"]].flatten(1)
    found = spike_codes.greys(generator)
    assert (found - images).abs().max() < 0.51 / 255
    assert torch.equal(found[images == 0], images[images == 0].double())


def test_a_tiny_run_records_every_code(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    for name, value in {"images": 3, "steps": [4, 8], "disturbed_at": 8}.items():
        monkeypatch.setitem(spike_codes.SETTINGS, name, value)
    spike_codes.main()
    results = recorded("spike_codes").results
    assert set(results) == {"error", "spikes", "shuffled", "disturbed"}
    for code in spike_codes.CODES:
        assert len(results["error"][code]) == len(results["spikes"][code]) == 2
    assert set(results["disturbed"]) == set(spike_codes.CODES) - {"regular by time"}
    for found in results["disturbed"].values():
        assert set(found) == {"sent", "lost", "late", "late, one a step"}
