"""Conversion on MNIST: a tiny run, and what is counted, against a loop over neurons and steps."""

import pytest
import torch
from torch import nn

from experiments import mnist_full, shadow_mnist
from snn_core.conversion import convert
from snn_core.datasets import Digits, mnist_mini
from snn_core.teaching import records
from snn_core.teaching.records import recorded

TINY = ["--samples", "256", "--epochs", "1", "--seeds", "3", "--steps", "1", "4"]


@pytest.fixture(autouse=True)
def few_digits(tmp_path, monkeypatch):
    """Write records into a folder of the test, and take the bundled digits for the full MNIST."""
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    digits = mnist_mini()
    few = Digits(*(part[:400] for part in digits[:2]), *(part[:100] for part in digits[2:]))
    monkeypatch.setattr(mnist_full, "mnist", lambda: few)
    monkeypatch.setattr(mnist_full, "HELD_OUT", 100)


def test_a_tiny_run_writes_a_record():
    shadow_mnist.main(TINY)
    found = recorded("shadow_mnist")
    asked = {"samples": 256, "epochs": 1, "steps": [1, 4]}
    assert found.settings == shadow_mnist.SETTINGS | asked
    (run,) = found.results["runs"]
    for name, arms in shadow_mnist.SETTINGS["arms"].items():
        assert len(run[name]["train"]) == len(run[name]["test"]) == 1
        for arm in arms:
            assert len(run[arm]["thresholds"]) == 3
            assert all(0 <= share <= 1 for share in run[arm]["accuracy"] + run[arm]["agreement"])
            assert [len(each) for each in run[arm]["spikes"]] == [3, 3]
    assert run["maximum"]["thresholds"] > run["percentile, half"]["thresholds"]


def test_a_seed_alone_is_added_to_the_others(monkeypatch):
    monkeypatch.setitem(shadow_mnist.SETTINGS, "arms", {"ClipFloorShift": {"trained": {}}})
    monkeypatch.setitem(shadow_mnist.SETTINGS, "channels", [2, 2])
    shadow_mnist.main([*TINY, "--seeds", "2"])
    (second,) = recorded("shadow_mnist").results["runs"]
    shadow_mnist.main([*TINY, "--seeds", "1"])
    first, same = recorded("shadow_mnist").results["runs"]
    assert (first["seed"], same) == (1, second)
    assert first["trained"] != same["trained"]


def test_a_validation_records_nothing(tmp_path, capsys):
    shadow_mnist.main([*TINY, "--validate"])
    printed = capsys.readouterr().out
    assert "ClipFloorShift: last 5 epochs 0." in printed
    assert "  percentile, half: 1: 0." in printed
    assert not list(tmp_path.iterdir())


def small():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8, 3)
    )


@torch.no_grad()
def test_spikes_are_those_of_a_loop_over_neurons_and_steps():
    images = torch.rand(5, 1, 6, 6, generator=torch.Generator().manual_seed(0))
    ordinary = small().double()
    network = convert(ordinary, images.double(), 6)
    threshold = network[2].threshold.item()
    expected = [0] * 6
    for current in ordinary[0](images.double()).flatten().tolist():
        state = threshold / 2
        for step in range(6):
            state += current
            if state > threshold:
                state -= threshold
                expected[step] += 1
    answers = ordinary(images.double()).argmax(1)
    test = images.double(), torch.tensor([0, 1, 2, 0, 1])
    found = shadow_mnist.converted(network, answers, test, {"steps": [1, 4, 6]})
    so_far = torch.tensor(expected).cumsum(0)
    (counted,) = zip(*found["spikes"], strict=True)
    assert counted == pytest.approx((so_far[[0, 3, 5]] / 5).tolist(), abs=0.051)
    assert 0 < so_far[0] < so_far[-1]
    given = network(images.double())[[0, 3, 5]].argmax(2)
    for name, wanted in (("agreement", answers), ("accuracy", test[1])):
        assert found[name] == pytest.approx((given == wanted).double().mean(1).tolist())
