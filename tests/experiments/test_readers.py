"""The experiments of page 04: their records are whole, and what the code gives."""

import numpy as np
import pytest
import torch

from experiments import one_product, random_reader
from snn_core.datasets import Digits, mnist_mini
from snn_core.losses import accuracy, spike_count
from snn_core.teaching import inputs, records
from snn_core.teaching.records import recorded


def test_both_ways_through_a_layer_agree():
    layer = torch.nn.Linear(20, 30)
    spikes = (torch.rand(15, 4, 20, generator=torch.Generator().manual_seed(0)) < 0.2).float()
    found = [way(layer, spikes) for way in one_product.WAYS.values()]
    assert torch.allclose(*found, atol=1e-6)


def test_the_record_of_times_has_every_batch():
    results = recorded("one_product").results
    found = results["per_sample"]
    assert 0 < results["calls"] < found["loop"][0]
    assert list(found) == list(one_product.WAYS)
    assert all(len(times) == len(one_product.SETTINGS["batches"]) for times in found.values())
    assert all(time > 0 for times in found.values() for time in times)


def test_times_are_taken_of_both_ways():
    found = one_product.per_sample(2, 1, torch.Generator().manual_seed(0))
    assert list(found) == list(one_product.WAYS)
    assert min(found.values()) > 0
    assert one_product.calls(1, torch.Generator().manual_seed(0)) > 0


def test_the_record_of_readers_has_every_arm_and_seed():
    settings, results = random_reader.SETTINGS, recorded("random_reader").results
    seeds, steps = len(settings["seeds"]), settings["steps"]
    assert all(len(runs) == seeds for runs in results["accuracy"].values())
    assert [int(size) for size in results["accuracy"]] == settings["sizes"]
    assert all(np.shape(runs) == (seeds, steps) for runs in results["curves"].values())
    assert [float(gain) for gain in results["gains"]] == settings["gains"]
    for found in results["gains"].values():
        assert all(len(runs) == seeds for runs in found.values())
    for runs in results["grid"].values():
        assert np.shape(runs) == (seeds, len(settings["penalties"]))
    assert len(results["pixel_spikes"]) == seeds
    chosen = random_reader.chosen(results["grid"])
    assert chosen == (results["spread"], results["penalty"])
    at_one = results["gains"]["1.0"]
    for name in ("first spike", "count"):
        last = [run[-1] for run in results["curves"][name]]
        assert at_one[name] == pytest.approx(last, abs=1e-4)


def test_what_is_chosen_is_not_at_the_end_of_its_range():
    settings, results = random_reader.SETTINGS, recorded("random_reader").results
    assert results["spread"] in settings["spreads"][1:-1]
    assert results["penalty"] in settings["penalties"][1:-1]
    penalties = [run["penalty"] for run in [results["pixels"], *results["pixel_spikes"]]]
    assert set(penalties) <= set(settings["pixel_penalties"][1:-1])


def test_the_record_of_readers_is_what_the_code_gives():
    digits = random_reader.flat_digits()
    results = recorded("random_reader").results
    settings = (results["spread"], results["penalty"])
    layer, readout, generator = random_reader.reader(digits, 64, 1, settings)
    spikes = random_reader.hidden_spikes(layer, digits[2], 30, generator)
    read = accuracy(readout(spike_count(spikes[:10])), digits[3])
    assert read == pytest.approx(results["accuracy"]["64"][1], abs=0.01)


def test_a_tie_is_a_shared_highest_score():
    scores = torch.tensor([[1.0, 1.0, 0.0], [2.0, 1.0, 1.0], [-3.0, -3.0, -3.0]])
    assert random_reader.ties(scores) == pytest.approx(2 / 3)


def test_a_digit_without_a_spike_is_silent_and_no_tie():
    current = torch.zeros(3, 4, 2)
    current[1, 0, 1] = current[2, 1, 1] = 1.5
    current[0, 2] = 1.5
    found = random_reader.at_gain(current, torch.tensor([1, 1, 0, 0]))
    assert found["first spike"] == 1
    assert found["mean step"] == pytest.approx((2 + 3 + 1) / 3)
    assert found["ties"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["silent"] == 0.25


def test_a_tiny_run_writes_a_record(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    digits = mnist_mini()
    few = Digits(*(part[:300] for part in digits[:2]), *(part[:100] for part in digits[2:]))
    monkeypatch.setattr(inputs, "mnist_mini", lambda: few)
    tiny = {"seeds": [0], "sizes": [20], "read": 20, "held_out": 100, "spreads": [2.0]}
    for name, value in tiny.items():
        monkeypatch.setitem(random_reader.SETTINGS, name, value)
    random_reader.main()
    found = recorded("random_reader")
    assert found.settings["sizes"] == [20]
    assert found.results["accuracy"]["20"][0] > 0.2
    assert len(found.results["curves"]["count"][0]) == 30
