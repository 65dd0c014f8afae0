"""The experiments of page 18: tiny runs, and what their measures mean."""

import numpy as np
import pytest
import torch

from experiments import (
    membranes_as_signals,
    mnist_full,
    signals_controls,
    signals_gradients,
    signals_ingredients,
)
from snn_core.datasets import Digits, mnist_mini
from snn_core.membrane_signals import count_scores, membrane_network
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch


@pytest.fixture(autouse=True)
def few_digits(tmp_path, monkeypatch):
    """Write records into a folder of the test, and take few digits for all of them."""
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    digits = mnist_mini()
    few = Digits(*(part[:300] for part in digits[:2]), *(part[:100] for part in digits[2:]))
    monkeypatch.setattr(mnist_full, "mnist", lambda: few)
    monkeypatch.setattr(mnist_full, "HELD_OUT", 100)
    monkeypatch.setattr(signals_ingredients, "mnist_mini", lambda: few)


TINY = ["--samples", "200", "--seeds", "3", "--replace", '{"epochs": 1}']
DIGITS = ["one hidden layer", "two hidden layers", "surrogate"]


@pytest.mark.parametrize("arm", DIGITS)
def test_a_tiny_run_of_an_arm_is_recorded(arm, monkeypatch):
    for each in (*DIGITS, "usual"):
        place = (
            membranes_as_signals.SETTINGS
            if each == "usual"
            else membranes_as_signals.SETTINGS["arms"]
        )
        sizes = [784, 20, 20, 10] if "two" in each else [784, 20, 10]
        monkeypatch.setitem(place[each], "sizes", sizes)
    membranes_as_signals.main([*TINY, "--only", arm])
    (run,) = recorded("membranes_as_signals").results[arm]
    assert run["seed"] == 3
    assert len(run["train"]) == len(run["test"]) == 1
    steps = membranes_as_signals.SETTINGS["steps"]
    assert len(run["accuracy"]) == len(run["events"]) == len(run["operations"]) == steps
    assert np.all(np.diff(run["events"]) > 0)
    assert run["operations"][-1] >= 20 * run["events"][-1]


def test_a_validation_records_nothing(monkeypatch, tmp_path):
    monkeypatch.setitem(membranes_as_signals.SETTINGS["usual"], "sizes", [784, 10, 10])
    membranes_as_signals.main([*TINY, "--only", "one hidden layer", "--validate"])
    assert not list(tmp_path.iterdir())


def test_events_and_operations_up_to_each_step_are_counted():
    network = membrane_network([5, 4, 3], alpha=0.5)
    spikes = (torch.rand(6, 2, 5, generator=torch.Generator().manual_seed(0)) < 0.5).float()
    found = membranes_as_signals.over_time(
        network, (torch.zeros(2, 1), torch.tensor([0, 1])), lambda _: spikes
    )
    hidden = network[0](spikes).spikes
    for step in range(6):
        answers = count_scores(network(spikes[: step + 1]), network[-1].threshold).argmax(1)
        right = (answers == torch.tensor([0, 1])).float().mean().item()
        assert found["accuracy"][step] == right
        events = spikes[: step + 1].sum().item() / 2
        inside = hidden[: step + 1].sum().item() / 2
        assert found["events"][step] == pytest.approx(events)
        assert found["operations"][step] == pytest.approx(4 * events + 3 * inside)


def test_recordings_become_spikes_of_pixels_and_polarities(monkeypatch):
    kinds = [("x", int), ("y", int), ("t", int), ("p", int)]
    events = np.array(
        [(1, 2, 7_000, 1), (3, 0, 12_000, 0), (3, 0, 13_000, 0), (0, 0, 10**6, 0)], kinds
    )

    class Few:
        recordings = [events]
        labels = torch.tensor([4])

    monkeypatch.setattr(membranes_as_signals, "local_nmnist", lambda train: Few)
    spikes, labels = membranes_as_signals.event_set(True, {"exposure": 20}, 5.0)
    assert spikes.nonzero().tolist() == [[0, 1, 34 * 34 + 2 * 34 + 1], [0, 2, 3]]
    assert labels.tolist() == [4]


@pytest.mark.parametrize(("shape", "frame"), [((3, 5, 2312), (2, 34, 34)), ((3, 784), (28, 28))])
def test_a_sample_is_moved_as_a_whole(shape, frame):
    draws = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    samples = (draws < 0.2).to(torch.uint8)
    found = membranes_as_signals.shift(samples, 2, torch.Generator().manual_seed(1))
    before, after = (each.unflatten(-1, frame) for each in (samples, found))
    for old, new in zip(before, after, strict=True):
        moves = [(y, x) for y in range(-2, 3) for x in range(-2, 3)]
        assert sum(torch.equal(old.roll(move, (-2, -1)), new) for move in moves) == 1
    assert not torch.equal(found, samples)


