"""Conversion of the bundled digits: a tiny run, and the network that is trained directly."""

import copy

import pytest
import torch

from experiments import converted_digits
from snn_core import LIF
from snn_core.conversion import convert
from snn_core.datasets import Digits, mnist_mini
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

TINY = ["--epochs", "1", "--steps", "1", "4", "--few", "2"]


@pytest.fixture(autouse=True)
def few_digits(tmp_path, monkeypatch):
    """Write records into a folder of the test, and take few digits."""
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    digits = mnist_mini()
    few = Digits(*(part[:200] for part in digits[:2]), *(part[:50] for part in digits[2:]))
    monkeypatch.setattr(converted_digits, "mnist_mini", lambda: few)
    monkeypatch.setitem(converted_digits.SETTINGS, "channels", [2, 3])


def test_seeds_of_tiny_runs_are_recorded_one_after_the_other():
    for seed in ("4", "2"):
        converted_digits.main([*TINY, "--seeds", seed])
    found = recorded("converted_digits")
    asked = {"epochs": 1, "steps": [1, 4], "few": [2]}
    assert found.settings == converted_digits.SETTINGS | asked
    runs = found.results["runs"]
    assert [run["seed"] for run in runs] == [2, 4]
    for run in runs:
        for name, arms in found.settings["arms"].items():
            assert 0 <= run[name]["accuracy"] <= 1
            for arm in arms:
                few, many = run[arm]["operations"]
                assert 0 <= few < many
                assert [len(each) for each in run[arm]["spikes"]] == [2, 2]
        conv = 64 * 50 * 3
        assert run["ReLU"]["operations"]["all"] == 576 * 25 * 2 + conv + 480
        assert 0 < run["ReLU"]["operations"]["skipping zeros"] < 576 * 25 * 2 + conv + 480
        for name in ("trained on", "direct", "direct, IF"):
            (each,) = run[name]
            assert len(each["accuracy"]) == len(each["agreement"]) == len(each["operations"]) == 1


@torch.no_grad()
def test_weights_met_are_those_of_numbers_behind_the_pooling():
    """By a loop over all pooled values of a converted network."""
    seed_torch(0)
    network = converted_digits.small_ordinary(converted_digits.SETTINGS, torch.nn.ReLU).eval()
    images = mnist_mini().test_images[:3, None]
    spiking = convert(network, images, steps=2, percentile=90)
    met = sum(ones_behind(spiking[0], (image,)) for image in images)
    between = spiking[1](spiking[0](images))
    for neurons, stage in ((spiking[2], spiking[3].layer), (spiking[4], spiking[5].layer)):
        spikes = neurons(between)
        pooled = torch.stack([stage[:-1](step) for step in spikes])
        met += sum(ones_behind(stage[-1], step) for step in pooled)
        between = torch.stack([stage(step) for step in spikes])
    assert converted_digits.weights_met(spiking, images) == round(met / 3)


def ones_behind(layer, values):
    """Return how many weights of a layer meet a value that is not 0, value by value."""
    ones = copy.deepcopy(layer)
    torch.nn.init.ones_(ones.weight)
    torch.nn.init.zeros_(ones.bias)
    met = 0
    for value in values:
        for place in value.nonzero():
            alone = torch.zeros_like(value)
            alone[tuple(place)] = 1
            met += int(ones(alone[None]).sum())
    return met


def test_a_validation_tests_on_held_out_images_and_records_nothing(tmp_path, monkeypatch):
    digits, asked = mnist_mini(), []
    monkeypatch.setattr(converted_digits, "mnist_mini", lambda: digits)
    images, labels, held_out, answers = converted_digits.digits(validate=True)
    assert torch.equal(torch.cat([images, held_out])[:, 0], digits.train_images)
    assert torch.equal(torch.cat([labels, answers]), digits.train_labels)
    assert len(held_out) == 1000

    def few_of(validate):
        asked.append(validate)
        return images[:200], labels[:200], held_out[:50], answers[:50]

    monkeypatch.setattr(converted_digits, "digits", few_of)
    converted_digits.main([*TINY, "--seeds", "0", "--validate"])
    assert set(asked) == {True}
    assert not list(tmp_path.iterdir())


@torch.no_grad()
def test_a_batch_norm_of_a_network_trained_directly_can_be_folded():
    seed_torch(0)
    network = converted_digits.from_random(converted_digits.SETTINGS, 3, LIF)
    images = mnist_mini().test_images[:20, None]
    network(images)  # its statistics
    folded = converted_digits.folded(network)
    assert len(folded[4].layer) == len(network[4].layer) - 1
    torch.testing.assert_close(folded(images), network.eval()(images), atol=1e-5, rtol=0)