def test_a_tiny_comparison_of_gradients_is_recorded(monkeypatch):
    tiny = {
        "depths": [2],
        "spikes": [1.0],
        "kappas": [-0.4],
        "samples": 40,
        "weights": 5,
        "width": 6,
        "control": {"depth": 1, "spikes": 2.0},
    }
    for name, value in tiny.items():
        monkeypatch.setitem(signals_gradients.SETTINGS, name, value)
    signals_gradients.main(["--seeds", "1"])
    results = recorded("signals_gradients").results
    (run,) = results["runs"]
    assert len(run["spikes"]) == 2
    assert list(results["controls"]) == ["no clip", "0.25 ms", "both"]
    for (control,) in results["controls"].values():
        assert control["spikes"][0] == pytest.approx(2, abs=0.3)
        for name in ("membranes", "surrogate 1", "differences"):
            assert abs(control[name]["cosine"]) <= 1 + 1e-6
            assert run[name]["size"] > 0


def test_differences_of_a_layer_that_is_never_silent_are_near_the_transfer_function(monkeypatch):
    """Without a clip, saturation or silence the transfer function is what is measured."""
    monkeypatch.setitem(signals_gradients.SETTINGS, "width", 4)
    network = signals_gradients.network_of(1, 0.0, 0)
    with torch.no_grad():
        network[0].weight.fill_(0.2)
        network[0].threshold.fill_(1.0)
    inputs = (torch.rand(50, 1000, 4, generator=torch.Generator().manual_seed(0)) < 0.3).float()
    push = torch.tensor([1.0, 0.0, 0.0, 0.0])
    chosen = torch.arange(4)
    measured = signals_gradients.differences(network, inputs, push, chosen).mean(1)
    found = signals_gradients.gradient(network, inputs, push, chosen)
    alike = signals_gradients.alike(found, measured)
    assert alike["cosine"] > 0.98
    assert alike["size"] == pytest.approx(1, abs=0.15)


def test_a_tiny_run_without_each_ingredient_is_recorded(monkeypatch):
    tiny = {"width": 10, "hidden": [2], "epochs": 1}
    for name, value in tiny.items():
        monkeypatch.setitem(signals_ingredients.SETTINGS, name, value)
    choice = {"lr": [1e-3, 3e-3], "held_out": 100, "seed": 9}
    monkeypatch.setitem(signals_ingredients.SETTINGS, "choice", choice)
    signals_ingredients.main(["--seeds", "1"])
    results = recorded("signals_ingredients").results
    assert len(results) == len(signals_ingredients.SETTINGS["arms"])
    for arm in results.values():
        assert arm["lr"] in choice["lr"]
        (run,) = arm["runs"]
        assert 0 <= run["accuracy"] <= 1
        assert len(run["errors"]) == 3
        assert len(run["dead"]) == len(run["active"]) == 2


def test_a_tiny_run_of_the_controls_is_recorded(monkeypatch):
    images, labels, *test = few_of_each = tuple(
        part[:100] for part in signals_controls.flat_digits()
    )
    assert images.shape == test[0].shape == (100, 784)
    monkeypatch.setattr(signals_controls, "flat_digits", lambda: few_of_each)
    tiny = {"sizes": [784, 20, 10], "epochs": 2}
    ordinary = signals_controls.SETTINGS["ordinary"] | {"hidden": 20, "epochs": 1}
    for name, value in (tiny | {"ordinary": ordinary}).items():
        monkeypatch.setitem(signals_controls.SETTINGS, name, value)
    signals_controls.main(["--seeds", "1", "--samples", "200"])
    results = recorded("signals_controls").results
    assert list(results) == ["all", "frozen", "surrogate", "ordinary"]
    (run,) = results["ordinary"]
    assert len(run["test"]) == 1
    assert 20 < run["operations"] < 784 * 20 + 20 * 10


def test_a_frozen_layer_stays_as_it_started(monkeypatch):
    digits = tuple(part[:100] for part in signals_controls.flat_digits())
    networks = []

    def keep(network, *_):
        networks.append(network)
        return 0.0

    monkeypatch.setattr(signals_controls, "tested", keep)
    monkeypatch.setitem(signals_controls.SETTINGS, "epochs", 1)
    for name in ("frozen", "all"):
        signals_controls.read(digits, name, 3)
    start = membrane_network([784, 300, 10], alpha=4.0, generator=seed_torch(3))
    assert torch.equal(networks[0][0].weight, start[0].weight)
    assert torch.equal(networks[0][0].threshold, start[0].threshold)
    assert not torch.equal(networks[1][0].weight, start[0].weight)
    assert not torch.equal(networks[0][1].weight, start[1].weight)


def test_multiplications_by_0_are_skipped():
    network = torch.nn.Sequential(
        torch.nn.Linear(3, 2, bias=False), torch.nn.ReLU(), torch.nn.Linear(2, 4, bias=False)
    )
    with torch.no_grad():
        network[0].weight.copy_(torch.tensor([[1.0, 1, 1], [-1, -1, -1]]))
    images = torch.tensor([[0.5, 0, 0], [0.1, 0, 0.9]])
    assert signals_controls.multiplications(network, images) == 1.5 * 2 + 1 * 4
